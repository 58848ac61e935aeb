"""A month from lines to reconciled Additions, and again."""

from datetime import date
from decimal import Decimal

from bursar.domain.lines import ChargeType
from tests.usecases.world import NOVEMBER, World, make_line


def test_a_month_is_posted_once_and_reconciled(world: World) -> None:
    world.load(make_line(n) for n in range(1, 11))
    assert world.map_exactly() == 11
    first = world.post()
    assert first.counts == {"create": 20, "leave": 0, "blocked": 0, "lines": 10, "excluded": 0}
    assert first.reconciliation.verdict == "balanced"
    assert dict(first.reconciliation.read_back) == {"USD": Decimal("1150.00")}
    assert len(world.additions()) == 10
    assert len(world.store.rows("agreement")) == 10

    writes = world.writes()
    second = world.post()
    assert world.writes() == writes
    assert second.counts["leave"] == 10
    assert second.reconciliation.verdict == "balanced"


def test_next_month_updates_the_same_addition_and_cancels_what_vanished(world: World) -> None:
    world.load([make_line(1, line_id=f"A{n}", subscription_id=f"s{n}") for n in range(1, 6)])
    world.map_exactly()
    world.post()
    november = {
        "invoice_date": date(2026, 11, 30),
        "charge_start": date(2026, 11, 1),
        "charge_end": date(2026, 11, 30),
        "charge_type": ChargeType.CYCLE_FEE,
    }
    lines = [make_line(1, line_id=f"B{n}", subscription_id=f"s{n}", **november) for n in range(1, 5)]
    lines[0] = make_line(
        1, line_id="B1", subscription_id="s1", quantity=Decimal(12), total=Decimal("138.00"), **november
    )
    world.load(lines)
    report = world.post(NOVEMBER)
    assert report.counts["cancel"] == 2  # the vanished one, and October's share of the one whose quantity changed
    assert report.counts["leave"] == 3
    assert report.counts["create"] == 1
    assert report.reconciliation.verdict == "balanced"
    ended = [a for a in world.additions() if a.get("cancelledDate")]
    assert {a["cancelledDate"] for a in ended} == {"2026-10-31T00:00:00Z"}
    assert world.post(NOVEMBER).counts.get("create") is None
    assert world.post().reconciliation.verdict == "balanced"
