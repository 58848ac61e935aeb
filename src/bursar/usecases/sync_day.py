"""The work of a daily sync: load the current month if that can be done, post what is fully mapped (decision 16).

With a closing day (rule 118), months that are not closed yet are loaded and not posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from bursar.domain.period import Month
from bursar.domain.plan import Notice
from bursar.ports import BillingSource, Clock, Psa
from bursar.store.models import Connection, Line, LogEntry, Run
from bursar.store.queries.lines import wanted_lines
from bursar.store.queries.system_log import write_log
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.closing_day import HELD, closing_day, may_post, posted_from
from bursar.usecases.closing_day import SETTING as CLOSING_DAY
from bursar.usecases.load_invoice_lines import COUNTS, LoadOptions, LoadReport, load_invoice_lines, report_of
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_months
from bursar.usecases.run_report import RunReport
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
    held: Sequence[str] = ()
    """What is loaded and waits for its closing day, a sentence for each month."""

    @property
    def verdict(self) -> str:
        if self.posting is None:
            return "stopped: nothing was taken in, nothing was posted"
        if self.months or self.posting.stopped:
            return self.posting.verdict
        return "; ".join(self.held) or NOTHING_TO_POST

    @property
    def stopped(self) -> bool:
        return self.posting is None or self.posting.stopped


def sync_day(
    run: Run, psa: Psa, clock: Clock, source: MonthSource | None, watch: Watch, *, late: MonthSource | None = None
) -> DayReport:
    """Load, then post; call as sole writer. `source` is None when nothing can be loaded without a person.

    `late` is the month that ended, while invoices of it may still come in. A later attempt posts on without loading
    again. Raises BursarError: what could not be read is not posted either.
    """
    billing_settings(run.connection)  # without an Agreement Type nothing is loaded either (rule 116)
    month = Month.parse(run.month)
    load = report_of(run)
    refused: tuple[Notice, ...] = ()
    if load is None:
        load, refused = _load_all(run, source, late, watch)
    if load is not None and load.stopped:
        return DayReport(load, None, [])
    held = hold(run, month, clock)
    months = months_to_post(run.connection, month, clock)
    loaded = dict(run.counts)
    try:
        options = [PlanOptions(each) for each in months]
        posting = post_months(run, psa, clock, options, watch, [*_notices(run, month, source), *refused])
    finally:
        run.counts = loaded | run.counts
    return DayReport(load, posting, months, held)


def months_to_post(connection: Connection, month: Month, clock: Clock) -> list[Month]:
    """The month, and before it the previous one while it holds unposted lines; only what is loaded (rule 115).

    With a closing day: the newest month that is closed, while it holds unposted lines (rule 118).
    """
    if closing_day(connection.billing):
        newest = (month, month.previous, month.previous.previous)
        closed = next((each for each in newest if may_post(connection, each, clock.now())), None)
        return [closed] if closed and _open_lines(connection, closed).exists() else []
    earlier, current = _open_lines(connection, month.previous), wanted_lines(connection, month)
    return [each for each, rows in ((month.previous, earlier), (month, current)) if rows.exists()]


def _open_lines(connection: Connection, month: Month) -> QuerySet[Line]:
    return wanted_lines(connection, month).filter(Q(link__isnull=True) | Q(post_again=True))


def hold(run: Run, month: Month, clock: Clock) -> Sequence[str]:
    """Say in System Logs, once a run, which loaded months wait for their closing day (rule 118)."""
    waiting: list[str] = []
    for each in (month.previous, month):
        day = posted_from(run.connection, each)
        if day is None or may_post(run.connection, each, clock.now()) or not _open_lines(run.connection, each).exists():
            continue
        waiting.append(f"{each} is posted from {day} on")
    if waiting and not LogEntry.objects.filter(run=run, code=HELD).exists():
        write_log([_held_entry(run, clock, sentence) for sentence in waiting])
    return waiting


def _held_entry(run: Run, clock: Clock, sentence: str) -> LogEntry:
    return LogEntry(
        connection=run.connection,
        run=run,
        at=clock.now(),
        level=LogEntry.Level.INFO,
        title="Loaded and not posted: the closing day has not come",
        details=f"{sentence}.",
        code=HELD,
        remedy=f"Nothing is to be done. `{CLOSING_DAY}` is set on Settings › Configuration.",
    )


def _load_all(
    run: Run, source: MonthSource | None, late: MonthSource | None, watch: Watch
) -> tuple[LoadReport | None, tuple[Notice, ...]]:
    """The month that ended first; its counts are added to those of the current one."""
    ended = _take_in(run, late, watch) if late else None
    if ended is not None and ended.stopped:
        return ended, ()
    load = _load(run, source, watch) if source else None
    if ended is None or (load is not None and load.stopped):
        return load, ()
    for name in COUNTS:
        run.counts[name] = run.counts.get(name, 0) + getattr(ended.load, name)
    run.save(update_fields=["counts"])
    if not ended.load.rejected:
        return load, ()
    sentence = f"{ended.load.rejected} rows of {ended.load.source} were not taken in."
    return load, (Notice("Load of the month that ended", "rejected_rows", sentence),)


def _load(run: Run, source: MonthSource, watch: Watch) -> LoadReport | None:
    report = _take_in(run, source, watch)
    if report is not None:
        report.note_on(run)
        run.save(update_fields=["counts", "result"])
    return report


def _take_in(run: Run, source: MonthSource, watch: Watch) -> LoadReport | None:
    if not _is_there(source):
        return None
    return load_invoice_lines(run.connection, source.source, source.options, watch.done, watch.stopped)


def _is_there(source: MonthSource) -> bool:
    """Whether the source has something of the month; of a single file that is only known after reading it."""
    months = source.source.months()
    return months is None or source.options.month in months


def _notices(run: Run, month: Month, source: MonthSource | None) -> Sequence[Notice]:
    """That nothing was loaded, though a source is stored."""
    if source is None or report_of(run) is not None:
        return []
    sentence = f"{source.source.name} has nothing for {month} yet; what was loaded before is posted."
    return [Notice("Load", "month_not_there", sentence)]
