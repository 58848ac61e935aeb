"""GL entries as the API shows them: under their invoice, and under their batch."""

from __future__ import annotations

from psa_sandbox.state.ledger.chart import account_number, cost_account
from psa_sandbox.state.ledger.entries import ENTRY, about, account, document_of, entries_of
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.record import ZERO, amount, number, target, text
from psa_sandbox.state.store import Record, Store


def invoice_entries(store: Store, under: Record) -> list[Record]:
    """The GL entries of an invoice, none while it is open; amounts are signed, debit positive (our reading)."""
    invoices = [store.get("invoice", number(under, "invoice"))] if under else store.rows("invoice")
    shown: list[Record] = []
    for invoice in invoices:
        document = invoice_document(store, invoice) if invoice else None
        shown += [_entry(row, document) for row in entries_of(store, "invoice", document)] if document else []
    return shown


def batch_entries(store: Store, under: Record) -> list[Record]:
    """The entries in a batch, or in any."""
    rows = store.rows(ENTRY, batch=under["batch"]) if under else store.rows(ENTRY)
    return [_batched(store, row) for row in rows if row["batch"] is not None]


def _entry(entry: Record, document: Record) -> Record:
    return {
        **account(entry),
        "id": entry["id"],
        "_info": entry["_info"],
        "invoice": document["invoice"],
        "type": entry["type"],
        "amount": entry["amount"],
        "description": entry["description"],
        "cost": entry["cost"],
        "isBatched": entry["batch"] is not None,
    }


def _batched(store: Store, entry: Record) -> Record:
    form, document = document_of(store, entry)
    value = amount(entry, "amount")
    detail, transfer = about(entry, "adjustmentDetail"), about(entry, "transfer")
    return {
        "id": entry["id"],
        "_info": entry["_info"],
        "batch": entry["batch"],
        "accountType": entry["type"],
        "name": entry["description"],
        "accountNumber": account_number(store, account(entry)),
        "debit": max(value, ZERO),
        "credit": max(-value, ZERO),
        "cost": entry["cost"],
        "item": text(item_of(store, entry), "identifier"),
        "salesCode": text(account(entry), "salesCode"),
        "costOfGoodsSoldAccountNumber": cost_account(account(entry)),
        "invoice": {"id": document["invoice"]} if form == "invoice" else None,
        "purchaseOrder": {"id": document["source"]} if document.get("procurementType") == "Purchase" else None,
        "lineItem": about(entry, "lineItem") or None,
        "transfer": document["number"] if transfer else None,
        "expense": about(entry, "expense") or None,
        "adjustmentDetail": detail or None,
    }


def item_of(store: Store, entry: Record) -> Record:
    """The catalog item an entry is about; an empty record when it is about none."""
    places = (
        ("product", "product", "catalogItem"),
        ("lineItem", "purchaseOrderLineItem", "product"),
        ("adjustmentDetail", "adjustmentDetail", "catalogItem"),
        ("transfer", "inventoryTransfer", "catalogItem"),
    )
    for name, kind, field in places:
        source = target(store, {"it": about(entry, name)}, "it", kind)
        if source:
            return target(store, source, field, "catalogItem")
    return {}
