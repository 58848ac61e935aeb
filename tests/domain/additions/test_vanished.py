from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import BillingSettings
from bursar.domain.lines import ChargeType
from bursar.domain.period import Month
from bursar.domain.plan import Action, Plan
from bursar.domain.rules import ChargeRules, EndRule
from tests.domain.samples import (
    AGREEMENT,
    CYCLE_FEE,
    DEC,
    FEB,
    JAN,
    MAR,
    OTHER,
    SETTINGS,
    USAGE,
    by_hand,
    in_month,
    mapped,
    series,
)
from tests.domain.simulated_psa import SimulatedPsa

NAMES = ("S1", "S2", "S3", "S4")
JANUARY = [mapped(replace(CYCLE_FEE, line_id=name, subscription_id=name, subscription_name=name)) for name in NAMES]


@pytest.fixture
def psa() -> SimulatedPsa:
    """Four subscriptions were posted in January."""
    there = SimulatedPsa.having(AGREEMENT, OTHER)
    there.post(plan_company(there.situation(JAN, JANUARY), SETTINGS), JANUARY)
    return there


def february(
    psa: SimulatedPsa,
    *there: str,
    month: Month = FEB,
    settings: BillingSettings = SETTINGS,
    complete: bool = True,
    confirmed: bool = False,
    moved_away: Collection[str] = (),
) -> Plan:
    """A month that has only these subscriptions, all of them on their way to be posted elsewhere."""
    seen = [series(name).series for name in there]
    moved = [series(name).series for name in moved_away]
    situation = psa.situation(month, [], seen=seen, complete=complete, confirmed=confirmed, moved_away=moved)
    return plan_company(situation, settings)


def ended(plan: Plan) -> list[tuple[str, object]]:
    assert {change.action for change in plan.changes} <= {Action.CANCEL}
    return [(change.notes[0].split()[0], change.after["cancelled"]) for change in plan.changes]


def codes(plan: Plan) -> list[str]:
    return [blocked.code for blocked in plan.blocked]


def test_rule_94_and_decision_9_a_missing_subscription_ends_with_the_previous_month(psa: SimulatedPsa) -> None:
    plan = february(psa, "S1", "S2", "S3")
    assert ended(plan) == [("S4", date(2026, 1, 31))]
    assert [notice.code for notice in plan.notices] == ["subscription_vanished"]
    assert "S4" in plan.notices[0].sentence


def test_rule_94_nothing_else_of_the_addition_changes(psa: SimulatedPsa) -> None:
    (change,) = february(psa, "S1", "S2", "S3").changes
    assert list(change.differences) == ["cancelled"]
    assert (change.total, change.lines) == (None, ())


def test_rule_94_a_month_with_every_subscription_ends_nothing(psa: SimulatedPsa) -> None:
    assert february(psa, *NAMES).is_empty


def test_rule_95a_an_incomplete_month_ends_nothing_and_says_so(psa: SimulatedPsa) -> None:
    plan = february(psa, "S1", complete=False)
    assert plan.is_empty
    assert [notice.code for notice in plan.notices] == ["month_incomplete"]


def test_rule_95b_only_our_additions_end(psa: SimulatedPsa) -> None:
    psa.put(by_hand(77))
    psa.put(replace(by_hand(78), marker="bursar:r:aaaaaaaaaaaaaaaa:0"))
    assert ended(february(psa, "S1", "S2", "S3")) == [("S4", date(2026, 1, 31))]


def test_rule_95c_single_charges_are_not_missed() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    psa.post(plan_company(psa.situation(JAN, [mapped(USAGE)]), SETTINGS), [mapped(USAGE)])
    assert february(psa).is_empty


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        (EndRule.LAST_DAY_OF_INVOICE_MONTH, date(2026, 1, 31)),
        (EndRule.FIRST_DAY_OF_FOLLOWING_MONTH, date(2026, 2, 1)),
    ],
)
def test_rule_95d_the_end_rule_decides_for_the_previous_month(psa: SimulatedPsa, rule: EndRule, end: date) -> None:
    settings = replace(SETTINGS, rules=ChargeRules(end={ChargeType.CYCLE_FEE: rule}))
    assert ended(february(psa, "S1", "S2", "S3", settings=settings)) == [("S4", end)]


def test_rule_95f_more_than_the_share_waits_for_a_person(psa: SimulatedPsa) -> None:
    plan = february(psa, "S1", "S2")
    assert plan.is_empty
    assert codes(plan) == ["mass_cancellation"]
    assert "2 of 4" in plan.blocked[0].sentence
    assert "30%" in plan.blocked[0].sentence
    assert [name for name, _ in ended(february(psa, "S1", "S2", confirmed=True))] == ["S3", "S4"]


@pytest.mark.parametrize(("share", "waits"), [("0.25", False), ("0.24", True), ("0", True), ("1", False)])
def test_rule_95f_exactly_the_share_is_allowed(psa: SimulatedPsa, share: str, *, waits: bool) -> None:
    settings = replace(SETTINGS, mass_cancel_share=Decimal(share))
    assert bool(codes(february(psa, "S1", "S2", "S3", settings=settings))) is waits


def test_rule_95f_what_ended_before_does_not_count(psa: SimulatedPsa) -> None:
    psa.post(february(psa, "S1", "S2", "S3"), [])
    plan = february(psa, "S1", "S2", month=MAR, settings=replace(SETTINGS, mass_cancel_share=Decimal("0.33")))
    assert codes(plan) == ["mass_cancellation"]
    assert "1 of 3" in plan.blocked[0].sentence


def test_rule_85_what_was_ended_is_not_ended_again(psa: SimulatedPsa) -> None:
    psa.post(february(psa, "S1", "S2", "S3"), [])
    assert february(psa, "S1", "S2", "S3").is_empty
    assert february(psa, "S1", "S2", "S3", month=MAR).is_empty


def test_a_later_end_is_brought_forward(psa: SimulatedPsa) -> None:
    four = psa.all_additions[3]
    psa.put(replace(four, cancelled=date(2026, 6, 30)))
    assert ended(february(psa, "S1", "S2", "S3")) == [("S4", date(2026, 1, 31))]
    psa.put(replace(four, cancelled=date(2026, 1, 20)))
    assert february(psa, "S1", "S2", "S3").is_empty


@pytest.mark.parametrize(("start", "waits"), [(date(2026, 1, 31), True), (date(2026, 2, 1), False)])
def test_what_starts_later_and_ends_by_itself_is_meant_that_way(psa: SimulatedPsa, start: date, *, waits: bool) -> None:
    psa.put(replace(psa.all_additions[3], effective=start, cancelled=date(2026, 2, 28)))
    plan = february(psa, "S1", "S2", "S3")
    assert (codes(plan), bool(plan.writes)) == ([], waits)


def test_an_addition_that_starts_in_the_month_itself_is_left_to_a_person(psa: SimulatedPsa) -> None:
    plan = february(psa, "S1", "S2", "S3", month=JAN)
    assert plan.is_empty
    assert codes(plan) == ["cancelled_before_start"]


def test_an_older_month_ends_nothing_that_a_later_one_posted(psa: SimulatedPsa) -> None:
    assert february(psa, month=DEC, confirmed=True).is_empty


def test_a_deleted_addition_needs_no_end(psa: SimulatedPsa) -> None:
    psa.delete(psa.all_additions[3])
    assert february(psa, "S1", "S2", "S3").is_empty


def test_rule_94_a_blocked_line_still_counts_as_there(psa: SimulatedPsa) -> None:
    source = mapped(replace(in_month(CYCLE_FEE, FEB, "F1"), subscription_id="S4"), product_id=999)
    situation = psa.situation(FEB, [source], seen=[series(name).series for name in NAMES])
    plan = plan_company(situation, SETTINGS)
    assert codes(plan) == ["product_missing"]
    assert plan.is_empty


def test_a_subscription_that_goes_to_another_company_ends_here(psa: SimulatedPsa) -> None:
    plan = february(psa, *NAMES, moved_away=["S4"])
    assert ended(plan) == [("S4", date(2026, 1, 31))]
    assert "another company" in next(iter(plan.changes)).notes[0]


def test_its_line_is_there_so_the_month_need_not_be_complete(psa: SimulatedPsa) -> None:
    plan = february(psa, *NAMES, moved_away=["S4"], complete=False)
    assert ended(plan) == [("S4", date(2026, 1, 31))]
    assert plan.notices[0].code == "subscription_vanished"


def test_rule_95f_a_whole_customer_that_goes_elsewhere_waits_for_a_person(psa: SimulatedPsa) -> None:
    assert codes(february(psa, *NAMES, moved_away=NAMES)) == ["mass_cancellation"]
    assert len(february(psa, *NAMES, moved_away=NAMES, confirmed=True).writes) == 4


def test_rule_39_a_month_that_was_posted_here_stays_here(psa: SimulatedPsa) -> None:
    """The organization was mapped to another company after its line of this month had been posted."""
    assert february(psa, *NAMES, month=JAN, moved_away=NAMES, confirmed=True).is_empty


def test_rule_94_each_of_several_agreements_loses_its_own() -> None:
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    lines = [JANUARY[0], replace(JANUARY[1], agreement_id=OTHER.id)]
    psa.post(plan_company(psa.situation(JAN, lines), SETTINGS), lines)
    plan = february(psa, confirmed=True)
    assert [change.parent_id for change in plan.changes] == [AGREEMENT.id, OTHER.id]
