"""What is in the books already, and what Bursar remembers of what it sent there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Present:
    """A document as the books have it now, found by its marker."""

    marker: str
    number: str
    day: date
    currency: str
    total: Decimal
    """Positive for invoices, credits and bills; of a journal the sum of its debits."""
    voided: bool = False
    remote_id: int = 0
    """0 where the books do not number their records."""
    ref: str = ""
    url: str = ""
    """Where a person sees it; blank where there is no page."""


class Consent(StrEnum):
    """What a person decided about a document whose two sides differ."""

    REPOST = "repost"
    """Take back what is in the books, if it is still there, and post what ConnectWise says now."""
    ACCEPT = "accept"
    """Let the books have it as it is, and batch it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What Bursar sent last for a document, and what it was."""

    marker: str
    generation: int
    digest: str
    """Of the content without its generation (`digest_of`)."""
    number: str
    day: date
    currency: str
    total: Decimal
    payload: str
    remote_id: int = 0
    ref: str = ""
    voided: bool = False
    """Bursar itself took it back."""
    batched: bool = False
    """Its GL entries are in a batch."""
    consent: Consent | None = None
