"""Write payments to ConnectWise: settle, read, plan, post, read back. Only what differs is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bursar.domain.money import ZERO
from bursar.domain.payments.agreed import permitted
from bursar.domain.payments.planner import joined_plan
from bursar.domain.payments.settlement import subject_of
from bursar.domain.payments.situation import PlannedInvoice
from bursar.domain.plan import Action, Blocked, Change
from bursar.domain.reconcile import Expectation, Reconciliation
from bursar.ports import Accounting, Books, Clock
from bursar.store.models import InvoiceSettlement, Posting, Run
from bursar.store.queries import journal
from bursar.store.queries.payments import written_in
from bursar.usecases.agree_payments import agreed_payments
from bursar.usecases.payment_report import close_payments, held_totals
from bursar.usecases.plan_payments import Compared, PaymentDesk
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.pull_payments import concerned
from bursar.usecases.read_payments import PaymentPull
from bursar.usecases.record_receipts import record_receipts
from bursar.usecases.run_report import RunReport, finish
from bursar.usecases.settle import Outbox
from bursar.usecases.watch import Watch

Row = InvoiceSettlement


def post_payments(
    run: Run, psa: Outbox, accounting: Accounting, adapters: Mapping[int, Books], clock: Clock, watch: Watch
) -> RunReport:
    """The work of a posting that has begun; call as sole writer. A later attempt goes on from there.

    A payment that ConnectWise refuses is an exception of its invoice and stops no other. Raises BursarError.
    """
    return _PaymentsJourney(run, psa, accounting, adapters, clock, watch).go()


class _PaymentsJourney:
    """One attempt of a run of the payments journey."""

    def __init__(
        self,
        run: Run,
        psa: Outbox,
        accounting: Accounting,
        adapters: Mapping[int, Books],
        clock: Clock,
        watch: Watch,
    ) -> None:
        self._run = run
        self._psa = psa
        self._adapters = adapters
        self._clock = clock
        self._watch = watch
        self._desk = PaymentDesk(run, accounting)
        self._agreed = agreed_payments(run)
        self._written: Mapping[str, Sequence[str]] = {}
        self._report = RunReport(run, Reconciliation(), recovered=int(run.result.get("recovered", 0)))
        self._left = self._blocked = 0

    def go(self) -> RunReport:
        self._settle_earlier()
        try:
            pull = self._pull()
            if not self._report.stopped:
                self._post_all(pull)
        finally:
            self._count()
        finish(self._report, {})
        return self._report

    def _settle_earlier(self) -> None:
        """Nothing is planned before everything that was left open in ConnectWise is settled."""
        self._run.notes.all().delete()
        journal.begin_again(self._run)
        rows = journal.unsettled(self._run.connection)
        self._report.recovered += settle_earlier(rows, self._psa, self._clock, self._record, self._watch.stopped)
        self._run.result = {**self._run.result, "recovered": self._report.recovered}
        self._run.save(update_fields=["result"])
        self._written = written_in(self._run)

    def _pull(self) -> PaymentPull | None:
        if self._agreed is not None or self._run.request.get("pull") is not True:
            return None
        pull = PaymentPull(self._run.connection, self._adapters, self._clock)
        pull.read(self._watch)
        self._report.stopped = pull.stopped
        return pull

    def _post_all(self, pull: PaymentPull | None) -> None:
        pks = concerned(self._run, pull) if self._agreed is None else set(self._agreed)
        self._watch.lines(len(pks))
        numbers: list[str] = []
        quiet = Watch(stopped=self._watch.stopped)
        with Poster(self._run, self._psa, self._clock, self._record, quiet) as poster:
            for rows in self._desk.rows(pks):
                if poster.stops():
                    break
                self._post_some(rows, poster)
                numbers += [row.number for row in rows]
                self._watch.done(len(rows))
            self._report.stopped = poster.stops()
            if poster.refusal is not None:
                raise poster.refusal
        if not self._report.stopped:
            found = close_payments(
                self._run, self._clock, self._desk, pull, only=None if self._agreed is None else numbers
            )
            self._blocked = len(found)
            self._report.held.merge(held_totals(found))

    def _post_some(self, rows: Sequence[Row], poster: Poster) -> None:
        compared = self._desk.compare(rows, spare=True)
        rows = [row for row in rows if row.number in compared.planned]
        self._left += compared.spared
        self._desk.keep(rows, compared.planned, self._clock.now())
        plans = [self._permitted(row, compared.planned[row.number]) for row in rows]
        postings = poster.post(joined_plan(plans))
        if poster.stops():
            return
        written = {change.lines[0] for plan in plans for change in plan.writes}
        touched = [row for row in rows if row.number in written]
        again = self._read_back(touched, postings) if touched else Compared()
        expected = _expectations(plans, postings, again)
        self._report.reconciliation.add(expected)
        self._left += sum(not plan.writes and not plan.blocked for plan in plans)

    def _permitted(self, row: Row, plan: PlannedInvoice) -> PlannedInvoice:
        """What of an invoice's plan people agreed to."""
        if self._agreed is None:
            return plan
        outcome = permitted(row.number, plan.changes, self._agreed[row.pk], self._written)
        if outcome.blocked is None:
            return plan
        self._desk.blocked[row.number] = [*self._desk.blocked[row.number], outcome.blocked]
        return PlannedInvoice(plan.settlement, changes=outcome.changes, blocked=[*plan.blocked, outcome.blocked])

    def _read_back(self, rows: Sequence[Row], postings: Mapping[str, Posting]) -> Compared:
        """Compare anew what was written to: it is applied when nothing is left to write."""
        again = self._desk.compare(rows)
        refused = {
            row.number: _refusal(row.number, again.planned[row.number], postings.values())
            for row in rows
            if again.planned[row.number].writes
        }
        self._desk.keep(rows, again.planned, self._clock.now(), refused)
        return again

    def _record(self, posted: Sequence[Posted]) -> None:
        record_receipts(self._run.connection, self._clock.now(), posted)

    def _count(self) -> None:
        """Over all attempts, from the journal; what is blocked, from this one."""
        counts = journal.outcome_counts(self._run)
        counts["leave"] = self._left
        counts["blocked"] = counts.get("blocked", 0) + self._blocked
        self._report.counts = counts
        self._run.counts = dict(counts)


def _refusal(number: str, plan: PlannedInvoice, postings: Iterable[Posting]) -> Blocked:
    """Why something is left to write though it was sent."""
    total = next((change.total for change in plan.writes), None)
    for row in postings:
        if number in row.lines and row.state != Posting.State.POSTED:
            code = row.error_code or row.state
            return Blocked(subject_of(number), code, row.sentence, row.remedy, (number,), total)
    return Blocked(
        subject_of(number),
        "differs",
        f"The payments of invoice {number} are not what was written, though ConnectWise took it.",
        "Look at the invoice in ConnectWise, then run again.",
        (number,),
        total,
    )


def _expectations(
    plans: Sequence[PlannedInvoice], postings: Mapping[str, Posting], again: Compared
) -> Iterator[Expectation]:
    for plan in plans:
        for change in plan.changes:
            if change.total is not None:
                yield _expectation(change, postings.get(change.key), again)


def _expectation(change: Change, row: Posting | None, again: Compared) -> Expectation:
    planned = change.total
    if planned is None:
        raise ValueError(f"{change.key} carries no money to reconcile")
    key = subject_of(change.lines[0])
    if not change.writes:
        return Expectation(key, planned, change.found, change.found)
    if row is None or row.state != Posting.State.POSTED:
        return Expectation(key, planned, None, None)
    there = again.payments.get(row.remote_id or 0)
    if change.action is Action.CANCEL:
        return Expectation(key, planned, ZERO, there or ZERO)
    return Expectation(key, planned, row.posted_amount, there)
