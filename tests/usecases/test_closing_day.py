"""The closing day: until it comes a month is loaded and not posted (rule 118)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.store.models import LogEntry, Run
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.carry_out import carry_out
from bursar.usecases.closing_day import NextPosting, month_with_late_invoices, next_posting
from bursar.usecases.load_invoice_lines import LoadOptions
from bursar.usecases.runs import begin
from bursar.usecases.sync_day import MonthSource, months_to_post, sync_day
from bursar.usecases.watch import RunProgress, Watch
from bursar.wiring import line_source
from tests.usecases.test_daily_sync import DECEMBER, asked, carried_out, export, line_in, over_midnight, proven
from tests.usecases.world import NOVEMBER, OCTOBER, World

LATE = line_in(NOVEMBER, 1, line_id="late", subscription_id="sub-late")


def closes_on(world: World, day: int) -> None:
    set_billing_setting(world.connection, "closing_day", str(day))


def until(world: World, moment: datetime) -> None:
    """Let the clock run to the midnight before this one."""
    world.clock.sleep((moment - world.clock.now()).total_seconds() - 1)


def held() -> list[str]:
    entries = LogEntry.objects.filter(code="before_closing_day").order_by("pk")
    assert {entry.level for entry in entries} <= {LogEntry.Level.INFO}
    return [entry.details for entry in entries]


def test_rule_118_until_the_closing_day_a_month_is_loaded_and_from_it_on_posted(world: World, tmp_path: Path) -> None:
    proven(world, [line_in(OCTOBER, 1)], OCTOBER)
    closes_on(world, 5)
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, 1), LATE])
    writes = world.writes()
    over_midnight(world)  # 3 November
    run = asked(world)
    report = carried_out(world, run, tmp_path)
    assert run is not None
    assert (run.counts["added"], list(report.months), world.writes()) == (2, [], writes)
    assert run.verdict == "2026-11 is posted from 2026-12-05 on"
    assert held() == ["2026-11 is posted from 2026-12-05 on."]
    export(tmp_path, DECEMBER, [line_in(DECEMBER, 1)])
    until(world, datetime(2026, 12, 4, tzinfo=UTC))
    over_midnight(world)
    assert list(carried_out(world, asked(world), tmp_path).months) == []
    assert world.writes() == writes
    over_midnight(world)  # 5 December: the closing day
    run = asked(world)
    report = carried_out(world, run, tmp_path)
    assert (list(report.months), report.verdict) == ([NOVEMBER], "balanced")
    assert world.line("late").link_id is not None
    assert world.line(f"{DECEMBER}-L00001").link_id is None
    assert held()[-1] == "2026-12 is posted from 2027-01-05 on."


def test_rule_118_what_closed_goes_on_being_posted_until_the_next_month_closes(world: World) -> None:
    proven(world, [line_in(OCTOBER, 1)], OCTOBER)
    closes_on(world, 28)
    world.load([line_in(OCTOBER, 1), line_in(OCTOBER, 2)])
    world.load([line_in(NOVEMBER, 1)])
    for moment, months in (
        (datetime(2026, 11, 27, 23, tzinfo=UTC), []),  # September closed on 28 October; October has not
        (datetime(2026, 11, 28, tzinfo=UTC), [OCTOBER]),
        (datetime(2026, 12, 1, tzinfo=UTC), [OCTOBER]),  # missed on the last days of November
        (datetime(2026, 12, 27, tzinfo=UTC), [OCTOBER]),
        (datetime(2026, 12, 28, tzinfo=UTC), [NOVEMBER]),
    ):
        world.clock.sleep((moment - world.clock.now()).total_seconds())
        assert months_to_post(world.connection, Month.of(moment.date()), world.clock) == months, moment


def test_without_a_closing_day_months_are_posted_at_once(world: World) -> None:
    world.load([line_in(NOVEMBER, 1)])
    assert next_posting(world.connection, world.clock.now()) is None
    assert month_with_late_invoices(world.connection, NOVEMBER, world.clock.now()) is None
    assert months_to_post(world.connection, NOVEMBER, world.clock) == [NOVEMBER]


@pytest.mark.parametrize(
    ("now", "posting"),
    [
        (datetime(2026, 11, 3, 9, tzinfo=UTC), NextPosting(OCTOBER, date(2026, 11, 5))),
        (datetime(2026, 11, 4, 23, tzinfo=UTC), NextPosting(OCTOBER, date(2026, 11, 5))),
        (datetime(2026, 11, 5, 0, 1, tzinfo=UTC), NextPosting(NOVEMBER, date(2026, 12, 5))),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), NextPosting(NOVEMBER, date(2026, 12, 5))),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), NextPosting(DECEMBER, date(2027, 1, 5))),
    ],
)
def test_the_next_posting_is_known_beforehand(world: World, now: datetime, posting: NextPosting) -> None:
    closes_on(world, 5)
    assert next_posting(world.connection, now) == posting


def test_rule_118_invoices_that_come_late_are_loaded_up_to_the_closing_day(world: World, tmp_path: Path) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    closes_on(world, 2)
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, 1), LATE])
    export(tmp_path, DECEMBER, [line_in(DECEMBER, 1)])
    until(world, datetime(2026, 12, 2, tzinfo=UTC))
    over_midnight(world)
    run = asked(world)
    assert run is not None
    assert month_with_late_invoices(world.connection, DECEMBER, world.clock.now()) == NOVEMBER
    source = line_source(tmp_path, "canonical")
    assert begin(run, "")
    carry_out(
        run,
        world.clock,
        lambda: sync_day(
            run,
            world.psa,
            world.clock,
            MonthSource(source, LoadOptions(month=DECEMBER)),
            RunProgress(run, every=0).watch(),
            late=MonthSource(source, LoadOptions(month=NOVEMBER)),
        ),
    )
    run.refresh_from_db()
    assert (run.state, run.counts["added"], run.counts["unchanged"]) == (Run.State.DONE, 2, 1)
    assert world.line("late").link_id is not None
    world.clock.sleep(86_400)
    assert month_with_late_invoices(world.connection, DECEMBER, world.clock.now()) is None


def test_another_attempt_says_only_once_that_a_month_waits(world: World, tmp_path: Path) -> None:
    proven(world, [line_in(OCTOBER, 1)], OCTOBER)
    closes_on(world, 5)
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, 1)])
    over_midnight(world)
    run = asked(world)
    assert run is not None
    run.executor = "a worker that ends"
    carried_out(
        world, run, tmp_path, Watch(stopped=lambda: LogEntry.objects.filter(code="before_closing_day").exists())
    )
    run.state, run.executor = Run.State.QUEUED, "the next one"
    run.save()
    carried_out(world, run, tmp_path)
    assert held() == ["2026-11 is posted from 2026-12-05 on."]


@pytest.mark.parametrize("text", ["29", "-1", "x", "1.5", "٣"])
def test_a_closing_day_is_one_that_every_month_has(world: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        set_billing_setting(world.connection, "closing_day", text)
    assert set_billing_setting(world.connection, "closing_day", " 028 ".replace("0", "")) == "28"
