"""The values of one row, field by field; what is wrong is collected instead of stopping at the first."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bursar.connectors.billing.csvfile.cells import BLANK, Cell, CellReader, cell_text
from bursar.connectors.billing.csvfile.fault import CellError, Fault, shown
from bursar.connectors.billing.csvfile.layout import Layout
from bursar.connectors.billing.csvfile.schema import LineField, label
from bursar.connectors.billing.csvfile.table import Row
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.money import ZERO

Value = TypeVar("Value")

_NO_DAY = date.min
_FILL_IN = "Fill in the value, map the column in the profile, or give a constant there."


class LineValues:
    """Reads fields of a row. After reading, `faults` says what is wrong; only a row without faults may be used."""

    def __init__(self, row: Row, layout: Layout, reader: CellReader, constants: Mapping[LineField, str]) -> None:
        self._row = row
        self._layout = layout
        self._reader = reader
        self._constants = constants
        self.faults: dict[LineField, Fault] = {}

    def text(self, field: LineField) -> str:
        return self._required(field, self._reader.text, "")

    def optional_text(self, field: LineField) -> str | None:
        return self._optional(field, self._reader.text)

    def identifier(self, field: LineField) -> str:
        return self._required(field, self._reader.identifier, "")

    def optional_identifier(self, field: LineField) -> str | None:
        return self._optional(field, self._reader.identifier)

    def status(self) -> str | None:
        """The status; None only when the file carries none at all, for then every line counts."""
        field = LineField.INVOICE_STATUS
        if field not in self._layout.columns and field not in self._constants:
            return None
        return self._even_empty(field, self._reader.status, "")

    def day(self, field: LineField) -> date:
        return self._required(field, self._reader.day, _NO_DAY)

    def number(self, field: LineField) -> Decimal:
        return self._required(field, self._reader.number, ZERO)

    def optional_number(self, field: LineField) -> Decimal | None:
        return self._optional(field, self._reader.number)

    def total(self) -> Decimal:
        return self._required(LineField.TOTAL, self._reader.total, ZERO)

    def currency(self) -> str:
        return self._required(LineField.CURRENCY, self._reader.currency, "")

    def charge_type(self) -> ChargeType:
        return self._even_empty(LineField.CHARGE_TYPE, self._reader.charge_type, ChargeType.CORRECTION)

    def billing_cycle(self) -> BillingCycle:
        return self._even_empty(LineField.BILLING_CYCLE, self._reader.billing_cycle, BillingCycle.ONE_TIME)

    def heading(self, field: LineField) -> str:
        """The heading under which the file has the field."""
        column = self._layout.columns.get(field)
        return f'"{shown(column.heading)}"' if column else f'"{label(field)}"'

    def _required(self, field: LineField, read: Callable[[Cell], Value], instead: Value) -> Value:
        cell = self._cell(field)
        if cell == BLANK:
            self.faults[field] = self._empty(field)
            return instead
        return self._read(field, cell, read, instead)

    def _optional(self, field: LineField, read: Callable[[Cell], Value]) -> Value | None:
        cell = self._cell(field)
        return None if cell == BLANK else self._read(field, cell, read, None)

    def _even_empty(self, field: LineField, read: Callable[[Cell], Value], instead: Value) -> Value:
        """Read an empty cell too: the profile may give it a meaning."""
        return self._read(field, self._cell(field), read, instead)

    def _read(self, field: LineField, cell: Cell, read: Callable[[Cell], Value], instead: Value) -> Value:
        if isinstance(cell, Fault):
            self.faults[field] = cell
            return instead
        try:
            value = read(cell)
            self._compare_constant(field, read, value)
        except CellError as fault:
            self.faults[field] = self._fault(field, cell, fault)
            return instead
        return value

    def _cell(self, field: LineField) -> Cell:
        """The cell; the profile's constant stands in where the file has no column or leaves the cell empty."""
        column = self._layout.columns.get(field)
        cell = self._row.cells[column.position] if column else ""
        return self._constants.get(field, "") if cell == BLANK else cell

    def _compare_constant(self, field: LineField, read: Callable[[Cell], Value], value: Value) -> None:
        constant = self._constants.get(field)
        if constant is not None and read(constant) != value:
            raise CellError(
                f'differs from "{constant}", which the profile gives for the whole file',
                "Remove the constant from the profile, or correct the row.",
            )

    def _fault(self, field: LineField, cell: Cell, fault: CellError) -> Fault:
        if cell == BLANK:
            return Fault(self._empty(field).sentence, fault.remedy)
        text = shown(cell_text(cell))
        return Fault(f'The column {self.heading(field)} holds "{text}", which {fault.why}.', fault.remedy)

    def _empty(self, field: LineField) -> Fault:
        return Fault(f"The column {self.heading(field)} is empty.", _FILL_IN)
