"""Payments as CSV: invoice, amount, date, and if known currency and reference."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from bursar.connectors.connectwise.files.payment_rows import PaymentRow, Reasons
from bursar.connectors.connectwise.files.payment_xml import WHAT
from bursar.connectors.connectwise.gl_export_errors import XML_MESSAGE
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.ledger import normalise
from bursar.domain.spreadsheet import csv_lines, csv_rows, heading_key

HEADINGS: Mapping[str, str] = {
    "number": "Invoice",
    "invoice_id": "Invoice ID",
    "amount": "Amount",
    "day": "Date",
    "currency": "Currency",
    "reference": "Reference",
    "payment_id": "Payment ID",
}
"""Field of the row → heading, as files are written."""
_ALIASES: Mapping[str, str] = {
    "number": "invoice, invoice number, invoice no, invoice nr, invoice num, inv, document number, number",
    "invoice_id": "invoice id",
    "amount": "amount, paid amount, amount paid, payment amount, paid",
    "day": "date, date paid, paid date, payment date, paid on, day",
    "currency": "currency, currency code, currency id",
    "reference": "reference, ref, payment reference, external id, transaction id, transaction",
    "payment_id": "payment id",
}
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A thousand and more as half of Europe writes it; also a number with three decimals, which no payment needs."""
_SURPLUS = "has more cells than the file has headings"
_FIELDS = {heading_key(alias): field for field, listed in _ALIASES.items() for alias in listed.split(",")}


def payment_cells(text: str) -> list[PaymentRow]:
    """The rows. Raises SourceUnreadable when there is no heading for the invoice, the amount or the date."""
    rows: list[PaymentRow] = []
    for row in csv_rows(text, what=WHAT):
        if not rows:
            _demand_headings(row.cells)
        named = [(_FIELDS[key], cell) for key, cell in row.cells.items() if key in _FIELDS]
        fields = _once(named)
        if row.surplus:
            fields |= {"amount": "", "fault": _SURPLUS}  # the amount may be half of one, also in the fail file
        elif _THOUSANDS.fullmatch(fields["amount"]):
            fields["fault"] = f"has the amount {fields['amount']}, whose point may divide thousands"
        rows.append(PaymentRow(row.line, **fields))
    return rows


def payments_csv(rows: Iterable[PaymentRow], reasons: Reasons, *, failed: bool) -> Iterator[str]:
    """The rows under their headings; in a fail file a column says why."""
    held = list(rows)
    used = {field: name for field, name in HEADINGS.items() if field in _ALWAYS or any(getattr(r, field) for r in held)}
    columns = [*used.values(), *((XML_MESSAGE,) if failed else ())]
    return csv_lines(columns, (_cells(row, used, reasons) for row in held))


_ALWAYS = frozenset({"number", "amount", "day"})


def _cells(row: PaymentRow, used: Mapping[str, str], reasons: Reasons) -> dict[str, object]:
    cells: dict[str, object] = {heading: getattr(row, field) for field, heading in used.items()}
    return {**cells, HEADINGS["amount"]: _number(row.amount), XML_MESSAGE: reasons.get(row.place, "")}


def _number(text: str) -> Decimal | str:
    """A number where it is one: a refund begins with a minus and is no formula."""
    try:
        return normalise.number(text) or text
    except InvalidInput:
        return text


def _once(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each field once: of two columns for one thing, the first that says anything."""
    found: dict[str, str] = {}
    for field, cell in named:
        found[field] = found.get(field) or cell
    return found


def _demand_headings(cells: Mapping[str, str]) -> None:
    fields = {_FIELDS[key] for key in cells if key in _FIELDS}
    missing = [HEADINGS[field] for field in ("amount", "day") if field not in fields]
    if not fields & {"number", "invoice_id"}:
        missing.insert(0, HEADINGS["number"])
    if missing:
        sentence = f"The {WHAT} has no column {' and no column '.join(missing)}."
        raise SourceUnreadable(sentence, remedy=f"Head the columns {', '.join(HEADINGS.values())}.")
