"""Accounting batches: created from GL entry ids, deleted, unbatched, rebatched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psa_sandbox.state.errors import FieldError, Refusal, invalid, invalid_field, not_found
from psa_sandbox.state.ledger.entries import (
    ENTRY,
    FORMS,
    Form,
    document_kind,
    document_of,
    entries_of,
    put_in_batch,
)
from psa_sandbox.state.record import flag, number, text
from psa_sandbox.state.store import Record, Store

ENTITY = "accountingBatch"
FLAGS: dict[Form, str] = {
    "invoice": "exportInvoicesFlag",
    "expense": "exportExpensesFlag",
    "procurement": "exportProductsFlag",
}
_STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class BatchWish:
    """A batch to be: its name (empty: the present time), what it may hold, and the GL entry ids."""

    identifier: str
    forms: frozenset[Form]
    entry_ids: tuple[int, ...]


def create_batch(store: Store, wish: BatchWish, by: str) -> Record:
    """Put GL entries into a new batch, all or none. Raises Refusal 400.

    An identifier that exists is refused [field]. That unknown ids, ids of another batch and ids of a kind
    whose flag is not set are refused as well is our own rule.
    """
    identifier = wish.identifier or store.clock.now().strftime(_STAMP)
    errors = [*_name_errors(store, identifier), *_flag_errors(wish), *_entry_errors(store, wish)]
    if errors:
        raise invalid(ENTITY, *errors)
    flags: Record = {name: form in wish.forms for form, name in FLAGS.items()}
    batch = store.insert("batch", {"batchIdentifier": identifier, "closedFlag": False, **flags}, by=by)
    for key in dict.fromkeys(wish.entry_ids):
        put_in_batch(store, _entry(store, key), number(batch, "id"), by)
    _mark_documents(store, batch, by)
    return batch


def delete_batch(store: Store, batch_id: int, by: str) -> None:
    """Everything in the batch is unposted again. Raises Refusal: 404, or 409 for a closed batch [field]."""
    batch = found_batch(store, batch_id)
    if flag(batch, "closedFlag"):
        raise Refusal(409, "Conflict", "The batch is closed.")
    for form, document in batch_documents(store, batch_id):
        _take_out(store, form, document, {batch_id}, by)
        _forget_batch(store, form, document, by)
    _forget_way_back(store, batch_id, by)
    store.delete("batch", batch_id)


def close_batch(store: Store, batch_id: int, by: str) -> Record:
    """Close a batch, which cannot be undone; only a screen can do it [spec]. Raises Refusal 404."""
    batch = found_batch(store, batch_id)
    return store.replace("batch", batch_id, {**batch, "closedFlag": True}, by=by)


def found_batch(store: Store, batch_id: int) -> Record:
    """The batch. Raises Refusal 404."""
    batch = store.get("batch", batch_id)
    if batch is None:
        raise not_found("Accounting Batch", batch_id)
    return batch


def batch_documents(store: Store, batch_id: int) -> list[tuple[Form, Record]]:
    """The documents that have entries in a batch, in the order of those entries."""
    found: dict[tuple[str, int], tuple[Form, Record]] = {}
    for entry in store.rows(ENTRY, batch=batch_id):
        form, document = document_of(store, entry)
        found.setdefault((form, number(document, "id")), (form, document))
    return list(found.values())


def unbatch(store: Store, form: Form, documents: Iterable[Record], by: str) -> int:
    """Take documents out of their batches; how many were in one. The batch goes on without them [field].

    Raises Refusal 409 when a batch is closed.
    """
    batched = [(row, key) for row in documents if (key := _batch_of(store, form, row)) is not None]
    for _, key in batched:
        if flag(found_batch(store, key), "closedFlag"):
            raise Refusal(409, "Conflict", "The batch is closed.")
    for document, key in batched:
        _take_out(store, form, document, None, by)
        kept = store.replace(document_kind(form), number(document, "id"), {**document, "unbatched": key}, by=by)
        _note_on_invoice(store, form, kept, {"glBatch": None, "unbatchedBatch": {"id": key}}, by)
    return len(batched)


def rebatch(store: Store, form: Form, documents: Iterable[Record], by: str) -> int:
    """Put unbatched documents back into the batch they came from; how many. Sends nothing anywhere [field].

    A document whose batch was deleted meanwhile, or that has no entries, stays out.
    """
    done = 0
    for document in documents:
        batch = store.get("batch", number(document, "unbatched")) if document.get("unbatched") else None
        entries = [entry for entry in entries_of(store, form, document) if entry["batch"] is None]
        if batch is None or not entries:
            continue
        for entry in entries:
            put_in_batch(store, entry, number(batch, "id"), by)
        _mark(store, form, document, number(batch, "id"), by)
        done += 1
    return done


def _name_errors(store: Store, identifier: str) -> list[FieldError]:
    if not store.find("batch", batchIdentifier=identifier):
        return []
    message = f"Batch Identifier {identifier} already exists."
    return [FieldError("ObjectExists", message, ENTITY, "batchIdentifier")]


def _flag_errors(wish: BatchWish) -> list[FieldError]:
    if wish.forms:
        return []
    message = "Batch must export Invoices, Expenses or Products."
    return [FieldError("InvalidObject", message, ENTITY, "exportInvoicesFlag")]


def _entry_errors(store: Store, wish: BatchWish) -> list[FieldError]:
    if not wish.entry_ids:
        message = "The processedRecordIds field is required."
        return [FieldError("MissingRequiredField", message, ENTITY, "processedRecordIds")]
    return [error for key in wish.entry_ids if (error := _entry_error(store, wish, key)) is not None]


def _entry_error(store: Store, wish: BatchWish, key: int) -> FieldError | None:
    entry = store.get(ENTRY, key)
    if entry is None:
        return FieldError("NotFound", f"GL Entry {key} not found", ENTITY, "processedRecordIds")
    if entry["batch"] is not None:
        name = text(store.get("batch", number(entry, "batch")) or {}, "batchIdentifier")
        return FieldError("ObjectExists", f"GL Entry {key} is in batch {name}.", ENTITY, "processedRecordIds")
    if entry["form"] not in wish.forms:
        message = f"GL Entry {key} is of a kind that the batch does not export."
        return FieldError("InvalidObject", message, ENTITY, "processedRecordIds")
    return None


def _entry(store: Store, key: int) -> Record:
    entry = store.get(ENTRY, key)
    if entry is None:
        raise invalid_field(ENTITY, "processedRecordIds", f"GL Entry {key} not found", "NotFound")
    return entry


def _mark_documents(store: Store, batch: Record, by: str) -> None:
    for form, document in batch_documents(store, number(batch, "id")):
        _mark(store, form, document, number(batch, "id"), by)


def _mark(store: Store, form: Form, document: Record, batch_id: int, by: str) -> None:
    kept = store.replace(document_kind(form), number(document, "id"), {**document, "unbatched": None}, by=by)
    _note_on_invoice(store, form, kept, {"glBatch": {"id": batch_id}, "unbatchedBatch": None}, by)


def _forget_batch(store: Store, form: Form, document: Record, by: str) -> None:
    others = [entry for entry in entries_of(store, form, document) if entry["batch"] is not None]
    held = {"id": others[0]["batch"]} if others else None
    _note_on_invoice(store, form, document, {"glBatch": held}, by)


def _forget_way_back(store: Store, batch_id: int, by: str) -> None:
    """What was taken out of a batch that is gone cannot be rebatched into it."""
    for form in FORMS:
        for row in store.rows(document_kind(form), unbatched=batch_id):
            store.replace(document_kind(form), number(row, "id"), {**row, "unbatched": None}, by=by)
    for invoice in store.rows("invoice", unbatchedBatch=batch_id):
        store.replace("invoice", number(invoice, "id"), {**invoice, "unbatchedBatch": None}, by=by)


def _take_out(store: Store, form: Form, document: Record, batches: set[int] | None, by: str) -> None:
    """Take a document's entries out of these batches; None for whichever they are in."""
    for entry in entries_of(store, form, document):
        held = entry["batch"]
        if held is not None and (batches is None or held in batches):
            put_in_batch(store, entry, None, by)


def _batch_of(store: Store, form: Form, document: Record) -> int | None:
    batched = [entry for entry in entries_of(store, form, document) if entry["batch"] is not None]
    return number(batched[0], "batch") if batched else None


def _note_on_invoice(store: Store, form: Form, document: Record, notes: Record, by: str) -> None:
    """The invoice shows the batch it is in, or was taken out of [spec]."""
    if form == "invoice":
        invoice = store.get("invoice", number(document, "invoice")) or {}
        store.replace("invoice", number(invoice, "id"), {**invoice, **notes}, by=by)


def chosen_forms(flags: Record) -> frozenset[Form]:
    """The forms whose export flag is set."""
    return frozenset(form for form in FORMS if flag(flags, FLAGS[form]))
