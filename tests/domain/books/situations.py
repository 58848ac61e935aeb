"""Situations for the tests of the books: a book that takes anything, and one with lists of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bursar.domain.books.planner import DOCUMENTS, BookPlan, Planned, plan_documents
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.present import Consent, Delivered, Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.situation import ReferenceLists, Situation
from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.domain.ledger.documents import Document
from bursar.domain.plan import Action

ABLE = Traits("Anything", frozenset(Capability) - {Capability.ITEMS}, Proof.FAKE, "these tests")
SIMPLE = BookPolicy("Main")


def situation(*documents: Document, **changes: object) -> Situation:
    """A book that keeps no lists; everything else as given."""
    made = Situation("acme", SIMPLE, ABLE, documents)
    return replace(made, **changes)


def planned(*documents: Document, **changes: object) -> list[Planned]:
    return plan_documents(situation(*documents, **changes)).documents


def sole(*documents: Document, **changes: object) -> Planned:
    (found,) = planned(*documents, **changes)
    return found


def lists(**codes: Sequence[str | Reference]) -> ReferenceLists:
    """Lists by kind; entries given by code alone are active."""
    found: dict[ReferenceKind, Mapping[str, Reference]] = {}
    for name, entries in codes.items():
        kind = ReferenceKind(name)
        made = [entry if isinstance(entry, Reference) else Reference(kind, entry) for entry in entries]
        found[kind] = {entry.code: entry for entry in made}
    return ReferenceLists(found)


def after_posting(plan: BookPlan, consent: Consent | None = None) -> tuple[dict[str, Delivered], dict[str, Present]]:
    """What is known, and what is there, once every creation of the plan has arrived."""
    delivered: dict[str, Delivered] = {}
    present: dict[str, Present] = {}
    by_key = {item.document.key: item for item in plan.documents}
    for change in plan.plan.stages[DOCUMENTS]:
        if change.action is not Action.CREATE or change.total is None:
            continue
        item = by_key[change.lines[0]]
        delivery = item.delivery
        assert delivery is not None
        number, day, currency = delivery.document.number, delivery.document.day, delivery.document.currency
        payload = str(change.after["payload"])
        total: Decimal = change.total.amount
        delivered[item.document.key] = Delivered(
            delivery.marker, delivery.generation, item.digest, number, day, currency, total, payload, consent=consent
        )
        present[delivery.marker] = Present(delivery.marker, number, day, currency, total)
    return delivered, present


def limited(**limits: int) -> Traits:
    return replace(ABLE, limits=Limits(**limits))
