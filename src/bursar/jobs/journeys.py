"""What each verb does: the use case, with the adapters of the run's connection."""

from collections.abc import Callable, Mapping

from bursar.domain.errors import NotConfigured
from bursar.domain.period import Month
from bursar.store.models import Connection, Run
from bursar.usecases.carry_out import Outcome
from bursar.usecases.closing_day import month_with_late_invoices
from bursar.usecases.deliveries import deliveries_read
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.make_plan import PlanReport, make_plan
from bursar.usecases.post_additions import RunReport, post_run
from bursar.usecases.run_requests import LoadRequest, load_request_of
from bursar.usecases.runs import DAILY_SYNC, LOAD_LINES, PLAN_ENDINGS, PLAN_LINES, POST_LINES, SYNC_ORGANIZATIONS
from bursar.usecases.sync_day import DayReport, MonthSource, sync_day
from bursar.usecases.sync_organizations import SyncReport, sync_organizations
from bursar.usecases.watch import Watch
from bursar.wiring import SystemClock, asked_source, connectwise, period_source, source_digest

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


JOURNEYS: Mapping[str, Journey] = {
    POST_LINES: post_lines,
    LOAD_LINES: load_lines,
    SYNC_ORGANIZATIONS: sync_companies,
    DAILY_SYNC: sync_a_day,
    PLAN_LINES: plan,
    PLAN_ENDINGS: plan,
}
