"""What each verb does: the use case, with the adapters of the run's connection."""

from collections.abc import Callable, Mapping

from bursar.domain.errors import NotConfigured
from bursar.domain.period import Month
from bursar.store.models import Connection, Run
from bursar.usecases.carry_out import Outcome
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.post_additions import RunReport, post_run
from bursar.usecases.run_requests import LoadRequest, load_request_of, plan_options_of
from bursar.usecases.runs import DAILY_SYNC, LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS
from bursar.usecases.sync_day import DayReport, MonthSource, sync_day
from bursar.usecases.sync_organizations import SyncReport, sync_organizations
from bursar.usecases.watch import Watch
from bursar.wiring import SystemClock, connectwise, line_source, source_digest

Journey = Callable[[Run, Watch], Outcome]


def journey_of(run: Run) -> Journey:
    """What the run has to do. Raises NotConfigured for a verb of a later Bursar."""
    journey = JOURNEYS.get(run.verb)
    if journey is None:
        raise NotConfigured(f"This Bursar does not know how to {run.verb}.", remedy="Upgrade every worker.")
    return journey


def post_lines(run: Run, watch: Watch) -> RunReport:
    """Post a month to ConnectWise."""
    options = plan_options_of(run)
    with connectwise(run.connection) as psa:
        return post_run(run, psa, SystemClock(), options, watch)


def load_lines(run: Run, watch: Watch) -> LoadReport:
    """Load a file or folder: the one that was named, else the connection's stored source."""
    asked = load_request_of(run)
    month = Month.parse(run.month) if run.month else None
    source = line_source(*asked.place(run.connection))
    options = _load_options(run.connection, month, source_digest(source, month), asked.whole)
    report = load_invoice_lines(run.connection, source, options, watch.done, watch.stopped)
    report.note_on(run)
    return report


def _load_options(connection: Connection, month: Month | None, digest: str, whole: bool | None = None) -> LoadOptions:
    excluded = connection.billing.get("new_records_excluded") == "yes"
    return LoadOptions(month=month, whole=whole, digest=digest, new_records_excluded=excluded)


def sync_companies(run: Run, watch: Watch) -> SyncReport:
    """Read ConnectWise's companies anew."""
    with connectwise(run.connection) as psa:
        return sync_organizations(run, psa, SystemClock(), watch)


def sync_a_day(run: Run, watch: Watch) -> DayReport:
    """Load the current month from the stored source, then post."""
    source = _month_source(run.connection, Month.parse(run.month))
    with connectwise(run.connection) as psa:
        return sync_day(run, psa, SystemClock(), source, watch)


def _month_source(connection: Connection, month: Month) -> MonthSource | None:
    """The stored source, if there is one. Raises SourceUnreadable."""
    if not connection.source:
        return None
    source = line_source(*LoadRequest().place(connection))
    months = source.months()
    digest = source_digest(source, month) if months is None or month in months else ""
    return MonthSource(source, _load_options(connection, month, digest))


JOURNEYS: Mapping[str, Journey] = {
    POST_LINES: post_lines,
    LOAD_LINES: load_lines,
    SYNC_ORGANIZATIONS: sync_companies,
    DAILY_SYNC: sync_a_day,
}
