"""Calendar months: the period of an invoice, by its invoice date (rule 53)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from bursar.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `YYYY-MM`. Raises InvalidInput."""
        found = re.fullmatch(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])", text.strip())
        if not found:
            raise InvalidInput(f"'{text}' is not a month.", remedy="Write it as YYYY-MM, for example 2026-10.")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def next(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def period_start(day: date, starts_on: int) -> date:
    """The first day of the month-long period that holds `day`, when periods start on a day of the month (1-31)."""
    month = Month.of(day)
    start = _in(month, starts_on)
    return start if start <= day else _in(month.previous, starts_on)


def _in(month: Month, day: int) -> date:
    """That day of the month, or the month's last when it is shorter."""
    return min(month.first + timedelta(days=day - 1), month.last)
