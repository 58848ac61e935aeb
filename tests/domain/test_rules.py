from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.period import Month
from bursar.domain.rules import Badge, ChargeRules, Derived, EndRule, Overrides, StartRule, derive
from tests.domain.samples import CYCLE_FEE, USAGE

NEXT_MONTH = ChargeRules(start={BillingCycle.MONTHLY: StartRule.FIRST_DAY_OF_NEXT_MONTH})
MID_JANUARY = replace(CYCLE_FEE, charge_start=date(2026, 1, 15), charge_end=date(2026, 2, 14))


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        (EndRule.LAST_DAY_OF_INVOICE_MONTH, date(2026, 1, 31)),
        (EndRule.FIRST_DAY_OF_FOLLOWING_MONTH, date(2026, 2, 1)),
    ],
)
def test_rule_18_an_end_rule_goes_by_the_invoice_month(rule: EndRule, end: date) -> None:
    line = replace(USAGE, charge_start=date(2025, 12, 1), charge_end=date(2025, 12, 31))
    derived = derive(line, Overrides(), ChargeRules(end={ChargeType.USAGE_FEE: rule}))
    assert (derived.cancelled, derived.end_badge) == (end, Badge.SYSTEM)


def test_rule_18_the_month_after_december_is_january() -> None:
    assert EndRule.FIRST_DAY_OF_FOLLOWING_MONTH.date_for(Month(2025, 12)) == date(2026, 1, 1)


def test_rule_18_a_rule_of_another_charge_type_does_nothing() -> None:
    rules = ChargeRules(end={ChargeType.CORRECTION: EndRule.FIRST_DAY_OF_FOLLOWING_MONTH})
    assert derive(USAGE, Overrides(), rules).cancelled == USAGE.charge_end


def test_rule_19_a_start_moves_to_the_first_of_the_next_month() -> None:
    derived = derive(MID_JANUARY, Overrides(), NEXT_MONTH)
    assert (derived.effective, derived.start_badge) == (date(2026, 2, 1), Badge.SYSTEM)


def test_rule_19_a_start_in_december_moves_to_january() -> None:
    assert StartRule.FIRST_DAY_OF_NEXT_MONTH.date_for(date(2025, 12, 31)) == date(2026, 1, 1)


def test_rule_19_goes_by_the_billing_cycle() -> None:
    annual = replace(MID_JANUARY, billing_cycle=BillingCycle.ANNUAL)
    assert derive(annual, Overrides(), NEXT_MONTH).effective == date(2026, 1, 15)


def test_rule_20_a_start_on_the_first_stays() -> None:
    assert derive(CYCLE_FEE, Overrides(), NEXT_MONTH).effective == date(2026, 1, 1)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_rules_19_and_20_every_start_becomes_a_first_and_moves_less_than_a_month(start: date) -> None:
    moved = StartRule.FIRST_DAY_OF_NEXT_MONTH.date_for(start)
    assert moved.day == 1
    assert 0 <= (moved - start).days < 31
    assert StartRule.FIRST_DAY_OF_NEXT_MONTH.date_for(moved) == moved


def test_rule_21_a_custom_name_is_sent_and_badged() -> None:
    rules = ChargeRules(names={ChargeType.USAGE_FEE: "Consumption"})
    derived = derive(USAGE, Overrides(), rules)
    assert (derived.charge_name, derived.name_badge) == ("Consumption", Badge.SYSTEM)


@pytest.mark.parametrize("name", ["", "   ", "Usage Fee"])
def test_rules_21_and_64_a_blank_or_equal_name_is_the_default(name: str) -> None:
    derived = derive(USAGE, Overrides(), ChargeRules(names={ChargeType.USAGE_FEE: name}))
    assert (derived.charge_name, derived.name_badge) == ("Usage Fee", Badge.NONE)


def test_decision_3_a_user_correction_takes_the_rules_and_name_of_correction() -> None:
    rules = ChargeRules(
        end={ChargeType.CORRECTION: EndRule.LAST_DAY_OF_INVOICE_MONTH}, names={ChargeType.CORRECTION: "Adjustment"}
    )
    line = replace(USAGE, charge_type=ChargeType.USER_CORRECTION, charge_end=date(2026, 3, 31))
    derived = derive(line, Overrides(), rules)
    assert (derived.cancelled, derived.charge_name) == (date(2026, 1, 31), "Adjustment")


def test_rule_62_no_badge_means_the_default() -> None:
    derived = derive(CYCLE_FEE, Overrides(), ChargeRules())
    assert {derived.start_badge, derived.end_badge, derived.name_badge} == {Badge.NONE}


def test_rules_62_and_63_manual_beats_rule_beats_default() -> None:
    rules = ChargeRules(start=NEXT_MONTH.start, end={ChargeType.CYCLE_FEE: EndRule.LAST_DAY_OF_INVOICE_MONTH})
    by_hand = Overrides(charge_start=date(2026, 1, 20), charge_end=date(2026, 1, 25))
    derived = derive(MID_JANUARY, by_hand, rules)
    assert (derived.effective, derived.start_badge) == (date(2026, 1, 20), Badge.USER)
    assert (derived.cancelled, derived.end_badge) == (date(2026, 1, 25), Badge.USER)


def test_rule_65_without_the_override_the_rule_applies_again() -> None:
    assert derive(MID_JANUARY, Overrides(), NEXT_MONTH).start_badge is Badge.SYSTEM


def test_rule_67_and_decision_5_a_subscription_stays_open_by_default() -> None:
    derived = derive(CYCLE_FEE, Overrides(), ChargeRules())
    assert derived == Derived(date(2026, 1, 1), None, "Cycle Fee")


@pytest.mark.parametrize("cycle", [BillingCycle.ANNUAL, BillingCycle.QUARTERLY, BillingCycle.TRIENNIAL])
def test_rule_67_a_longer_cycle_ends_with_the_month_it_starts_in(cycle: BillingCycle) -> None:
    line = replace(CYCLE_FEE, billing_cycle=cycle)
    assert derive(line, Overrides(), ChargeRules()).cancelled == Month.of(line.charge_start).last
    moved = derive(line, Overrides(charge_start=date(2026, 3, 1)), ChargeRules())
    assert moved.cancelled == date(2026, 3, 31)


def test_rule_67_and_decision_5_a_single_charge_has_both_dates() -> None:
    derived = derive(USAGE, Overrides(), ChargeRules())
    assert (derived.effective, derived.cancelled) == (USAGE.charge_start, USAGE.charge_end)


def test_rule_67_a_recurring_type_without_a_subscription_is_a_single_charge() -> None:
    for subscription in (None, ""):
        line = replace(CYCLE_FEE, subscription_id=subscription)
        assert derive(line, Overrides(), ChargeRules()).cancelled == CYCLE_FEE.charge_end


def test_rule_68_rules_can_reverse_the_dates() -> None:
    line = replace(USAGE, charge_start=date(2026, 1, 15))
    assert derive(line, Overrides(), NEXT_MONTH).reversed
    assert not derive(line, Overrides(), ChargeRules()).reversed


def test_rule_68_one_day_is_not_reversed() -> None:
    assert not derive(replace(USAGE, charge_end=USAGE.charge_start), Overrides(), ChargeRules()).reversed
