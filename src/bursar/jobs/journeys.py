"""What each verb does: the use case, with the adapters of the run's connection."""

from collections.abc import Callable, Mapping

from bursar.domain.errors import NotConfigured
from bursar.domain.period import Month
from bursar.store.models import Run
from bursar.usecases.carry_out import Outcome
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.post_additions import RunReport, post_run
from bursar.usecases.run_requests import load_request_of, plan_options_of
from bursar.usecases.runs import LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS
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
    options = LoadOptions(
        month=month,
        whole=asked.whole,
        digest=source_digest(source, month),
        new_records_excluded=run.connection.billing.get("new_records_excluded") == "yes",
    )
    report = load_invoice_lines(run.connection, source, options, watch.done, watch.stopped)
    report.note_on(run)
    return report


def sync_companies(run: Run, watch: Watch) -> SyncReport:
    """Read ConnectWise's companies anew."""
    with connectwise(run.connection) as psa:
        return sync_organizations(run, psa, SystemClock(), watch)


JOURNEYS: Mapping[str, Journey] = {
    POST_LINES: post_lines,
    LOAD_LINES: load_lines,
    SYNC_ORGANIZATIONS: sync_companies,
}
