"""The work of a daily sync: load the current month if that can be done, post what is fully mapped (decision 16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from bursar.domain.period import Month
from bursar.domain.plan import Notice
from bursar.ports import BillingSource, Clock, Psa
from bursar.store.models import Connection, Run
from bursar.store.queries.lines import wanted_lines
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines, report_of
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import RunReport, post_months
from bursar.usecases.watch import Watch

NOTHING_TO_POST = "nothing to post"


@dataclass(frozen=True, slots=True)
class MonthSource:
    """What can be loaded without a person."""

    source: BillingSource
    options: LoadOptions


@dataclass(frozen=True, slots=True)
class DayReport:
    """The end of a daily sync."""

    load: LoadReport | None
    posting: RunReport | None
    """None when the load was stopped."""
    months: Sequence[Month]

    @property
    def verdict(self) -> str:
        if self.posting is None:
            return "stopped: nothing was taken in, nothing was posted"
        return self.posting.verdict if self.months or self.posting.stopped else NOTHING_TO_POST

    @property
    def stopped(self) -> bool:
        return self.posting is None or self.posting.stopped


def sync_day(run: Run, psa: Psa, clock: Clock, source: MonthSource | None, watch: Watch) -> DayReport:
    """Load, then post; call as sole writer. `source` is None when nothing can be loaded without a person.

    A later attempt posts on without loading again. Raises BursarError: what could not be read is not posted either.
    """
    billing_settings(run.connection)  # without an Agreement Type nothing is loaded either (rule 116)
    load = report_of(run) or (_load(run, source, watch) if source else None)
    if load is not None and load.stopped:
        return DayReport(load, None, [])
    month = Month.parse(run.month)
    months = months_to_post(run.connection, month)
    loaded = dict(run.counts)
    try:
        options = [PlanOptions(each) for each in months]
        posting = post_months(run, psa, clock, options, watch, _notices(run, month, source))
    finally:
        run.counts = loaded | run.counts
    return DayReport(load, posting, months)


def months_to_post(connection: Connection, month: Month) -> list[Month]:
    """The month, and before it the previous one while it holds unposted lines; only what is loaded (rule 115)."""
    earlier, current = wanted_lines(connection, month.previous), wanted_lines(connection, month)
    open_lines = earlier.filter(Q(link__isnull=True) | Q(post_again=True))
    return [each for each, rows in ((month.previous, open_lines), (month, current)) if rows.exists()]


def _load(run: Run, source: MonthSource, watch: Watch) -> LoadReport | None:
    if not _is_there(source):
        return None
    report = load_invoice_lines(run.connection, source.source, source.options, watch.done, watch.stopped)
    report.note_on(run)
    run.save(update_fields=["counts", "result"])
    return report


def _is_there(source: MonthSource) -> bool:
    """Whether the source has something of the month; of a single file that is only known after reading it."""
    months = source.source.months()
    return months is None or source.options.month in months


def _notices(run: Run, month: Month, source: MonthSource | None) -> Sequence[Notice]:
    """That nothing was loaded, though a source is stored."""
    if source is None or report_of(run) is not None:
        return []
    sentence = f"{source.source.name} has no file for {month} yet; what was loaded before is posted."
    return [Notice("Load", "month_not_there", sentence)]
