"""Payments on invoices: one for each invoice."""

from __future__ import annotations

from psa_sandbox.state.errors import invalid_field
from psa_sandbox.state.invoicing import settle_invoice
from psa_sandbox.state.record import ZERO, amount, reference
from psa_sandbox.state.store import Record, Store


def payment_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """An invoice has one payment [field]; more than its total is refused (our rule). Raises Refusal."""
    invoice_id = reference(record, "invoice") or 0
    others = [row for row in store.rows("payment", invoice=invoice_id) if row["id"] != record.get("id")]
    if previous is None and others:
        message = f"Invoice {invoice_id} already has a payment; change that one."
        raise invalid_field("payment", "invoice/id", message, "ObjectExists")
    total = amount(store.get("invoice", invoice_id) or {}, "total")
    paid = amount(record, "amount")
    if not min(total, ZERO) <= paid <= max(total, ZERO) or (paid == ZERO and previous is None):
        message = f"The amount must lie between zero and the invoice total of {total}."
        raise invalid_field("payment", "amount", message)
    return record


def settle(store: Store, payment: Record, _previous: Record | None, by: str) -> None:
    """A written payment changes what its invoice says is paid and left."""
    unsettle(store, payment, by)


def unsettle(store: Store, payment: Record, by: str) -> None:
    """A deleted payment leaves its invoice open again."""
    invoice_id = reference(payment, "invoice")
    if invoice_id is not None and store.get("invoice", invoice_id) is not None:
        settle_invoice(store, invoice_id, by)


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


def _invoice(store: Store, payment: Record) -> Record:
    return store.get("invoice", reference(payment, "invoice") or 0) or {}
