"""What each verb does: the use case, with the adapters of the run's connection."""

from collections.abc import Callable, Mapping

from bursar.domain.errors import NotConfigured
from bursar.domain.period import Month
from bursar.store.models import Connection, Run
from bursar.usecases.batch_by_hand import undo_batch, update_batch
from bursar.usecases.carry_out import Outcome
from bursar.usecases.closing_day import month_with_late_invoices
from bursar.usecases.deliveries import deliveries_read
from bursar.usecases.export_ledger import LedgerReport, export_ledger
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.make_plan import PlanReport, make_plan
from bursar.usecases.payment_report import PaymentsReport
from bursar.usecases.post_additions import post_run
from bursar.usecases.post_ledger import post_ledger
from bursar.usecases.post_payments import post_payments
from bursar.usecases.pull_payments import pull_payments
from bursar.usecases.run_report import RunReport
from bursar.usecases.run_requests import LoadRequest, load_request_of
from bursar.usecases.runs import (
    DAILY_SYNC,
    EXPORT_LEDGER,
    LOAD_LINES,
    PLAN_ENDINGS,
    PLAN_LINES,
    POST_LEDGER,
    POST_LINES,
    POST_PAYMENTS,
    PULL_PAYMENTS,
    SYNC_ORGANIZATIONS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
)
from bursar.usecases.sync_day import DayReport, MonthSource, sync_day
from bursar.usecases.sync_organizations import SyncReport, sync_organizations
from bursar.usecases.void_documents import void_documents
from bursar.usecases.watch import Watch
from bursar.wiring import SystemClock, asked_source, connectwise, opened_books, period_source, source_digest

Journey = Callable[[Run, Watch], Outcome]


def journey_of(run: Run) -> Journey:
    """What the run has to do. Raises NotConfigured for a verb of a later Bursar."""
    journey = JOURNEYS.get(run.verb)
    if journey is None:
        raise NotConfigured(f"This Bursar does not know how to {run.verb}.", remedy="Upgrade every worker.")
    return journey


def post_lines(run: Run, watch: Watch) -> RunReport:
    """Post a month to ConnectWise."""
    with connectwise(run.connection) as psa:
        return post_run(run, psa, SystemClock(), watch)


def plan(run: Run, watch: Watch) -> PlanReport:
    """Make a plan for people to look at."""
    with connectwise(run.connection) as psa:
        return make_plan(run, psa, watch)


def load_lines(run: Run, watch: Watch) -> LoadReport:
    """Load what was named: a path, a delivery, or else everything that the connection can load by period."""
    asked = load_request_of(run)
    month = Month.parse(run.month) if run.month else None
    with asked_source(run.connection, asked) as source:
        options = _load_options(run.connection, month, source_digest(source, month), asked)
        report = load_invoice_lines(run.connection, source, options, watch.done, watch.stopped)
    report.note_on(run)
    return report


def _load_options(connection: Connection, month: Month | None, digest: str, asked: LoadRequest) -> LoadOptions:
    return LoadOptions(
        month=month,
        whole=asked.whole,
        digest=digest,
        new_records_excluded=connection.billing.get("new_records_excluded") == "yes",
        deliveries=deliveries_read(connection, asked, month),
    )


def sync_companies(run: Run, watch: Watch) -> SyncReport:
    """Read ConnectWise's companies anew."""
    with connectwise(run.connection) as psa:
        return sync_organizations(run, psa, SystemClock(), watch)


def sync_a_day(run: Run, watch: Watch) -> DayReport:
    """Load the current month, and up to its closing day the one that ended, by period; then post."""
    clock, month = SystemClock(), Month.parse(run.month)
    source, ended = _month_source(run.connection, month), month_with_late_invoices(run.connection, month, clock.now())
    late = _month_source(run.connection, ended) if ended else None
    with connectwise(run.connection) as psa:
        return sync_day(run, psa, clock, source, watch, late=late)


def _month_source(connection: Connection, month: Month) -> MonthSource | None:
    """The stored source and pushed lines, if there are any. Raises SourceUnreadable."""
    source = period_source(connection)
    if source is None:
        return None
    months = source.months()
    digest = source_digest(source, month) if months is None or month in months else ""
    return MonthSource(source, _load_options(connection, month, digest, LoadRequest()))


def export(run: Run, watch: Watch) -> LedgerReport:
    """Read what waits for the books, for people to look at."""
    with connectwise(run.connection) as psa, opened_books(run.connection) as books:
        return export_ledger(run, psa.accounting, books, SystemClock(), watch)


def post_books(run: Run, watch: Watch) -> RunReport:
    """Post documents to the books, and batch what they confirmed."""
    with connectwise(run.connection) as psa, opened_books(run.connection) as books:
        return post_ledger(run, psa, psa.accounting, books, SystemClock(), watch)


def void(run: Run, watch: Watch) -> RunReport:
    """Take documents back from the books."""
    with opened_books(run.connection) as books:
        return void_documents(run, books, SystemClock(), watch)


def update(run: Run, watch: Watch) -> RunReport:
    """Make a batch from GL entry ids."""
    with connectwise(run.connection) as psa:
        return update_batch(run, psa, psa.accounting, SystemClock(), watch)


def undo(run: Run, watch: Watch) -> RunReport:
    """Delete a batch in ConnectWise."""
    with connectwise(run.connection) as psa:
        return undo_batch(run, psa, SystemClock(), watch)


def pull_paid(run: Run, watch: Watch) -> PaymentsReport:
    """Read what was paid from the books, for people to look at."""
    with connectwise(run.connection) as psa, opened_books(run.connection) as books:
        return pull_payments(run, psa.accounting, books, SystemClock(), watch)


def post_paid(run: Run, watch: Watch) -> RunReport:
    """Write payments to ConnectWise."""
    with connectwise(run.connection) as psa, opened_books(run.connection) as books:
        return post_payments(run, psa, psa.accounting, books, SystemClock(), watch)


JOURNEYS: Mapping[str, Journey] = {
    POST_LINES: post_lines,
    LOAD_LINES: load_lines,
    SYNC_ORGANIZATIONS: sync_companies,
    DAILY_SYNC: sync_a_day,
    PLAN_LINES: plan,
    PLAN_ENDINGS: plan,
    EXPORT_LEDGER: export,
    POST_LEDGER: post_books,
    VOID_DOCUMENTS: void,
    UPDATE_BATCH: update,
    UNDO_BATCH: undo,
    PULL_PAYMENTS: pull_paid,
    POST_PAYMENTS: post_paid,
}
