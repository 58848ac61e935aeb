"""Billing cycles cut time into periods without gap or overlap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_sandbox.state.billing_periods import DAYS, MONTHS, Cycle, Period, add_months

DATES = st.dates(date(2015, 1, 1), date(2035, 12, 31))
CYCLES = st.builds(Cycle, st.sampled_from([*MONTHS, *DAYS]), st.booleans(), DATES)


@pytest.mark.parametrize(
    ("option", "on_calendar", "moment", "expected"),
    [
        ("Monthly", True, date(2026, 2, 14), Period(date(2026, 2, 1), date(2026, 2, 28))),
        ("Quarterly", True, date(2026, 11, 2), Period(date(2026, 10, 1), date(2026, 12, 31))),
        ("BiMonthly", True, date(2026, 4, 30), Period(date(2026, 3, 1), date(2026, 4, 30))),
        ("SemiAnnual", True, date(2026, 7, 1), Period(date(2026, 7, 1), date(2026, 12, 31))),
        ("Yearly", True, date(2026, 11, 2), Period(date(2026, 1, 1), date(2026, 12, 31))),
        ("Weekly", True, date(2026, 11, 4), Period(date(2026, 11, 2), date(2026, 11, 8))),
        ("Monthly", False, date(2026, 11, 14), Period(date(2026, 10, 15), date(2026, 11, 14))),
        ("Yearly", False, date(2026, 11, 2), Period(date(2026, 3, 15), date(2027, 3, 14))),
        ("Weekly", False, date(2026, 3, 21), Period(date(2026, 3, 15), date(2026, 3, 21))),
        ("NotRecurring", True, date(2026, 11, 2), Period(date(2026, 3, 15), date.max)),
    ],
)
def test_full_period(option: str, *, on_calendar: bool, moment: date, expected: Period) -> None:
    cycle = Cycle(option, on_calendar, date(2026, 3, 15))
    assert cycle.full_period(moment) == expected


def test_a_contract_that_starts_on_the_31st_ends_months_at_their_last_day() -> None:
    cycle = Cycle("Monthly", on_calendar=False, anchor=date(2026, 1, 31))
    assert cycle.full_period(date(2026, 2, 28)) == Period(date(2026, 2, 28), date(2026, 3, 30))
    assert cycle.full_period(date(2026, 3, 31)) == Period(date(2026, 3, 31), date(2026, 4, 29))
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)


@given(CYCLES, DATES)
def test_a_period_holds_its_day_and_is_followed_without_gap(cycle: Cycle, moment: date) -> None:
    period = cycle.full_period(moment)
    assert period.start <= moment <= period.end
    assert cycle.full_period(period.start) == cycle.full_period(period.end) == period
    assert cycle.full_period(period.end + timedelta(days=1)).start == period.end + timedelta(days=1)


@given(CYCLES, DATES, st.integers(0, 900))
def test_slices_cover_every_active_day_once(cycle: Cycle, start: date, length: int) -> None:
    active = Period(start, start + timedelta(days=length))
    parts = list(cycle.slices(active))
    assert sum(part.active.days for part in parts) == active.days
    assert parts[0].active.start == active.start
    assert parts[-1].active.end == active.end
    assert all(part.full.start <= part.active.start <= part.active.end <= part.full.end for part in parts)
