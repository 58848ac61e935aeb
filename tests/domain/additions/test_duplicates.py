from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import MappedLine
from bursar.domain.plan import Action, Plan
from bursar.domain.psa import Addition
from bursar.domain.rules import ChargeRules, EndRule, Overrides
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    CYCLE_FEE,
    FEB,
    JAN,
    MAR,
    OTHER,
    SETTINGS,
    USAGE,
    by_hand,
    in_month,
    mapped,
)
from tests.domain.simulated_psa import SimulatedPsa

MANUAL = by_hand(77)


def january(source: MappedLine, *additions: Addition) -> Plan:
    psa = SimulatedPsa.having(AGREEMENT, OTHER, additions=additions)
    return plan_company(psa.situation(JAN, [source]), SETTINGS)


def codes(plan: Plan) -> list[str]:
    return [blocked.code for blocked in plan.blocked]


def test_rule_99_a_manual_addition_of_the_product_is_evidence() -> None:
    (blocked,) = january(mapped(CYCLE_FEE), MANUAL).blocked
    assert blocked.code == "possible_duplicate"
    assert "Addition 77, 2 × 10 since 2025-06-01" in blocked.sentence
    assert "Adopt" in blocked.remedy


def test_rule_99_both_can_be_kept() -> None:
    assert codes(january(mapped(CYCLE_FEE, overrides=Overrides(keep_both=True)), MANUAL)) == []


@pytest.mark.parametrize(
    "harmless",
    [
        replace(MANUAL, product_id=BACKUP),
        replace(MANUAL, cancelled=date(2025, 12, 31)),
        replace(MANUAL, bill_customer="DoNotBill"),
    ],
)
def test_rule_99_what_bills_something_else_is_no_duplicate(harmless: Addition) -> None:
    assert codes(january(mapped(CYCLE_FEE), harmless)) == []


def test_rule_99_another_active_agreement_of_the_company_may_bill_it_too() -> None:
    (blocked,) = january(mapped(CYCLE_FEE), replace(MANUAL, agreement_id=OTHER.id)).blocked
    assert (blocked.code, OTHER.name in blocked.sentence) == ("possible_duplicate", True)
    assert f"Choose Agreement {OTHER.id}" in blocked.remedy


def test_rule_99_an_agreement_that_ended_bills_nothing() -> None:
    psa = SimulatedPsa.having(
        AGREEMENT,
        replace(OTHER, status="Expired", end=date(2025, 12, 31)),
        additions=[replace(MANUAL, agreement_id=OTHER.id)],
    )
    assert codes(plan_company(psa.situation(JAN, [mapped(CYCLE_FEE)]), SETTINGS)) == []


def test_rule_99_a_new_agreement_is_compared_with_the_others() -> None:
    psa = SimulatedPsa.having(OTHER, additions=[replace(MANUAL, agreement_id=OTHER.id)])
    source = replace(mapped(CYCLE_FEE), agreement_id=None)
    assert codes(plan_company(psa.situation(JAN, [source]), SETTINGS)) == ["possible_duplicate"]


def test_rule_99_what_starts_later_bills_the_subscription_too() -> None:
    assert codes(january(mapped(CYCLE_FEE), replace(MANUAL, effective=date(2026, 3, 1)))) == ["possible_duplicate"]


def test_rule_99_a_single_charge_is_compared_by_start_and_amount() -> None:
    same_day = replace(MANUAL, effective=date(2026, 1, 1), cancelled=date(2026, 1, 31))
    assert codes(january(mapped(USAGE), same_day)) == ["possible_duplicate"]
    assert codes(january(mapped(USAGE), replace(same_day, total=Decimal(21)))) == []
    assert codes(january(mapped(USAGE), replace(same_day, effective=date(2026, 1, 2)))) == []


def test_rule_99_another_subscription_of_ours_is_no_duplicate_even_without_its_key() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    first, second = mapped(CYCLE_FEE), mapped(replace(CYCLE_FEE, line_id="L9", subscription_id="S2"))
    psa.post(plan_company(psa.situation(JAN, [first]), SETTINGS), [first])
    assert codes(plan_company(psa.situation(JAN, [first, second]), SETTINGS)) == []
    psa.put(replace(psa.all_additions[0], marker=""))
    assert codes(plan_company(psa.situation(JAN, [first, second]), SETTINGS)) == []


def reappearing(*additions: Addition) -> Plan:
    """January was posted, February lacked the subscription, March has it again."""
    psa = SimulatedPsa.having(AGREEMENT)
    psa.post(plan_company(psa.situation(JAN, [mapped(CYCLE_FEE)]), SETTINGS), [mapped(CYCLE_FEE)])
    psa.post(plan_company(psa.situation(FEB, [], confirmed=True), SETTINGS), [])
    for addition in additions:
        psa.put(addition)
    return plan_company(psa.situation(MAR, [mapped(in_month(CYCLE_FEE, MAR, "L3"))]), SETTINGS)


def test_rules_96_and_99_somebody_may_have_entered_a_subscription_that_reappears() -> None:
    assert codes(reappearing()) == []
    assert codes(reappearing(MANUAL)) == []
    assert codes(reappearing(replace(MANUAL, effective=date(2026, 3, 1)))) == ["possible_duplicate"]


def test_rule_99_keeping_both_is_asked_once_even_when_every_month_has_its_addition() -> None:
    rules = ChargeRules(end={CYCLE_FEE.charge_type: EndRule.LAST_DAY_OF_INVOICE_MONTH})
    settings = replace(SETTINGS, rules=rules)
    psa = SimulatedPsa.having(AGREEMENT, additions=[MANUAL])
    first = mapped(CYCLE_FEE, overrides=Overrides(keep_both=True))
    psa.post(plan_company(psa.situation(JAN, [first]), settings), [first])
    plan = plan_company(psa.situation(FEB, [mapped(in_month(CYCLE_FEE, FEB, "L2"))]), settings)
    assert [change.action for change in plan.changes] == [Action.CREATE]
