"""What was paid on invoices: one payment for each invoice, and credit memos that were applied to it."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.state.errors import invalid_field
from psa_sandbox.state.invoicing import settle_invoice
from psa_sandbox.state.record import ZERO, amount, reference
from psa_sandbox.state.store import Record, Store


def payment_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """An invoice has one payment [field]; more than its total is refused (our rule). Raises Refusal.

    With `credit` the record applies a credit memo instead: one for each memo and invoice, no more than the
    invoice's balance and what is left of the memo [spec for the field, our reading for the rest]. The type is any text
    [spec]; left out it is P for a payment [field for the letter], C for a credit [assumed].
    """
    invoice = store.get("invoice", reference(record, "invoice") or 0) or {}
    credit = reference(record, "credit")
    others = [row for row in store.rows("payment", invoice=invoice.get("id")) if row["id"] != record.get("id")]
    if any(reference(row, "credit") == credit for row in others):
        message = f"Invoice {invoice.get('id')} already has a payment; change that one."
        raise invalid_field("payment", "invoice/id", message, "ObjectExists")
    paid = amount(record, "amount")
    if credit is None:
        _demand_between(paid, amount(invoice, "total"), f"the invoice total of {amount(invoice, 'total')}", previous)
    else:
        _demand_credit(store, invoice, record, previous)
    return record if record.get("type") else {**record, "type": "P" if credit is None else "C"}


def settle(store: Store, payment: Record, previous: Record | None, by: str) -> None:
    """A written payment changes what its invoice, and its credit memo, say is paid and left."""
    unsettle(store, payment, by)
    if previous is not None and reference(previous, "credit") != reference(payment, "credit"):
        unsettle(store, previous, by)


def unsettle(store: Store, payment: Record, by: str) -> None:
    """A deleted payment leaves its invoice, and its credit memo, open again."""
    for name in ("invoice", "credit"):
        key = reference(payment, name)
        if key is not None and store.get("invoice", key) is not None:
            settle_invoice(store, key, by)


def invoice_balance(store: Store, payment: Record) -> object:
    """What is left of the payment's invoice."""
    return _invoice(store, payment).get("balance")


def invoice_total(store: Store, payment: Record) -> object:
    """The total of the payment's invoice."""
    return _invoice(store, payment).get("total")


def applied_by(_store: Store, payment: Record) -> object:
    """Who entered the payment."""
    info = payment.get("_info")
    return info.get("enteredBy") if isinstance(info, dict) else None


def _demand_credit(store: Store, invoice: Record, record: Record, previous: Record | None) -> None:
    memo = store.get("invoice", reference(record, "credit") or 0) or {}
    if memo.get("type") != "CreditMemo" or memo.get("id") == invoice.get("id"):
        raise invalid_field("payment", "credit/id", "Only a credit memo can be applied to an invoice.")
    earlier = amount(previous, "amount") if previous is not None else ZERO
    left = min(amount(invoice, "balance"), -amount(memo, "balance")) + earlier
    _demand_between(amount(record, "amount"), left, f"the {left} that invoice and credit memo leave", previous)


def _demand_between(paid: Decimal, limit: Decimal, words: str, previous: Record | None) -> None:
    if not min(limit, ZERO) <= paid <= max(limit, ZERO) or (paid == ZERO and previous is None):
        raise invalid_field("payment", "amount", f"The amount must lie between zero and {words}.")


def _invoice(store: Store, payment: Record) -> Record:
    return store.get("invoice", reference(payment, "invoice") or 0) or {}
