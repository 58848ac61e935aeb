"""Numbers as people and programs write them, to Decimal."""

import re
from collections.abc import Collection
from decimal import ROUND_HALF_EVEN, Decimal

from bursar.connectors.billing.csvfile.fault import CellError
from bursar.domain.money import ZERO

DECIMAL_STYLES: dict[str, tuple[str, str]] = {
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1 234,56": (" \u00a0\u2009\u202f", ","),
    "1'234.56": ("'\u2019", "."),
}
"""Name of the style to its thousands separators (any of the characters) and its decimal mark."""

CURRENCY_SIGNS = "$¢£¤¥฿\u20a0-\u20cf\uff04\uffe1\uffe5"
EXACT_DIGITS = 15
"""A spreadsheet's numbers are exact to 15 significant digits; what follows is rounding noise."""

LARGEST_POWER, SMALLEST_POWER = 12, -12
"""Amounts of ten trillion and more are refused; what is below a trillionth is the noise of a zero."""


class AmountReader:
    """Reads numbers in one decimal style; `marks` are further texts beside an amount, such as "kr"."""

    def __init__(self, style: str, marks: Collection[str] = ()) -> None:
        self.style = style
        thousands, self._point = DECIMAL_STYLES[style]
        self._drop = str.maketrans("", "", thousands)
        self._pattern = _pattern(thousands, self._point, marks)

    def read(self, text: str) -> Decimal:
        """The number, without rounding noise. Raises CellError."""
        found = self._pattern.fullmatch(text.strip())
        if not found or _signs(found) > 1:
            raise CellError("is not a number", self._remedy())
        value = checked(Decimal(found["number"].translate(self._drop).replace(self._point, ".")))
        sign = found["before"] or found["after"] or "+"
        return -value if found["open"] or sign != "+" else value

    def _remedy(self) -> str:
        return f"Write numbers like {self.style}, or choose another decimal_style in the profile."


def _pattern(thousands: str, point: str, marks: Collection[str]) -> re.Pattern[str]:
    group, mark = f"[{re.escape(thousands)}]", re.escape(point)
    number = rf"(?=[0-9{mark}])(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]*)(?:{mark}[0-9]+)?"
    longest_first = sorted((mark for mark in marks if mark), key=len, reverse=True)
    sign = "|".join((f"[{CURRENCY_SIGNS}]", *map(re.escape, longest_first)))
    currency = rf"\s*(?:{sign})?\s*"
    return re.compile(
        rf"(?P<open>\()?{currency}(?P<before>[-−+])?{currency}(?P<number>{number})"
        rf"{currency}(?P<after>[-−+])?{currency}(?P<close>\))?",
        re.IGNORECASE,
    )


def _signs(found: re.Match[str]) -> int:
    """How many times the number is said to be negative or positive; half a pair of parentheses is too many."""
    if bool(found["open"]) != bool(found["close"]):
        return 2
    return sum(1 for part in (found["open"], found["before"], found["after"]) if part)


def checked(value: Decimal) -> Decimal:
    """A finite number of believable size, without rounding noise and without a negative zero. Raises CellError."""
    if not value.is_finite():
        raise CellError("is not a number", "Write the number, or leave the row out.")
    if not value or value.adjusted() < SMALLEST_POWER:
        return ZERO
    if value.adjusted() > LARGEST_POWER:
        raise CellError("is too large for an amount", "Correct the number in the file.")
    return without_noise(value)


def without_noise(value: Decimal) -> Decimal:
    """Round to 15 significant digits, but never coarser than a cent: 35.900000000000006 is 35.9."""
    last_digit = min(value.adjusted() - EXACT_DIGITS + 1, -2)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < last_digit:
        rounded = value.quantize(Decimal(1).scaleb(last_digit), ROUND_HALF_EVEN)
        return Decimal(f"{rounded.normalize():f}")
    return value
