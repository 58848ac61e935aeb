"""A document as the lists and its own page show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bursar.store.models import LedgerDocument, Run
from bursar.usecases.agree_documents import postable
from bursar.web.ledger.words import DECISIONS, DOCUMENT_CHIPS, FAMILIES, KINDS, Chip

State = LedgerDocument.State
DRIFT = frozenset({"deleted_in_books", "voided_in_books", "changed_in_connectwise", "changed_in_books"})
"""Codes of documents about which a person decides: the two sides differ."""
ACCEPTABLE = "changed_in_books"
"""Only this may be accepted as it is."""
BEING_POSTED = Chip("Being posted", "info", "hourglass-half")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What a row shows."""

    row: LedgerDocument

    @property
    def chip(self) -> Chip:
        return BEING_POSTED if self.run else DOCUMENT_CHIPS[self.row.state]

    @property
    def run(self) -> Run | None:
        """The posting that has it in hand."""
        run = self.row.agreed_in
        waits = self.row.state in {State.READY, State.POSTED}
        return run if run is not None and run.active and waits else None

    @property
    def kind(self) -> str:
        return KINDS.get(self.row.kind, self.row.kind)

    @property
    def family(self) -> str:
        return FAMILIES.get(self.row.family, self.row.family)

    @property
    def book(self) -> str:
        """Where it is, or would go."""
        found = self.row.delivered_to if self.row.is_delivered else self.row.book
        return found.name if found else ""

    @property
    def drifted(self) -> bool:
        """Whether a person has to decide what becomes of it."""
        return self.row.code in DRIFT and self.row.is_delivered

    @property
    def acceptable(self) -> bool:
        return self.row.code == ACCEPTABLE

    @property
    def decision(self) -> str:
        """What was decided, in words."""
        return DECISIONS.get(self.row.consent, "")

    @property
    def why(self) -> str:
        """For files: one cell."""
        return " ".join(filter(None, (self.row.sentence, self.row.remedy)))


def presented(found: Sequence[LedgerDocument]) -> Sequence[DocumentRow]:
    """Rows of a page, or of a piece of a file; they come with what they refer to."""
    return [DocumentRow(row) for row in found]


def can_be_posted(row: LedgerDocument) -> bool:
    """Whether it can be agreed to now."""
    return postable(LedgerDocument.objects.filter(pk=row.pk)).exists()
