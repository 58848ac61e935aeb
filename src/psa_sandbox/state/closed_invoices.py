"""What may still change on an invoice, depending on its status and its batch."""

from __future__ import annotations

from psa_sandbox.state.errors import Refusal, invalid_field
from psa_sandbox.state.hand_invoices import give_number, new_invoice
from psa_sandbox.state.ledger.invoices import post_invoice, withdraw_invoice
from psa_sandbox.state.record import flag, number, reference
from psa_sandbox.state.store import Record, Store

_STAYS_FREE = {"status", "addToBatchEmailList", "internalNotes"}
_NEEDS_RECALCULATION = ("taxCode", "taxableFlag", "currency")


def invoice_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """A closed invoice only changes its status, a batched one not even that (our reading of [user] reports).

    Raises Refusal; also for what would make the real PSA work out the amounts again.
    """
    if previous is None:
        return new_invoice(store, record)
    changed = {name for name in {*record, *previous} - {"_info"} if record.get(name) != previous.get(name)}
    if "status" in changed and previous.get("glBatch"):
        raise Refusal(409, "Conflict", "The invoice is in a batch and must be unbatched first.")
    if is_closed(store, previous) and is_closed(store, record) and changed - _STAYS_FREE:
        field = min(changed - _STAYS_FREE)
        raise invalid_field("invoice", field, "A closed invoice cannot be changed; give it an open status first.")
    for field in _NEEDS_RECALCULATION:
        if field in changed:
            raise invalid_field("invoice", field, "The sandbox does not work out an invoice again.")
    return record


def is_closed(store: Store, invoice: Record) -> bool:
    """Whether the invoice's billing status has closedFlag."""
    status = store.get("billingStatus", reference(invoice, "status") or 0)
    return status is not None and flag(status, "closedFlag")


def follow_status(store: Store, invoice: Record, previous: Record | None, by: str) -> None:
    """A new invoice gets its number; a closed one says who closed it and posts to the ledger.

    One that is opened again does neither any more.
    """
    invoice = give_number(store, invoice, by)
    closed = is_closed(store, invoice)
    if closed == (previous is not None and is_closed(store, previous)):
        return
    kept = store.replace("invoice", number(invoice, "id"), {**invoice, "closedBy": by if closed else None}, by=by)
    if closed:
        post_invoice(store, kept, by)
    else:
        withdraw_invoice(store, kept)
