"""A GL export as CSV: one row for each line and tax row, each with the head of its document.

Amounts are Bursar's: totals of invoices, credits and bills are positive, a line that reduces them is negative. Ids of
GL entries are separated by spaces, because a spreadsheet takes commas between digits for a number.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from bursar.connectors.connectwise.gl_export_errors import XML_MESSAGE, reason_of
from bursar.domain.ledger.documents import Axis, Dimension, Document, Line, Tax
from bursar.domain.plan import Blocked
from bursar.domain.spreadsheet import csv_lines

HEAD_IDS, ROW_IDS, RECORD = "DocumentGLEntryIDs", "GLEntryIDs", "Record"
HEAD = (
    f"{RECORD} RecordID Kind DocumentType DocumentNumber DocumentDate DueDate PartyCode PartyName MemberID Currency"
    " Total ControlAccountNumber Terms PONumber VendorInvoiceNumber ProjectName Class SalesTerritory Description Memo"
    f" Location Department {HEAD_IDS}"
).split()
ROWS = (
    "Row AccountNumber Amount Quantity ItemPrice ItemID RowDescription RowMemo UomName TaxCode TaxRate TaxAgency Cost"
    f" CostAccountNumber InventoryAccountNumber GLTypeID RowClass ExpenseClass {ROW_IDS}"
).split()
Cells = dict[str, object]


def csv_export(
    documents: Iterable[Document], blocked: Iterable[Blocked] = (), reasons: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Headings, then row by row. A column says why, where there are reasons by key of the document, or blocked ones."""
    held = tuple(blocked)
    columns = (*HEAD, *ROWS, *((XML_MESSAGE,) if held or reasons else ()))
    rows = (cells for document in documents for cells in _cells(document, reason_of(document, reasons or {}) or ""))
    yield from csv_lines(columns, _padded(columns, rows, map(_blocked, held)))


def _padded(columns: Iterable[str], *groups: Iterable[Cells]) -> Iterator[Cells]:
    empty: Cells = dict.fromkeys(columns, "")
    return ({**empty, **cells} for group in groups for cells in group)


def _cells(document: Document, reason: str) -> Iterator[Cells]:
    head = _head(document)
    if reason:
        head[XML_MESSAGE] = reason
    rows = [*map(_line, document.lines), *map(_tax, document.taxes)]
    return (head | row for row in rows or [{}])


def _head(document: Document) -> Cells:
    party = document.party
    return {
        RECORD: document.record,
        "RecordID": document.record_id,
        "Kind": document.kind,
        "DocumentType": document.document_type,
        "DocumentNumber": document.number,
        "DocumentDate": document.day,
        "DueDate": document.due,
        "PartyCode": party.code,
        "PartyName": party.name,
        "MemberID": party.member,
        "Currency": document.currency,
        "Total": document.total,
        "ControlAccountNumber": document.control_account,
        "Terms": document.terms,
        "PONumber": document.po_number,
        "VendorInvoiceNumber": document.vendor_invoice,
        "ProjectName": document.project,
        "Class": _on(Axis.CLASS, document.dimensions),
        "SalesTerritory": _on(Axis.TERRITORY, document.dimensions),
        "Description": document.description,
        "Memo": document.memo,
        "Location": document.location,
        "Department": document.department,
        HEAD_IDS: _listed(document.entry_ids),
    }


def _line(line: Line) -> Cells:
    return _row("line", line) | {
        "Quantity": line.quantity,
        "ItemPrice": line.unit_price,
        "ItemID": line.item,
        "UomName": line.unit,
        "TaxCode": line.tax_code,
        "Cost": line.cost,
        "CostAccountNumber": line.cost_account,
        "InventoryAccountNumber": line.inventory_account,
    }


def _tax(tax: Tax) -> Cells:
    rate: Decimal | None = tax.rate
    return _row("tax", tax) | {"TaxCode": tax.code, "TaxRate": rate, "TaxAgency": tax.agency}


def _row(word: str, row: Line | Tax) -> Cells:
    return {
        "Row": word,
        "AccountNumber": row.account,
        "Amount": row.amount,
        "RowDescription": row.description,
        "RowMemo": row.memo,
        "GLTypeID": row.gl_type,
        "RowClass": _on(Axis.CLASS, row.dimensions),
        "ExpenseClass": _on(Axis.EXPENSE_CLASS, row.dimensions),
        ROW_IDS: _listed(row.entry_ids),
    }


def _blocked(blocked: Blocked) -> Cells:
    message = f"{blocked.sentence} {blocked.remedy}".rstrip()
    return {RECORD: "", "DocumentNumber": blocked.subject, "Row": "error", XML_MESSAGE: message}


def _on(axis: Axis, dimensions: Iterable[Dimension]) -> str:
    return next((one.value for one in dimensions if one.axis is axis), "")


def _listed(ids: Iterable[int]) -> str:
    return " ".join(map(str, ids))
