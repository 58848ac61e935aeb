"""From the records of an export to documents, and back; the same for both dialects."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bursar.connectors.connectwise import gl_export_costs as costs
from bursar.connectors.connectwise import gl_export_trade as trade
from bursar.connectors.connectwise.gl_export_lines import Row, line_shown, tax_shown
from bursar.connectors.connectwise.gl_export_taken import CURRENCY, Shown, Taken, said
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Document, DocumentKind, RecordType
from bursar.domain.ledger.signs import header_sign, line_sign, turned, turned_tax
from bursar.domain.money import ZERO

_READ: Mapping[RecordType, Callable[[Document, Taken, Row], Document]] = {
    RecordType.TRANSACTION: trade.sale,
    RecordType.PURCHASE: trade.purchase,
    RecordType.EXPENSE_BILL: costs.expense_bill,
    RecordType.EXPENSE: costs.expense,
    RecordType.ADJUSTMENT: costs.adjustment,
    RecordType.TRANSFER: costs.transfer,
}
_SHOWN: Mapping[RecordType, Callable[[Document], Shown]] = {
    RecordType.TRANSACTION: trade.sale_shown,
    RecordType.PURCHASE: trade.purchase_shown,
    RecordType.EXPENSE_BILL: costs.expense_bill_shown,
    RecordType.EXPENSE: costs.expense_shown,
    RecordType.ADJUSTMENT: costs.adjustment_shown,
    RecordType.TRANSFER: costs.transfer_shown,
}


def document_of(row: Row, currency: str) -> Document:
    """The document of a record; `currency` is for exports that name none. Raises InvalidInput."""
    header = Taken(row.header)
    own = header.currency(currency)
    day = header.day("documentDate")
    if day is None:
        raise InvalidInput("It has no documentDate.")
    bare = Document(
        kind=DocumentKind.JOURNAL,
        record=row.record,
        number=header.text("documentNumber"),
        day=day,
        currency=own,
        total=ZERO,
        control_account="",
        document_type=header.text("documentType"),
        memo=header.text("memo"),
    )
    document = _READ[row.record](bare, header, row)
    return replace(document, more=header.rest())


def row_of(document: Document) -> Row:
    """The record that an export would show for a document."""
    shown: Shown = dict(document.more)
    shown |= {
        "documentDate": document.day,
        CURRENCY: document.currency,
        "documentType": document.document_type,
        "memo": document.memo,
    }
    shown |= _SHOWN[document.record](document)
    if document.record in {RecordType.EXPENSE, RecordType.TRANSFER}:
        return Row(document.record, said(shown))
    sign = line_sign(document.record, header_sign(document.kind))
    lines = tuple(line_shown(turned(line, sign), document) for line in document.lines)
    within = tuple(tax_shown(turned_tax(tax, sign), document) for tax in document.taxes if not tax.separate)
    apart = tuple(tax_shown(turned_tax(tax, sign), document) for tax in document.taxes if tax.separate)
    return Row(document.record, said(shown), lines + within, apart)
