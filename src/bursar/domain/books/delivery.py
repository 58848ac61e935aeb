"""A delivery: one document as the books get it, with its journal and the marker by which it is found again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from bursar.domain.identity import short_digest
from bursar.domain.ledger.documents import Document, Line
from bursar.domain.ledger.journal import Journal, Role
from bursar.domain.ledger.signs import control_side


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is sent. Immutable: another content is another generation, and the one before is taken back first."""

    document: Document
    """In the codes of the books, on the day it is posted. Amounts of invoices, credits and bills are positive."""
    journal: Journal
    """The same in debits and credits; what reconciliation compares, whatever the books keep."""
    generation: int
    marker: str
    """Kept in the books with the document; unique there."""
    document_day: date
    """The day in ConnectWise, where the closed-period policy moved the posting day."""

    @property
    def key(self) -> str:
        return self.document.key

    @property
    def lines(self) -> Iterator[Line]:
        """The lines of a document, with the rounding line that makes them come to the total."""
        yield from self.document.lines
        side = -control_side(self.document.kind)
        for row in self.journal.postings:
            if row.role is Role.ROUNDING:
                yield Line(row.account, side * row.amount, description=row.memo, memo=row.memo)


def document_marker(scope: str, key: str, generation: int) -> str:
    """What the books keep of us; `scope` is the ConnectWise login company. At most 32 characters.

    The generation counts re-postings: an answer that a server repeats for an older one is never taken for the new.
    """
    return f"bursar:d:{short_digest(scope, 'document', key)}:{generation}"


def on_day(document: Document, day: date) -> Document:
    """The document posted on another day; what is due by then is due that day."""
    due = max(document.due, day) if document.due else None
    return replace(document, day=day, due=due)
