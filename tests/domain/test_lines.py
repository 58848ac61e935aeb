from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.lines import ChargeType
from bursar.domain.money import Money
from tests.domain.samples import CYCLE_FEE, JAN


def test_rule_53_the_month_is_that_of_the_invoice_date() -> None:
    line = replace(
        CYCLE_FEE, invoice_date=date(2026, 1, 31), charge_start=date(2026, 2, 1), charge_end=date(2026, 2, 28)
    )
    assert line.month == JAN


@pytest.mark.parametrize(
    ("charge_type", "recurring"),
    [
        (ChargeType.CYCLE_FEE, True),
        (ChargeType.PURCHASE_FEE, True),
        (ChargeType.CORRECTION, False),
        (ChargeType.USAGE_FEE, False),
        (ChargeType.ITEM_FEE, False),
        (ChargeType.ONE_TIME_FEE, False),
        (ChargeType.USER_CORRECTION, False),
    ],
)
def test_rules_89_and_90_and_decision_4_what_recurs(charge_type: ChargeType, *, recurring: bool) -> None:
    assert replace(CYCLE_FEE, charge_type=charge_type).recurring is recurring


@pytest.mark.parametrize("subscription", [None, ""])
def test_rule_101_without_a_subscription_nothing_persists(subscription: str | None) -> None:
    assert not replace(CYCLE_FEE, subscription_id=subscription).recurring


@pytest.mark.parametrize(
    ("status", "eligible"),
    [(None, True), ("Verified", True), (" verified ", True), ("New Corrected", False), ("", False)],
)
def test_rule_55_only_verified_invoices_count_where_there_is_a_status(status: str | None, *, eligible: bool) -> None:
    assert replace(CYCLE_FEE, invoice_status=status).eligible is eligible


def test_decision_3_a_user_correction_follows_correction() -> None:
    assert ChargeType.USER_CORRECTION.for_rules is ChargeType.CORRECTION
    assert {kind.for_rules for kind in ChargeType} == set(ChargeType) - {ChargeType.USER_CORRECTION}


def test_a_lines_money_is_its_total() -> None:
    assert replace(CYCLE_FEE, total=Decimal("-3.10")).money == Money(Decimal("-3.10"), "EUR")
