"""The content of one cell, read as what its column needs."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from bursar.connectors.billing.csvfile.amounts import AmountReader, checked
from bursar.connectors.billing.csvfile.days import DayReader, believable
from bursar.connectors.billing.csvfile.fault import CellError, Fault
from bursar.connectors.billing.csvfile.schema import LineField, heading_key
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.money import to_cents

Cell = str | Decimal | date | Fault
"""Texts come without outer spaces; an empty cell is BLANK. A Fault stands for an unusable cell, such as a formula."""

BLANK = ""

LONGEST_TEXT = 500
LONGEST_NUMBER_AS_TEXT = 40
REMEMBERED = 1024

Known = TypeVar("Known", bound=StrEnum)


def cell_text(cell: Cell) -> str:
    """The cell as a person sees it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Fault):
        return cell.sentence
    return cell.isoformat() if isinstance(cell, date) else _plain(cell)


def _plain(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER_AS_TEXT:
        return str(number)
    whole = number == number.to_integral_value()
    return f"{number.to_integral_value() if whole else number:f}"


def option_key(text: str) -> str:
    """What the keys of a profile's value maps are compared by: case and outer spaces do not count."""
    return text.strip().casefold()


class CellReader:
    """Reads cells in the ways of one profile. Every method raises CellError."""

    def __init__(
        self,
        amounts: AmountReader,
        days: DayReader,
        charge_types: Mapping[str, ChargeType],
        billing_cycles: Mapping[str, BillingCycle],
        statuses: Mapping[str, str],
        *,
        round_total: bool,
    ) -> None:
        self._takes_numbers_as_days = "YYYYMMDD" in days.styles
        # The same few texts come again and again in a file of many lines.
        self._amount = lru_cache(maxsize=REMEMBERED)(amounts.read)
        self._day = lru_cache(maxsize=REMEMBERED)(days.read)
        self._charge_types = {option_key(key): value for key, value in charge_types.items()}
        self._billing_cycles = {option_key(key): value for key, value in billing_cycles.items()}
        self._statuses = {option_key(key): value for key, value in statuses.items()}
        self._round_total = round_total

    def text(self, cell: Cell) -> str:
        """A name, number or id as text. A number typed into a spreadsheet loses no digits; a date is refused."""
        if isinstance(cell, date):
            raise CellError("is a date instead of a text", "Format the column as text and type the value again.")
        text = cell_text(cell)
        if len(text) > LONGEST_TEXT:
            raise CellError(f"is longer than {LONGEST_TEXT} characters", "Shorten the text.")
        if "\0" in text:
            raise CellError("holds NUL characters", "Export the file again; it was damaged on the way.")
        return text

    def identifier(self, cell: Cell) -> str:
        """A text of one line: an id with a line break in it has swallowed the next row."""
        text = self.text(cell)
        if len(text.splitlines()) > 1:
            raise CellError("has a line break in it", "Correct the id, or the quotation marks around it.")
        return text

    def number(self, cell: Cell) -> Decimal:
        if isinstance(cell, Decimal):
            return checked(cell)
        if isinstance(cell, date):
            raise CellError("is a date instead of a number", "Format the column as a number.")
        return self._amount(cell_text(cell))

    def total(self, cell: Cell) -> Decimal:
        """An amount in whole cents; more decimals are refused unless the profile rounds totals."""
        amount = self.number(cell)
        if to_cents(amount) != amount and not self._round_total:
            raise CellError(
                "has more than two decimals",
                "Correct the total, or set round_total to true in the profile to round it half up to the cent.",
            )
        return to_cents(amount)

    def day(self, cell: Cell) -> date:
        if isinstance(cell, date):
            return believable(cell)
        if isinstance(cell, Decimal) and not self._takes_numbers_as_days:
            raise CellError("is a number instead of a date", "Format the column as a date.")
        return self._day(cell_text(cell))

    def charge_type(self, cell: Cell) -> ChargeType:
        return self._choice(cell, self._charge_types, _BY_KEY_CHARGE_TYPE, "charge type")

    def billing_cycle(self, cell: Cell) -> BillingCycle:
        return self._choice(cell, self._billing_cycles, _BY_KEY_CYCLE, "billing cycle")

    def status(self, cell: Cell) -> str:
        text = self.text(cell)
        return self._statuses.get(option_key(text), text)

    def currency(self, cell: Cell) -> str:
        code = self.text(cell).upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise CellError("is not a three-letter currency code", "Write the code, for example USD.")
        return code

    def check(self, field: LineField, cell: Cell) -> None:
        """Do nothing when the cell can be the value of the field."""
        readers: dict[LineField, Callable[[Cell], object]] = {
            LineField.INVOICE_DATE: self.day,
            LineField.CHARGE_START: self.day,
            LineField.CHARGE_END: self.day,
            LineField.BILLING_CYCLE: self.billing_cycle,
            LineField.CHARGE_TYPE: self.charge_type,
            LineField.QUANTITY: self.number,
            LineField.UNIT_PRICE: self.number,
            LineField.UNIT_COST: self.number,
            LineField.TOTAL: self.total,
            LineField.CURRENCY: self.currency,
        }
        if cell == BLANK:
            raise CellError("is empty", "Give the value, or remove the constant.")
        readers.get(field, self.text)(cell)

    def _choice(self, cell: Cell, mapped: Mapping[str, Known], known: Mapping[str, Known], kind: str) -> Known:
        text = self.text(cell)
        found = mapped.get(option_key(text)) or known.get(heading_key(text))
        if found is None:
            names = ", ".join(known.values())
            raise CellError(
                f"is not a known {kind} ({names})",
                f"Use a known one, or map this value under values.{kind.replace(' ', '_')} in the profile.",
            )
        return found


_BY_KEY_CHARGE_TYPE = {heading_key(known): known for known in ChargeType}
_BY_KEY_CYCLE = {heading_key(known): known for known in BillingCycle}
