"""A delivery as the fields of a Tryton invoice.

Tax comes as ConnectWise computed it: as tax lines entered by hand, which Tryton does not compute anew. So do rows whose
account Tryton lets stand on no invoice line, such as goods bought for stock: the ledger is the same.
"""

from decimal import Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.marks import Mark
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import Account
from bursar.connectors.books.tryton.rows import InvoiceRow, rows_of
from bursar.connectors.books.tryton.values import PlainNumber, Value, Values
from bursar.domain.books.delivery import Delivery
from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document


def invoice_values(delivery: Delivery, reader: Reader, lists: Lists) -> Values:
    """All of it, for one request. Raises Rejected when it names something that is not there."""
    document, day = delivery.document, delivery.document_day
    sold = document.kind in RECEIVABLE_KINDS
    rows = list(rows_of(delivery))
    accounts = lists.accounts([document.control_account, *(row.account for row in rows)], document.title)
    party = lists.usable_party(document.party.code, document.title)
    currency = lists.currency(document.currency, document.title)
    lines: list[Value] = []
    taxes: list[Value] = []
    for row in rows:
        account = accounts[row.account]
        if row.tax or not _is_line_account(account, sold=sold):
            taxes.append(_tax_values(row, account))
        else:
            lines.append(_line_values(row, account, currency))
    values: Values = {
        "type": "out" if sold else "in",
        "company": reader.company.id,
        "party": party.id,
        "invoice_address": party.invoice_address,
        "currency": currency,
        "journal": lists.journal("revenue" if sold else "expense"),
        "account": accounts[document.control_account].id,
        "invoice_date": day,
        "accounting_date": document.day if document.day != day else None,
        "reference": document.number if sold else supplier_number(document),
        "description": one_line(document.description or document.memo) or None,
        "comment": str(Mark(document.number, delivery.marker)),
        "lines": [["create", lines]] if lines else [],
        "taxes": [["create", taxes]] if taxes else [],
    }
    if document.terms:
        return values | {"payment_term": lists.term(document.terms, document.title), "payment_term_date": day}
    return values | {"payment_term_date": document.due or day}


def supplier_number(document: Document) -> str:
    """What stands on a bill as its number: the supplier's own, else ConnectWise's."""
    return one_line(document.vendor_invoice) or document.number


def _is_line_account(account: Account, *, sold: bool) -> bool:
    """Whether Tryton lets the account stand on an invoice line; every other one may stand on a tax line."""
    kind = account.type
    if kind is None:
        return False
    return kind.revenue if sold else kind.expense or kind.debt


def _line_values(row: InvoiceRow, account: Account, currency: int) -> Values:
    return {
        "type": "line",
        "account": account.id,
        "currency": currency,
        "quantity": PlainNumber(row.quantity),
        "unit_price": row.unit_price,
        "description": row.description or account.name,
    }


def _tax_values(row: InvoiceRow, account: Account) -> Values:
    return {
        "manual": True,
        "description": row.description or account.name,
        "account": account.id,
        "base": Decimal(0),
        "amount": row.amount,
    }
