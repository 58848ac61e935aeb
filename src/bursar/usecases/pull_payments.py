"""Read what was paid from the books and compare it with ConnectWise, for people to look at.

Nothing is written anywhere else. What was kept is what people agree to (`agree_payments.py`).
"""

from collections.abc import Mapping

from bursar.ports import Accounting, Books, Clock
from bursar.store.models import InvoiceSettlement, Run
from bursar.store.queries.payments import waiting
from bursar.usecases.payment_report import PaymentsReport, close_payments, held_totals
from bursar.usecases.plan_payments import PaymentDesk
from bursar.usecases.read_payments import PaymentPull
from bursar.usecases.watch import Watch


def pull_request(*, everything: bool = False) -> dict[str, object]:
    """The request of a reading: what is new in the books and what waits; or everything, whatever was applied before."""
    return {"everything": everything}


def pull_payments(
    run: Run, accounting: Accounting, adapters: Mapping[int, Books], clock: Clock, watch: Watch
) -> PaymentsReport:
    """The work of a reading that has begun; call as sole writer. Raises BursarError.

    A book that cannot be read is an exception of its own; the others are read.
    """
    run.notes.all().delete()
    report = PaymentsReport()
    everything = run.request.get("everything") is True
    pull = PaymentPull(run.connection, adapters, clock, everything=everything)
    pull.read(watch)
    desk = PaymentDesk(run, accounting)
    pks = concerned(run, pull, everything=everything)
    watch.lines(len(pks))
    for rows in desk.rows(pks):
        if pull.stopped or watch.stopped():
            report.stopped = True
            break
        compared = desk.compare(rows, spare=not everything)
        desk.keep(rows, compared.planned, clock.now())
        report.add(compared)
        watch.done(len(rows))
    report.stopped = report.stopped or pull.stopped
    if not report.stopped:
        blocked = close_payments(run, clock, desk, pull)
        report.counts["blocked"] = len(blocked)
        report.held.merge(held_totals(blocked))
    run.counts = dict(report.counts)
    totals = {"planned": report.ready, "held": report.held}
    run.totals = {kind: {c: f"{amount:f}" for c, amount in sums.items()} for kind, sums in totals.items()}
    return report


def concerned(run: Run, pull: PaymentPull | None, *, everything: bool = False) -> set[int]:
    """Ids of the settlements to compare: what the books spoke of, and all that waits."""
    rows = InvoiceSettlement.objects.filter(connection=run.connection) if everything else waiting(run.connection)
    return set(rows.values_list("pk", flat=True)) | (pull.told if pull else set())
