"""GL entries and the documents they belong to.

A document is what a closed record hands to accounting: an invoice, an expense, a receipt of goods, an inventory
adjustment, a transfer. Its entries are signed, debit positive. An entry is unposted until it is in a batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from psa_sandbox.state.ledger.chart import Places, account_for, snapshot
from psa_sandbox.state.record import ZERO, amount, number
from psa_sandbox.state.store import Record, Store

Form = Literal["invoice", "expense", "procurement"]
FORMS: tuple[Form, ...] = ("invoice", "expense", "procurement")
ENTRY = "ledgerEntry"
FIRST_IDS = {"ledgerInvoice": 3001, "ledgerExpense": 5001, "ledgerProcurement": 7001, ENTRY: 20001}
"""Where ids begin: apart from those of the records behind, so that one is never taken for the other."""


@dataclass(frozen=True)
class Draft:
    """A posting to be: GL type, signed amount (debit positive), where it is mapped, and what it is about.

    `cost` is the cost of goods of a sale, carried on its revenue posting [field]. `about` names records and
    numbers: product, lineItem, taxLevel and the like.
    """

    type: str
    amount: Decimal
    description: str
    places: Places = field(default_factory=dict)
    cost: Decimal = ZERO
    about: Record = field(default_factory=dict)


def document_kind(form: Form) -> str:
    """The kind under which documents of a form are kept."""
    return f"ledger{form.capitalize()}"


def open_document(store: Store, form: Form, document: Record, drafts: Iterable[Draft], by: str) -> Record:
    """Keep a document with its entries.

    When one posting has no mapping, none is written: the document then waits for ever [field].
    """
    kept = _keep(store, document_kind(form), document, by)
    add_entries(store, form, kept, drafts, by)
    return kept


def add_entries(store: Store, form: Form, document: Record, drafts: Iterable[Draft], by: str) -> bool:
    """Write postings under a document, all of them or, without a mapping, none; says whether it did."""
    mapped = [(draft, account_for(store, draft.type, draft.places)) for draft in drafts]
    accounts = [account for _, account in mapped if account is not None]
    if len(accounts) < len(mapped):
        return False
    for (draft, _), account in zip(mapped, accounts, strict=True):
        entry: Record = {
            "document": document["id"],
            "form": form,
            "batch": None,
            "type": draft.type,
            "amount": draft.amount,
            "cost": draft.cost,
            "description": draft.description,
            "account": snapshot(account),
            "about": draft.about,
        }
        _keep(store, ENTRY, entry, by)
    return True


def withdraw(store: Store, form: Form, document: Record) -> None:
    """Forget a document and its entries; none of them may be in a batch."""
    for entry in entries_of(store, form, document):
        store.delete(ENTRY, number(entry, "id"))
    store.delete(document_kind(form), number(document, "id"))


def entries_of(store: Store, form: Form, document: Record) -> list[Record]:
    """All entries of a document."""
    return store.rows(ENTRY, document=document["id"], form=form)


def in_scope(store: Store, form: Form, document: Record, batch: int | None) -> list[Record]:
    """The entries of a document that are in a batch; None for those that are in none."""
    return [entry for entry in entries_of(store, form, document) if entry["batch"] == batch]


def unposted(store: Store, form: Form) -> list[Record]:
    """Documents with an entry in no batch, or without any entry."""
    return [row for row in store.rows(document_kind(form)) if _waits(store, form, row)]


def document_of(store: Store, entry: Record) -> tuple[Form, Record]:
    """The document an entry belongs to."""
    form = next(known for known in FORMS if known == entry["form"])
    return form, store.get(document_kind(form), number(entry, "document")) or {}


def put_in_batch(store: Store, entry: Record, batch: int | None, by: str) -> None:
    """Move an entry into a batch, or with None out of it."""
    store.replace(ENTRY, number(entry, "id"), {**entry, "batch": batch}, by=by)


def about(entry: Record, name: str) -> Record:
    """A reference to what an entry is about; an empty one when it is not about such a thing."""
    held = entry.get("about")
    key = held.get(name) if isinstance(held, dict) else None
    return {"id": key} if key is not None else {}


def tax_level(entry: Record) -> int:
    """The level of the tax code that a tax posting is for."""
    held = entry.get("about")
    return number(held, "taxLevel") if isinstance(held, dict) else 0


def total(entries: Iterable[Record]) -> Decimal:
    """The sum of signed amounts, debit positive."""
    return sum((amount(entry, "amount") for entry in entries), ZERO)


def account(entry: Record) -> Record:
    """The mapping as it was when the entry was written."""
    held = entry.get("account")
    return held if isinstance(held, dict) else {}


def _keep(store: Store, kind: str, record: Record, by: str) -> Record:
    return store.insert(kind, record, by=by, id=None if kind in store.kinds() else FIRST_IDS[kind])


def _waits(store: Store, form: Form, document: Record) -> bool:
    entries = entries_of(store, form, document)
    return not entries or any(entry["batch"] is None for entry in entries)
