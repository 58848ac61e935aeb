from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.additions.situation import PricePolicy, PriceSource, overlap
from tests.domain.samples import SETTINGS, by_hand

JUNE = replace(by_hand(1), effective=date(2026, 6, 1), cancelled=date(2026, 6, 30))
DAYS = st.dates(date(2026, 5, 1), date(2026, 8, 1))


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        (date(2026, 6, 30), None, True),
        (date(2026, 7, 1), None, False),
        (date(2026, 5, 1), date(2026, 6, 1), True),
        (date(2026, 5, 1), date(2026, 5, 31), False),
        (date(2026, 5, 1), None, True),
    ],
)
def test_both_ends_of_an_addition_are_billed(start: date, end: date | None, *, overlaps: bool) -> None:
    assert overlap(JUNE, start, end) is overlaps


@given(DAYS, st.integers(0, 60))
def test_overlap_means_a_common_day(start: date, days: int) -> None:
    common = [
        day for n in range(days + 1) if date(2026, 6, 1) <= (day := start + timedelta(days=n)) <= date(2026, 6, 30)
    ]
    assert overlap(JUNE, start, start + timedelta(days=days)) is bool(common)


def test_an_addition_without_dates_is_billed_always() -> None:
    assert overlap(replace(JUNE, effective=None, cancelled=None), date(1999, 1, 1), date(1999, 1, 1))


def test_rule_108_a_customers_own_policy_wins() -> None:
    own = PricePolicy(PriceSource.MARKUP_AMOUNT, Decimal(1))
    settings = replace(SETTINGS, price_by_organization={"org-1": own})
    assert settings.price_for("org-1") == own
    assert settings.price_for("org-2") == PricePolicy()
