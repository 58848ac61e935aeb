"""What a book can do and how far that is proven, in a person's words, as its adapter states it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.store.models import Book
from bursar.wiring import book_traits

CAPABILITIES: Mapping[Capability, tuple[str, str]] = {
    Capability.DOCUMENTS: ("Invoices and bills", "Documents of their own, with a party and a due date."),
    Capability.JOURNALS: ("Journals", "Stock movements, expenses that are no bills, cost of goods sold."),
    Capability.REFERENCES: ("Lists to check against", "Every code is looked up before anything is sent."),
    Capability.PARTIES: ("New customers and suppliers", "Bursar can create them, if the settings allow it."),
    Capability.ITEMS: ("Items", "Sales lines need an item, which Bursar can create if the settings allow it."),
    Capability.PAYMENTS: ("Payments back", "What was paid can be read, and goes to ConnectWise."),
    Capability.BALANCES: ("Balances back", "Reconciliation compares account by account."),
    Capability.CLOSED_PERIODS: ("Closed periods", "The book itself says which days are closed."),
    Capability.VOID: ("Taking back", "A document can be taken back again."),
    Capability.ATTACHMENTS: ("Attachments", "Files can be attached to documents."),
}
PROOFS: Mapping[Proof, tuple[str, str]] = {
    Proof.ENGINE: ("success", "A real accounting engine took it, and refused what is wrong"),
    Proof.SCHEMA: ("info", "The vendor's machine-readable schema accepts it"),
    Proof.FAKE: ("warning", "Only an imitation of ours took it"),
    Proof.GOLDEN: ("warning", "It follows a published layout; the product itself has not read it in our tests"),
}
"""How each proof looks, and what it means."""
LIMITS: Mapping[str, str] = {
    "number": "characters in a number",
    "party_code": "characters in a party's code",
    "party_name": "characters in a party's name",
    "description": "characters in a description",
    "item": "characters in an item's code",
    "tax_code": "characters in a tax code",
    "dimensions": "dimensions on a line",
    "currencies": "currencies",
}


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing that books may be able to do."""

    title: str
    meaning: str
    can: bool


@dataclass(frozen=True, slots=True)
class ToldTraits:
    """The traits of one book."""

    title: str
    proof: str
    proof_look: str
    proven_by: str
    abilities: Sequence[Ability]
    limits: Sequence[str]
    """What there is room for; what has no known limit is left out."""


def traits_of(book: Book) -> ToldTraits:
    """As its adapter states them. Nothing is asked of the book."""
    return told(book_traits(book))


def told(traits: Traits) -> ToldTraits:
    """Traits in words."""
    look, proof = PROOFS[traits.proof]
    return ToldTraits(
        title=traits.title,
        proof=proof,
        proof_look=look,
        proven_by=traits.proven_by,
        abilities=[Ability(title, text, traits.can(each)) for each, (title, text) in CAPABILITIES.items()],
        limits=_limits(traits.limits),
    )


def _limits(limits: Limits) -> Sequence[str]:
    found = {each.name: getattr(limits, each.name) for each in fields(limits)}
    return [f"{found[name]} {words}" for name, words in LIMITS.items() if found.get(name) is not None]
