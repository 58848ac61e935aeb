"""The daily sync: a clock that goes over midnight, and everything that may keep a connection from it."""

import csv
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bursar.domain.errors import NotConfigured
from bursar.domain.lines import InvoiceLine
from bursar.domain.period import Month
from bursar.store.models import Connection, Line, Load, LogEntry, Run
from bursar.usecases.carry_out import carry_out
from bursar.usecases.daily_sync import (
    Due,
    Passed,
    due,
    midnight_of,
    next_daily_sync,
    outlook,
    request_daily_syncs,
    run_id_of,
)
from bursar.usecases.load_invoice_lines import LoadOptions
from bursar.usecases.runs import LOAD_LINES, begin
from bursar.usecases.sync_day import DayReport, MonthSource, months_to_post, sync_day
from bursar.usecases.watch import RunProgress, Watch
from bursar.wiring import line_source
from tests.usecases.world import NOVEMBER, OCTOBER, World, make_line

DECEMBER = Month(2026, 12)
HEADINGS = {
    "Invoice Number": "invoice_number",
    "Invoice Date": "invoice_date",
    "Invoice Status": "invoice_status",
    "Organization ID": "organization_id",
    "Organization Name": "organization_name",
    "Billing Cycle": "billing_cycle",
    "Subscription ID": "subscription_id",
    "Subscription Name": "subscription_name",
    "Offer ID": "offer_id",
    "Offer Name": "offer_name",
    "Charge Type": "charge_type",
    "Charge Start": "charge_start",
    "Charge End": "charge_end",
    "Quantity": "quantity",
    "Unit Price": "unit_price",
    "Unit Cost": "unit_cost",
    "Total": "total",
    "Currency": "currency",
    "Line ID": "line_id",
}


def line_in(month: Month, number: int, **changes: object) -> InvoiceLine:
    """The Cycle Fee of customer `number` in a month."""
    values: dict[str, object] = {
        "line_id": f"{month}-L{number:05}",
        "invoice_date": month.last,
        "charge_start": month.first,
        "charge_end": month.last,
    }
    return make_line(number, **(values | changes))


def export(folder: Path, month: Month, lines: Iterable[InvoiceLine]) -> None:
    """Save the month's lines where the platform's export would be."""
    with (folder / f"lines-{month}.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADINGS)
        rows.writerows([getattr(line, name) for name in HEADINGS.values()] for line in lines)


def switch(world: World, value: str = "yes") -> None:
    world.connection.billing["daily_sync"] = value
    world.connection.save()


def proven(world: World, lines: Iterable[InvoiceLine], month: Month = NOVEMBER) -> None:
    """A person has posted these lines; the switch is on."""
    world.load(lines)
    world.map_exactly()
    assert world.post(month).verdict == "balanced"
    switch(world)


def over_midnight(world: World) -> datetime:
    """Let the clock run until the next midnight has come; returns that midnight."""
    midnight = next_daily_sync(world.clock.now())
    world.clock.sleep((midnight - world.clock.now()).total_seconds())
    return midnight


def asked(world: World) -> Run | None:
    """What the schedule asks for at this moment."""
    runs = request_daily_syncs(midnight_of(world.clock.now()), world.clock.now())
    return runs[0] if runs else None


def carried_out(world: World, run: Run | None, folder: Path | None = None, watch: Watch | None = None) -> DayReport:
    """Do the work of the run, as a worker would, and read it back."""
    assert run is not None
    month = Month.parse(run.month)
    source = MonthSource(line_source(folder, "canonical"), LoadOptions(month=month)) if folder else None
    assert begin(run, run.executor)
    report = carry_out(
        run,
        world.clock,
        lambda: sync_day(run, world.psa, world.clock, source, watch or RunProgress(run, every=0).watch()),
    )
    assert report is not None
    run.refresh_from_db()
    return report


def warnings() -> list[tuple[str, str]]:
    found = LogEntry.objects.filter(level=LogEntry.Level.WARNING).order_by("pk")
    return list(found.values_list("title", "details"))


@pytest.mark.parametrize(
    ("now", "next_at"),
    [
        (datetime(2026, 11, 2, 9, 30, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 11, 3, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)),
        (datetime(2026, 11, 3, 1, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 11, 3, tzinfo=UTC)),
    ],
)
def test_the_next_daily_sync_is_the_next_midnight_utc(now: datetime, next_at: datetime) -> None:
    assert next_daily_sync(now) == next_at


def test_rule_114_after_midnight_the_month_is_loaded_and_what_is_fully_mapped_is_posted(
    world: World, tmp_path: Path
) -> None:
    first = [line_in(NOVEMBER, number) for number in (1, 2, 3)]
    proven(world, first)
    second = line_in(NOVEMBER, 1, line_id="second", subscription_id="sub-second")
    unmapped = line_in(
        NOVEMBER, 2, line_id="new", subscription_id="sub-new", offer_id="offer-9", offer_name="Unheard of"
    )
    export(tmp_path, NOVEMBER, [*first, second, unmapped])
    before = len(world.additions())
    midnight = over_midnight(world)
    run = asked(world)
    report = carried_out(world, run, tmp_path)
    assert run is not None
    assert (run.verb, run.month, run.requested_by, run.channel) == (
        ("daily sync", "2026-11", "Bursar (daily sync)", "schedule")
    )
    assert (run.state, run.verdict, report.verdict) == (Run.State.DONE, "balanced", "balanced")
    assert len(world.additions()) == before + 1
    counts = {name: run.counts.get(name) for name in ("added", "unchanged", "rejected", "create", "leave", "blocked")}
    assert counts == {"added": 2, "unchanged": 3, "rejected": 0, "create": 1, "leave": 3, "blocked": 1}
    assert run.totals["read_back"] == {"USD": "460.00"}
    assert (run.expected, run.done) == (5, 5)
    world.connection.refresh_from_db()
    assert world.connection.last_sync_to_psa == midnight
    ((title, details),) = warnings()
    assert title.startswith("Not posted: ")
    assert details == "Not mapped yet: PSA Product Name."
    titles = list(LogEntry.objects.filter(run=run).values_list("title", flat=True))
    assert {"Daily sync of 2026-11 started", "Daily sync of 2026-11 finished"} <= set(titles)


def test_asking_twice_for_one_midnight_asks_once(world: World) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    midnight = over_midnight(world)
    run = asked(world)
    carried_out(world, run)
    world.clock.sleep(3600)
    assert request_daily_syncs(midnight, world.clock.now()) == []
    over_midnight(world)
    second = asked(world)
    assert run is not None
    assert second is not None
    assert (run.pk, second.pk) == (run_id_of(world.connection, date(2026, 11, 3)), second.pk)
    assert second.pk == run_id_of(world.connection, date(2026, 11, 4))


def test_the_switch_really_switches(world: World) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    midnight = next_daily_sync(world.clock.now())
    assert outlook(world.connection, world.clock.now()).next_at == midnight
    assert due(world.connection, midnight) == Due(NOVEMBER)
    switch(world, "no")
    over_midnight(world)
    assert (asked(world), due(world.connection, midnight), warnings()) == (None, None, [])
    assert outlook(world.connection, midnight).next_at is None
    assert not Run.objects.filter(verb="daily sync").exists()


def test_a_missed_midnight_is_made_up_for_on_its_own_day_only(world: World) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    midnight = over_midnight(world)
    assert request_daily_syncs(midnight, midnight + timedelta(days=1)) == []
    assert request_daily_syncs(midnight, midnight + timedelta(days=3, hours=5)) == []
    assert len(request_daily_syncs(midnight, midnight + timedelta(hours=23, minutes=59))) == 1


def test_a_clock_that_is_a_moment_behind_loses_no_day(world: World) -> None:
    proven(world, [line_in(OCTOBER, 1)], OCTOBER)
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    (run,) = request_daily_syncs(midnight, midnight - timedelta(milliseconds=5))
    assert (run.pk, run.month) == (run_id_of(world.connection, date(2026, 12, 1)), "2026-12")
    assert request_daily_syncs(midnight, midnight) == []


def test_rule_115_on_the_first_what_is_left_of_the_month_that_ended_is_posted_too(world: World, tmp_path: Path) -> None:
    posted = [line_in(NOVEMBER, 1), line_in(NOVEMBER, 2)]
    proven(world, posted)
    late = line_in(NOVEMBER, 1, line_id="late", subscription_id="sub-late")
    world.load([*posted, late])
    export(tmp_path, DECEMBER, [line_in(DECEMBER, 1), line_in(DECEMBER, 2)])
    world.clock.sleep((datetime(2026, 11, 30, 22, tzinfo=UTC) - world.clock.now()).total_seconds())
    over_midnight(world)
    run = asked(world)
    report = carried_out(world, run, tmp_path)
    assert run is not None
    assert (run.month, list(report.months), run.verdict) == ("2026-12", [NOVEMBER, DECEMBER], "balanced")
    assert (run.counts["added"], run.counts["lines"], run.expected, run.done) == (2, 5, 5, 5)
    assert run.counts["create"] == 1
    assert world.line("late").link_id is not None
    assert run.totals["planned"] == run.totals["read_back"] == {"USD": "575.00"}
    again = carried_out(world, next_day(world), tmp_path)
    assert list(again.months) == [DECEMBER]
    assert again.posting is not None
    assert again.posting.counts.get("create", 0) == again.posting.counts.get("update", 0) == 0


def next_day(world: World) -> Run | None:
    over_midnight(world)
    return asked(world)


def test_rule_115_a_month_that_is_not_loaded_is_not_posted(world: World, tmp_path: Path) -> None:
    proven(world, [line_in(OCTOBER, 1)], OCTOBER)
    export(tmp_path, OCTOBER, [line_in(OCTOBER, 1)])
    writes = world.writes()
    over_midnight(world)
    run = asked(world)
    carried_out(world, run, tmp_path)
    assert run is not None
    assert (run.state, run.verdict, run.counts["lines"]) == (Run.State.DONE, "nothing to post", 0)
    assert world.writes() == writes  # the subscription of October is not cancelled for the want of a file
    name = tmp_path.name
    assert warnings() == [("Load", f"{name} has nothing for 2026-11 yet; what was loaded before is posted.")]


def test_without_a_stored_source_what_is_loaded_is_posted_in_silence(world: World) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    world.load([line_in(NOVEMBER, 1), line_in(NOVEMBER, 1, line_id="more", subscription_id="sub-more")])
    over_midnight(world)
    report = carried_out(world, asked(world))
    assert (report.load, report.verdict, world.line("more").link_id is not None) == (None, "balanced", True)
    assert warnings() == []


def test_lines_that_left_their_source_are_no_reason_to_post_the_month_that_ended(world: World) -> None:
    proven(world, [line_in(OCTOBER, 1), line_in(OCTOBER, 2)], OCTOBER)
    assert months_to_post(world.connection, NOVEMBER, world.clock) == []
    world.load([line_in(OCTOBER, 1, line_id="open", subscription_id="sub-open")], whole=False)
    assert months_to_post(world.connection, NOVEMBER, world.clock) == [OCTOBER]
    world.load([line_in(OCTOBER, 1), line_in(OCTOBER, 2)], whole=True)
    assert months_to_post(world.connection, NOVEMBER, world.clock) == []
    assert months_to_post(world.connection, OCTOBER, world.clock) == [OCTOBER]


def not_connected(world: World) -> None:
    world.connection.state = Connection.State.NOT_CONNECTED
    world.connection.state_reason = "ConnectWise refused the keys."


def disconnected(world: World) -> None:
    world.connection.state = Connection.State.DISCONNECTED
    world.connection.state_reason = "Disconnected by Ann."


def without_agreement_type(world: World) -> None:
    del world.connection.billing["agreement_type"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (not_connected, "The connection does not work: ConnectWise refused the keys."),
        (disconnected, "The connection does not work: Disconnected by Ann."),
        (without_agreement_type, "No Agreement Type is chosen."),
    ],
)
def test_rule_116_a_connection_that_cannot_post_is_passed_over_visibly(
    world: World, spoil: Callable[[World], None], reason: str
) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    spoil(world)
    world.connection.save()
    midnight = over_midnight(world)
    assert asked(world) is None
    assert request_daily_syncs(midnight, midnight + timedelta(hours=1)) == []
    assert warnings() == [("Daily sync of 2026-11-03 passed over", reason)]
    hindrance = outlook(world.connection, midnight).hindrance
    assert hindrance is not None
    assert hindrance.reason == reason


def test_rule_116_nothing_is_loaded_when_the_agreement_type_was_taken_away_after_midnight(
    world: World, tmp_path: Path
) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, 1), line_in(NOVEMBER, 2)])
    over_midnight(world)
    run = asked(world)
    assert run is not None
    without_agreement_type(world)
    world.connection.save()
    run.connection.refresh_from_db()
    with pytest.raises(NotConfigured):
        carried_out(world, run, tmp_path)
    run.refresh_from_db()
    assert (run.state, run.counts) == (Run.State.FAILED, {})


@pytest.mark.parametrize("state", [Run.State.QUEUED, Run.State.RUNNING])
def test_rule_117_a_busy_connection_is_passed_over_until_tomorrow(world: World, state: Run.State) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    other = Run.objects.create(connection=world.connection, verb=LOAD_LINES, month="2026-11", state=state)
    over_midnight(world)
    assert asked(world) is None
    assert warnings() == [
        ("Daily sync of 2026-11-03 passed over", "Another run is under way or waits: load lines 2026-11.")
    ]
    other.state = Run.State.DONE
    other.save()
    assert asked(world) is None
    assert next_day(world) is not None


def test_rule_119_it_begins_after_one_successful_posting_by_a_person(world: World) -> None:
    world.load([line_in(NOVEMBER, 1)])
    world.map_exactly()
    switch(world)
    over_midnight(world)
    verdict = due(world.connection, world.clock.now())
    assert isinstance(verdict, Passed)
    assert verdict.reason.startswith("No posting that a person started has finished")
    assert asked(world) is None
    world.fault(kind="500", method="POST", route="additions")
    assert world.post(NOVEMBER).verdict != "balanced"
    world.sandbox.faults.clear()
    assert isinstance(due(world.connection, world.clock.now()), Passed)
    assert world.post(NOVEMBER).verdict == "balanced"
    assert due(world.connection, world.clock.now()) == Due(NOVEMBER)
    assert next_day(world) is not None


def test_many_cancellations_wait_for_a_person(world: World, tmp_path: Path) -> None:
    october = [line_in(OCTOBER, number) for number in range(1, 11)]
    proven(world, october, OCTOBER)
    world.load([line_in(NOVEMBER, number) for number in range(1, 11)])
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, number) for number in range(1, 9)])
    over_midnight(world)
    run = asked(world)
    carried_out(world, run, tmp_path)
    assert run is not None
    assert (run.counts["vanished"], run.counts["blocked"], run.counts.get("cancel", 0)) == (2, 2, 0)
    assert set(run.notes.values_list("code", flat=True)) == {"mass_cancellation"}


def test_another_attempt_goes_on_without_loading_again(world: World, tmp_path: Path) -> None:
    posted = [line_in(NOVEMBER, 1)]
    proven(world, posted)
    export(tmp_path, NOVEMBER, [*posted, line_in(NOVEMBER, 1, line_id="more", subscription_id="sub-more")])
    over_midnight(world)
    run = asked(world)
    assert run is not None
    run.executor = "a worker that ends"
    loads = Load.objects.count()
    left = carried_out(world, run, tmp_path, Watch(stopped=Line.objects.filter(line_id="more").exists))
    assert left.stopped
    assert (run.state, run.counts["added"], world.line("more").link_id) == (Run.State.QUEUED, 1, None)
    run.executor = "the next one"
    carried_out(world, run, tmp_path)
    assert (run.state, run.attempts, Load.objects.count()) == (Run.State.DONE, 2, loads + 1)
    assert (run.counts["added"], run.counts["create"], run.verdict) == (1, 1, "balanced")


def test_a_stop_while_it_loads_takes_nothing_in(world: World, tmp_path: Path) -> None:
    proven(world, [line_in(NOVEMBER, 1)])
    export(tmp_path, NOVEMBER, [line_in(NOVEMBER, 1), line_in(NOVEMBER, 2)])
    over_midnight(world)
    run = asked(world)
    report = carried_out(world, run, tmp_path, Watch(stopped=lambda: True))
    assert run is not None
    assert (run.state, report.verdict) == ((Run.State.CANCELLED, "stopped: nothing was taken in, nothing was posted"))
    assert run.counts == {}
