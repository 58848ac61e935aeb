"""What a kind of books can do, what it has room for, and how far that is proven. Adapters state it; nothing guesses."""

from dataclasses import dataclass, field
from enum import StrEnum


class Capability(StrEnum):
    """What an adapter can do beyond taking a document and finding it again, which all can."""

    DOCUMENTS = "documents"
    """Invoices, credits and bills are documents of their own there, with a party and a due date."""
    JOURNALS = "journals"
    """Journals are entries of their own there: stock movements, expenses that are no bills, cost of goods sold."""
    REFERENCES = "references"
    """It keeps lists of accounts, parties, taxes …: every code is checked against them before anything is sent."""
    PARTIES = "parties"
    """Customers and suppliers can be created."""
    ITEMS = "items"
    """Sales lines need an item, which can be created."""
    PAYMENTS = "payments"
    """Payments can be read back."""
    BALANCES = "balances"
    """Balances per account and month can be read back."""
    CLOSED_PERIODS = "closed_periods"
    """It says which days are closed."""
    VOID = "void"
    """A document can be taken back."""
    ATTACHMENTS = "attachments"


class Proof(StrEnum):
    """Who has said that what the adapter writes is right."""

    ENGINE = "engine"
    """A real accounting engine took it, and refused what is wrong."""
    SCHEMA = "schema"
    """The vendor's machine-readable schema accepts it."""
    FAKE = "fake"
    """Only our own imitation took it."""
    GOLDEN = "golden"
    """Files that follow a published layout; the product itself has not read them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Characters and places there is room for; None: no limit that we know of."""

    number: int | None = None
    party_code: int | None = None
    party_name: int | None = None
    description: int | None = None
    item: int | None = None
    tax_code: int | None = None
    dimensions: int | None = None
    """How many axes one line can carry."""
    currencies: int | None = None
    """How many currencies one book can hold."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One kind of books."""

    title: str
    capabilities: frozenset[Capability]
    proof: Proof
    proven_by: str
    """Which judge, in a person's words."""
    limits: Limits = field(default_factory=Limits)

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities
