from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month, day_before, period_start

DAYS = st.dates(date(1999, 1, 1), date(2100, 12, 31))


def test_rule_53_the_month_before_january_is_december_of_the_year_before() -> None:
    assert Month(2026, 1).previous == Month(2025, 12)
    assert Month(2025, 12).next == Month(2026, 1)


def test_rule_53_a_month_runs_from_its_first_to_its_last_day() -> None:
    february = Month(2024, 2)
    assert (february.first, february.last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert date(2024, 2, 29) in february
    assert date(2024, 3, 1) not in february
    assert date(2024, 1, 31) not in february


@given(DAYS)
def test_every_day_is_in_its_month_and_in_no_neighbour(day: date) -> None:
    month = Month.of(day)
    assert day in month
    assert day not in month.next
    assert day not in month.previous
    assert month.next.previous == month.previous.next == month
    assert month.last + timedelta(days=1) == month.next.first
    assert month.previous < month < month.next


@given(DAYS)
def test_a_month_is_read_as_it_is_written(day: date) -> None:
    assert Month.parse(f" {Month.of(day)} ") == Month.of(day)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "0000-01", "2026/01"]
)
def test_what_is_no_month_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Month.parse(text)
    assert "YYYY-MM" in caught.value.remedy


def test_the_day_before() -> None:
    assert day_before(date(2026, 1, 1)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("day", "starts_on", "start"),
    [
        (date(2026, 2, 10), 1, date(2026, 2, 1)),
        (date(2026, 2, 14), 15, date(2026, 1, 15)),
        (date(2026, 2, 15), 15, date(2026, 2, 15)),
        (date(2026, 3, 30), 31, date(2026, 2, 28)),
        (date(2026, 3, 31), 31, date(2026, 3, 31)),
    ],
)
def test_a_period_starts_on_its_day_of_the_month(day: date, starts_on: int, start: date) -> None:
    assert period_start(day, starts_on) == start


@given(DAYS, st.integers(1, 31))
def test_a_day_lies_in_the_period_that_starts_last_before_it(day: date, starts_on: int) -> None:
    start = period_start(day, starts_on)
    assert start <= day
    assert period_start(start, starts_on) == start
    assert (day - start).days < 31
    assert start.day == starts_on or start == Month.of(start).last
