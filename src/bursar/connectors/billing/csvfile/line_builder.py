"""A row of a file to an invoice line, or to a rejected row that says why not."""

from collections.abc import Iterable
from dataclasses import replace

from bursar.connectors.billing.csvfile.cells import BLANK
from bursar.connectors.billing.csvfile.fault import Fault, RowError
from bursar.connectors.billing.csvfile.layout import Layout
from bursar.connectors.billing.csvfile.line_ids import LineIds, Place
from bursar.connectors.billing.csvfile.line_values import LineValues
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.schema import LineField as F
from bursar.connectors.billing.csvfile.table import BrokenRow, Row
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.period import Month

IDENTIFYING = frozenset(
    {F.INVOICE_NUMBER, F.ORGANIZATION_ID, F.ORGANIZATION_NAME, F.SUBSCRIPTION_ID, F.SUBSCRIPTION_NAME}
    | {F.OFFER_ID, F.OFFER_NAME, F.CHARGE_TYPE, F.CHARGE_START, F.CHARGE_END}
)
"""What a derived line id is made of. Amounts are not among it: a corrected amount keeps the id."""

_MAYBE_CUT = (
    "Export the file again. If it is complete, add a line break at its end, or set "
    "last_row_may_end_without_line_break to true in the profile."
)


class LineBuilder:
    """Builds the lines of one file. With `month`, lines of other months are refused."""

    def __init__(self, profile: Profile, layout: Layout, ids: LineIds, file: str, month: Month | None) -> None:
        self._profile = profile
        self._layout = layout
        self._ids = ids
        self._file = file
        self._month = month
        self._reader = profile.cell_reader()

    def build(self, row: Row | BrokenRow) -> InvoiceLine | RejectedRow | None:
        """The line, the refusal, or None for an empty row and one that a skip rule leaves out."""
        if isinstance(row, BrokenRow):
            return RejectedRow(row.number, row.fault.sentence, row.fault.remedy, row.raw)
        if all(cell == BLANK for cell in row.cells):
            return None
        if not row.ended and self._may_be_cut(row):
            return _rejected(row, [Fault("The file stops in or right after this row.", _MAYBE_CUT)])
        if self._layout.skipped(row.cells):
            return None
        values = LineValues(row, self._layout, self._reader, self._profile.constants)
        line = self._line(row, values)
        return _rejected(row, values.faults.values()) if values.faults else line

    def _may_be_cut(self, row: Row) -> bool:
        allowed = self._profile.last_row_may_end_without_line_break
        return not allowed and self._layout.may_be_cut(row.cells)

    def _line(self, row: Row, values: LineValues) -> InvoiceLine:
        """The line as far as it can be read; `values.faults` says whether it may be used."""
        organization, offer = values.text(F.ORGANIZATION_NAME), values.text(F.OFFER_NAME)
        line = InvoiceLine(
            line_id=values.optional_identifier(F.LINE_ID) or "",
            invoice_number=values.identifier(F.INVOICE_NUMBER),
            invoice_date=values.day(F.INVOICE_DATE),
            organization_id=values.optional_identifier(F.ORGANIZATION_ID) or organization,
            organization_name=organization,
            offer_id=values.optional_identifier(F.OFFER_ID) or offer,
            offer_name=offer,
            charge_type=values.charge_type(),
            billing_cycle=values.billing_cycle(),
            charge_start=values.day(F.CHARGE_START),
            charge_end=values.day(F.CHARGE_END),
            quantity=values.number(F.QUANTITY),
            unit_price=values.number(F.UNIT_PRICE),
            total=values.total(),
            currency=values.currency(),
            unit_cost=values.optional_number(F.UNIT_COST),
            invoice_status=values.status(),
            contract_id=values.optional_identifier(F.CONTRACT_ID),
            subscription_id=values.optional_identifier(F.SUBSCRIPTION_ID),
            subscription_name=values.optional_text(F.SUBSCRIPTION_NAME) or "",
        )
        line_id = self._line_id(line, values, Place(self._file, row.number))
        self._check_period(line, values)
        self._check_month(line, values)
        return replace(line, line_id=line_id)

    def _line_id(self, line: InvoiceLine, values: LineValues, place: Place) -> str:
        """Claimed or derived also when an amount is wrong: correcting that row must not change another row's id."""
        try:
            if line.line_id:
                return self._ids.claim(line.line_id, place)
            if values.faults.keys() & IDENTIFYING:
                return ""
            return self._ids.derive(_content(line), place)
        except RowError as fault:
            values.faults[F.LINE_ID] = fault.fault
            return ""

    def _check_period(self, line: InvoiceLine, values: LineValues) -> None:
        if values.faults.keys() & {F.CHARGE_START, F.CHARGE_END}:
            return
        if line.charge_end < line.charge_start:
            values.faults[F.CHARGE_END] = Fault(
                f"The column {values.heading(F.CHARGE_END)} holds {line.charge_end}, "
                f"which is before the charge start {line.charge_start}.",
                "Correct the dates. If day and month are swapped, correct date_formats in the profile.",
            )

    def _check_month(self, line: InvoiceLine, values: LineValues) -> None:
        if self._month is None or F.INVOICE_DATE in values.faults:
            return
        if line.invoice_date not in self._month:
            values.faults[F.INVOICE_DATE] = Fault(
                f"The invoice date {line.invoice_date} lies outside {self._month}, the month in the name of the file.",
                "Move the row to the file of its month, or correct the invoice date.",
            )


def _content(line: InvoiceLine) -> tuple[str, ...]:
    return (
        line.invoice_number,
        line.organization_id,
        line.subscription_id or line.subscription_name,
        line.offer_id,
        line.charge_type.value,
        line.charge_start.isoformat(),
        line.charge_end.isoformat(),
    )


def _rejected(row: Row, faults: Iterable[Fault]) -> RejectedRow:
    found = list(faults)
    reason = " ".join(fault.sentence for fault in found)
    remedy = " ".join(dict.fromkeys(fault.remedy for fault in found))
    return RejectedRow(row.number, reason, remedy, row.raw)
