"""Inventory adjustments and transfers: what closing them does."""

from __future__ import annotations

from psa_sandbox.state.errors import Refusal, invalid_field
from psa_sandbox.state.ledger.stock import adjustment_document, is_batched, post_adjustment, withdraw_adjustment
from psa_sandbox.state.record import flag, number, reference, target, text
from psa_sandbox.state.store import Record, Store

ENTITY = "adjustment"


def adjustment_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """Closing needs details; a batched adjustment stays closed, a closed one does not change. Raises Refusal.

    Details are entered through their own path; a body that brings them along is refused (not modelled).
    """
    if previous is None and record.get("adjustmentDetails"):
        raise invalid_field(ENTITY, "adjustmentDetails", "The sandbox takes details only through their own path.")
    kept = {name: value for name, value in record.items() if name != "adjustmentDetails"}
    closing, was = flag(kept, "closedFlag"), previous is not None and flag(previous, "closedFlag")
    if closing and not was and not (previous and _details(store, previous)):
        raise invalid_field(ENTITY, "closedFlag", "An adjustment without details cannot be closed.")
    if was and previous is not None:
        _demand_unposted(store, previous, kept)
    return kept


def follow_closing(store: Store, adjustment: Record, previous: Record | None, by: str) -> None:
    """A closed adjustment posts to the ledger; one opened again leaves it."""
    closed, was = flag(adjustment, "closedFlag"), previous is not None and flag(previous, "closedFlag")
    if closed == was:
        return
    noted: Record = {"closedBy": by if closed else None, "closedDate": store.clock.stamp() if closed else None}
    kept = store.replace("procurementAdjustment", number(adjustment, "id"), {**adjustment, **noted}, by=by)
    if closed:
        post_adjustment(store, kept, _details(store, kept), by)
    else:
        withdraw_adjustment(store, kept)


def adjustment_delete_rule(_store: Store, adjustment: Record) -> None:
    """Raises Refusal 409 for a closed one: our own rule."""
    if flag(adjustment, "closedFlag"):
        raise Refusal(409, "Conflict", "The adjustment is closed and cannot be deleted.")


def detail_rule(store: Store, record: Record, _previous: Record | None) -> Record:
    """A detail takes description and cost from its item; a closed adjustment takes none. Raises Refusal."""
    _demand_open(store, record)
    if not record.get("quantityAdjusted"):
        raise invalid_field("adjustmentDetail", "quantityAdjusted", "The quantity cannot be zero.")
    item = target(store, record, "catalogItem", "catalogItem")
    cost = item.get("cost") if record.get("unitCost") is None else record["unitCost"]
    return {**record, "unitCost": cost, "description": text(record, "description") or text(item, "description")[:50]}


def detail_delete_rule(store: Store, detail: Record) -> None:
    """Raises Refusal for a detail of a closed adjustment."""
    _demand_open(store, detail)


def _demand_unposted(store: Store, previous: Record, kept: Record) -> None:
    document = adjustment_document(store, previous)
    if document is not None and is_batched(store, document):
        raise Refusal(409, "Conflict", "The adjustment is in a batch.")
    changed = {name for name in kept if kept[name] != previous.get(name)} - {"closedFlag", "notes", "_info"}
    if flag(kept, "closedFlag") and changed:
        raise invalid_field(ENTITY, min(changed), "A closed adjustment cannot be changed; open it first.")


def _demand_open(store: Store, detail: Record) -> None:
    adjustment = store.get("procurementAdjustment", reference(detail, "adjustment") or 0) or {}
    if flag(adjustment, "closedFlag"):
        raise invalid_field("adjustmentDetail", "adjustment", "The adjustment is closed.")


def _details(store: Store, adjustment: Record) -> list[Record]:
    return store.rows("adjustmentDetail", adjustment=adjustment["id"])
