"""Batches, invoices and payments of ConnectWise as domain values."""

from bursar.connectors.connectwise.accounting_wire import BatchEntryRecord, BatchRecord, InvoiceRecord, PaymentRecord
from bursar.connectors.connectwise.translate import currency_code
from bursar.connectors.connectwise.wire import Reference
from bursar.domain.ledger.batch import Batch, BatchEntry
from bursar.domain.ledger.normalise import account
from bursar.domain.ledger.unposted import Family
from bursar.domain.money import to_cents
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.plan import Fields

_CREDIT_MEMO = "creditmemo"


def batch(record: BatchRecord) -> Batch:
    """A batch. Who made it, else who touched it last, as not every version says both [field]."""
    flags = {Family.INVOICES: record.invoices, Family.EXPENSES: record.expenses, Family.PROCUREMENT: record.products}
    info = record.info
    return Batch(
        id=record.id,
        identifier=record.identifier,
        families=frozenset(family for family, on in flags.items() if on),
        closed=record.closed,
        made_by=info.entered_by or info.updated_by,
        made_on=info.entered or info.updated,
    )


def batch_entry(record: BatchEntryRecord) -> BatchEntry:
    """A GL entry in a batch, with the record it belongs to."""
    named = (
        _named("invoice", record.invoice),
        _named("purchase order", record.purchase_order),
        _named("expense", record.expense),
        _named("adjustment line", record.adjustment_detail),
        f"transfer {record.transfer}" if record.transfer else "",
    )
    return BatchEntry(
        id=record.id,
        account=account(record.account),
        debit=record.debit,
        credit=record.credit,
        description=record.name,
        kind=record.account_type,
        record=next(filter(None, named), ""),
    )


def paid_invoice(record: InvoiceRecord) -> PaidInvoice:
    """An invoice, its currency blank when it names none. Only a status that says it is open is taken as open.

    Amounts here and of payments are in cents, whatever digits a sum of doubles has behind them (decision 22).
    """
    return PaidInvoice(
        id=record.id,
        number=record.number,
        total=to_cents(record.total),
        balance=to_cents(record.balance),
        currency=currency_code(record.currency) or "",
        closed=record.status is None or record.status.closed is not False,
        company=record.company.name if record.company else "",
        kind=record.type,
        credit_memo=record.type.casefold() == _CREDIT_MEMO,
    )


def invoice_payment(record: PaymentRecord, invoice_id: int) -> InvoicePayment:
    """A payment on the invoice that it was read from."""
    return InvoicePayment(
        id=record.id,
        invoice_id=invoice_id,
        amount=to_cents(record.amount),
        day=record.day,
        kind=record.type,
        credit_id=_credit(record),
        applied_by=record.applied_by,
    )


def payment_fields(record: PaymentRecord) -> Fields:
    """A payment under the names that writes use, and `total`, what it comes to."""
    amount = to_cents(record.amount)
    return {"amount": amount, "day": record.day, "kind": record.type, "credit_id": _credit(record), "total": amount}


def _credit(record: PaymentRecord) -> int | None:
    """The credit memo; ConnectWise may name none by an empty reference, or by 0 (assumed)."""
    return (record.credit.id or None) if record.credit else None


def _named(word: str, reference: Reference | None) -> str:
    if reference is None:
        return ""
    named = reference.identifier or (str(reference.id) if reference.id else "")
    return f"{word} {named}".rstrip()
