"""Plan a month, post it, and read what came of it."""

from datetime import date
from decimal import Decimal

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import BillingSettings, MappedLine
from bursar.domain.period import Month
from bursar.domain.plan import Action, Plan
from bursar.domain.psa import Addition
from tests.domain.samples import SETTINGS
from tests.domain.simulated_psa import SimulatedPsa


def plan_of(psa: SimulatedPsa, month: Month, *lines: MappedLine, settings: BillingSettings = SETTINGS) -> Plan:
    """The plan of a complete month that has these lines."""
    return plan_company(psa.situation(month, lines), settings)


def run(psa: SimulatedPsa, month: Month, *lines: MappedLine, settings: BillingSettings = SETTINGS) -> Plan:
    """Plan a month in which nothing is blocked, and post it."""
    plan = plan_of(psa, month, *lines, settings=settings)
    assert plan.blocked == []
    psa.post(plan, lines)
    return plan


def vanish(psa: SimulatedPsa, month: Month) -> None:
    """Post a complete month without any line; a person confirmed the cancellations."""
    plan = plan_company(psa.situation(month, [], confirmed=True), SETTINGS)
    assert set(actions(plan)) == {Action.CANCEL}
    psa.post(plan, [])


def actions(plan: Plan) -> list[Action]:
    return [change.action for change in plan.changes]


def codes(plan: Plan) -> list[str]:
    return [blocked.code for blocked in plan.blocked]


def history(psa: SimulatedPsa) -> list[tuple[date | None, date | None, Decimal | None]]:
    """First day, last day and amount of every Addition."""
    return [(a.effective, a.cancelled, a.total) for a in psa.all_additions]


def only(psa: SimulatedPsa) -> Addition:
    """The one Addition there is."""
    (addition,) = psa.all_additions
    return addition
