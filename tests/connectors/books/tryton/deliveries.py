"""Writes of single documents, right ones and wrong ones, without a plan."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bursar.domain.books.delivery import Delivery, document_marker
from bursar.domain.books.payload import as_text, delivery_of
from bursar.domain.books.planner import money_of
from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document, DocumentKind
from bursar.domain.ledger.journal import PLAIN, Journal, JournalPolicy, journal_of
from bursar.domain.plan import Action, Resource
from bursar.ports import Receipt, Write
from tests.connectors.books.samples import SAMPLES

FAR = date(2030, 1, 31)
"""Tryton asks whether a past day is meant, and starts over when it is."""


def sample(kind: DocumentKind, **changed: Any) -> Document:
    """A sample with other words or days; what is sold is due in a far future."""
    return replace(due_later(SAMPLES[kind]), **changed)


def due_later(document: Document) -> Document:
    """The same, due on a day about which Tryton has no question."""
    return replace(document, due=FAR) if document.kind in RECEIVABLE_KINDS else document


def delivery(document: Document, generation: int = 0, policy: JournalPolicy = PLAIN) -> Delivery:
    """The document as it would be delivered."""
    journal = journal_of(document, policy)
    assert isinstance(journal, Journal), journal
    marker = document_marker("cedarpoint", document.key, generation)
    return Delivery(document, journal, generation, marker, document.day)


def write_for(document: Document, generation: int = 0, policy: JournalPolicy = PLAIN) -> Write:
    """The write that sends it."""
    return write_of(delivery(document, generation, policy))


def write_of(found: Delivery) -> Write:
    fields = {
        "marker": found.marker,
        "number": found.document.number,
        "day": found.document.day.isoformat(),
        "currency": found.document.currency,
        "total": f"{money_of(found).amount:f}",
        "payload": as_text(found),
    }
    return Write(Action.CREATE, Resource.DOCUMENT, f"Main/document:{found.key}:{found.generation}", fields)


def void_of(write: Write, receipt: Receipt) -> Write:
    """The write that takes it back on its own day."""
    fields = {
        "marker": write.fields["marker"],
        "number": write.fields["number"],
        "ref": receipt.ref,
        "day": write.fields["day"],
        "payload": write.fields["payload"],
    }
    return Write(Action.CANCEL, Resource.DOCUMENT, f"{write.key}:void", fields, remote_id=receipt.remote_id)


def journal_in(write: Write) -> Journal:
    return delivery_of(str(write.fields["payload"])).journal


def tampered(document: Document, more: str) -> Write:
    """The write of a journal whose first row was changed on the way, so that it does not balance."""
    found = delivery(document)
    first, *rest = found.journal.postings
    changed = replace(first, amount=first.amount + Decimal(more))
    return write_of(replace(found, journal=replace(found.journal, postings=(changed, *rest))))
