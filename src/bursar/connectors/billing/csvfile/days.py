"""Dates as people and programs write them. A time of day is read and set aside: the date stands as written."""

import re
from collections.abc import Sequence
from datetime import date

from bursar.connectors.billing.csvfile.fault import CellError

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1990, 2199

_YEAR = "(?P<year>[0-9]{4})"
_TWO_MONTH, _TWO_DAY = "(?P<month>[0-9]{2})", "(?P<day>[0-9]{2})"
_MONTH, _DAY = "(?P<month>[0-9]{1,2})", "(?P<day>[0-9]{1,2})"
_NAME = rf"(?P<name>{'|'.join(MONTH_NAMES)})[a-z]*\.?"
_TIME = (
    r"(?:[T\s]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?:\s*[ap]\.?m\.?)?(?:\s*(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?)?"
)

# A date that ends with its day needs two digits there, or a cut "2026-10-1" would pass for a whole one.
DATE_STYLES: dict[str, str] = {
    "YYYY-MM-DD": rf"{_YEAR}-{_TWO_MONTH}-{_TWO_DAY}",
    "YYYY/MM/DD": rf"{_YEAR}/{_TWO_MONTH}/{_TWO_DAY}",
    "YYYYMMDD": rf"{_YEAR}{_TWO_MONTH}{_TWO_DAY}",
    "DD/MM/YYYY": rf"{_DAY}/{_MONTH}/{_YEAR}",
    "MM/DD/YYYY": rf"{_MONTH}/{_DAY}/{_YEAR}",
    "DD.MM.YYYY": rf"{_DAY}\.{_MONTH}\.{_YEAR}",
    "DD-MM-YYYY": rf"{_DAY}-{_MONTH}-{_YEAR}",
    "MM-DD-YYYY": rf"{_MONTH}-{_DAY}-{_YEAR}",
    "DD-MMM-YYYY": rf"{_DAY}-{_NAME}-{_YEAR}",
    "DD MMM YYYY": rf"{_DAY}\s+{_NAME}\s+{_YEAR}",
    "MMM DD, YYYY": rf"{_NAME}\s+{_DAY},?\s+{_YEAR}",
}
"""Name of the style to its grammar. Each may be followed by a time of day."""

CONTRADICTIONS = (("DD/MM/YYYY", "MM/DD/YYYY"), ("DD-MM-YYYY", "MM-DD-YYYY"))
"""Pairs that read one text as two different days."""


class DayReader:
    """Reads dates in any of the given styles."""

    def __init__(self, styles: Sequence[str]) -> None:
        self.styles = tuple(styles)
        self._patterns = [re.compile(DATE_STYLES[style] + _TIME, re.IGNORECASE) for style in styles]

    def read(self, text: str) -> date:
        """The date. Raises CellError."""
        for pattern in self._patterns:
            if found := pattern.fullmatch(text.strip()):
                return self._day(found)
        raise CellError("is not a date", self._remedy())

    def _day(self, found: re.Match[str]) -> date:
        parts = found.groupdict()
        month = MONTH_NAMES.index(parts["name"].lower()) + 1 if "name" in parts else int(parts["month"])
        try:
            return believable(date(int(parts["year"]), month, int(parts["day"])))
        except ValueError:
            raise CellError("is not a day of the calendar", self._remedy()) from None

    def _remedy(self) -> str:
        return f"Write dates as {' or '.join(self.styles)}, or list another style in the profile's date_formats."


def believable(day: date) -> date:
    """The day itself when a charge can have it. Raises CellError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError(f"is not between {FIRST_YEAR} and {LAST_YEAR}", "Correct the date in the file.")
    return day
