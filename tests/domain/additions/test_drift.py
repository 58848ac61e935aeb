from dataclasses import replace
from decimal import Decimal

from bursar.domain.additions.drift import amount_of, edited_by_hand, fields_of
from bursar.domain.additions.situation import Link
from tests.domain.samples import JAN, by_hand, series

ADDITION = by_hand(77)
LINK = Link(series(), 500, 77, 10, "org-1", JAN, {"quantity": Decimal("2.00"), "description": "", "cancelled": None})


def test_rule_97_equal_values_are_no_edit_whatever_their_digits() -> None:
    assert edited_by_hand(ADDITION, LINK) == ""


def test_rule_97_only_what_bursar_wrote_is_compared() -> None:
    assert edited_by_hand(replace(ADDITION, unit_cost=Decimal(3)), LINK) == ""
    assert edited_by_hand(replace(ADDITION, quantity=Decimal(3)), None) == ""


def test_rule_97_every_edit_is_named_with_both_values() -> None:
    edited = replace(ADDITION, quantity=Decimal(3), cancelled=JAN.last)
    assert edited_by_hand(edited, LINK) == "quantity 2 → 3, cancelled nothing → 2026-01-31"


def test_an_addition_comes_to_what_connectwise_says_or_computes() -> None:
    assert amount_of(replace(ADDITION, total=Decimal("19.99"))) == Decimal("19.99")
    assert amount_of(replace(ADDITION, total=None, unit_price=Decimal("10.0025"))) == Decimal("20.01")


def test_rule_81_the_fields_of_an_addition_are_those_that_bursar_writes() -> None:
    assert "total" not in fields_of(ADDITION)
    assert fields_of(ADDITION)["effective"] == ADDITION.effective
