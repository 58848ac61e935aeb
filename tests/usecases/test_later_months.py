"""What happens to posted lines when mappings and months move on (rules 39, 94 and 95)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bursar.domain.lines import ChargeType
from bursar.store.models import AdditionLink
from bursar.usecases.mappings import Kind, set_mapping
from tests.usecases.world import NOVEMBER, World, make_line

IN_NOVEMBER = {
    "invoice_date": date(2026, 11, 30),
    "charge_start": date(2026, 11, 1),
    "charge_end": date(2026, 11, 30),
}


def test_rule_39_a_posted_line_stays_with_the_company_it_was_posted_to(world: World) -> None:
    world.load([make_line(1), make_line(2)])
    world.map_exactly()
    world.post()
    set_mapping(world.connection, world.psa, Kind.ORGANIZATION, "org-00001", "CUST00009")
    again = world.post()
    assert (again.counts["leave"], again.counts["blocked"], again.troubled) == (2, 0, 0)
    assert again.reconciliation.verdict == "balanced"


def test_rule_94_a_refund_in_its_last_month_does_not_keep_a_subscription_alive(world: World) -> None:
    world.load([make_line(1, line_id=f"A{n}", subscription_id=f"s{n}") for n in range(1, 6)])
    world.map_exactly()
    world.post()
    going_on = [make_line(1, line_id=f"B{n}", subscription_id=f"s{n}", **IN_NOVEMBER) for n in range(1, 5)]
    refund = make_line(1, line_id="B5", subscription_id="s5", charge_type=ChargeType.CORRECTION, **IN_NOVEMBER)
    world.load([*going_on, replace(refund, quantity=Decimal(1), unit_price=Decimal(-5), total=Decimal("-5.00"))])
    report = world.post(NOVEMBER)
    assert report.counts["cancel"] == 1
    assert report.reconciliation.verdict == "balanced"


def test_a_late_line_does_not_make_a_link_older(world: World) -> None:
    world.load([make_line(1, line_id="B1", **IN_NOVEMBER)])
    world.map_exactly()
    world.post(NOVEMBER)
    world.load([make_line(1, line_id="A1")])
    world.post()
    assert AdditionLink.objects.get(recurring=True).last_month == "2026-11"
