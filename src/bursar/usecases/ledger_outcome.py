"""What a posting to the books came to, document by document: what went, and what did not and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.domain.money import Money
from bursar.domain.plan import Blocked
from bursar.store.models import LedgerDocument, LedgerException, Run
from bursar.usecases.runs import POST_LEDGER

State = LedgerDocument.State
IN_THE_BOOKS = frozenset({State.POSTED, State.BATCHED})


@dataclass(frozen=True, slots=True)
class LedgerOutcome:
    """The documents of one posting; known until another run reads them anew."""

    documents: QuerySet[LedgerDocument]
    """All that were to be posted. What a rule excludes is not among them."""
    reasons: Mapping[str, str]
    """Key → why a document is not in the books as it should be."""
    further: Sequence[Blocked]
    """Records that wait and never became documents; of a whole posting."""


def outcome_of(run: Run, *, whole: bool) -> LedgerOutcome:
    """Call when the posting has ended. `whole`: everything that waited was meant, not only what was agreed to.

    Raises InvalidInput for any other run.
    """
    if run.verb != POST_LEDGER or run.active:
        raise InvalidInput("Only a posting to the books that has ended has an outcome.", remedy="Wait for its end.")
    chosen = Q(agreed_in=run) | Q(seen_in=run) if whole else Q(agreed_in=run)
    documents = LedgerDocument.objects.filter(chosen, connection=run.connection).exclude(state=State.EXCLUDED)
    told = LedgerException.objects.filter(run=run, journey=LedgerException.Journey.LEDGER, closed_at=None)
    exceptions = {row.subject: row for row in told.select_related("document")}
    reasons = {}
    facts = documents.values_list("key", "state", "sentence", "remedy", "agreed_in")
    for key, state, sentence, remedy, agreed_in in facts.iterator(2000):
        if key in exceptions:
            reasons[key] = _text(exceptions[key].sentence, exceptions[key].remedy)
        elif state not in IN_THE_BOOKS:
            reasons[key] = _text(sentence or _why_not(run, agreed_in), remedy)
    further = [_blocked(row) for row in exceptions.values() if row.document is None] if whole else []
    return LedgerOutcome(documents.order_by("day", "key"), reasons, further)


def _why_not(run: Run, agreed_in: UUID | None) -> str:
    """Of a document that is ready and was not posted."""
    if run.request.get("agreed") is True and agreed_in != run.pk:
        return "It was not among the documents that were agreed to."
    return "The run ended before it was posted."


def _text(sentence: str, remedy: str) -> str:
    return f"{sentence} {remedy}".strip()


def _blocked(row: LedgerException) -> Blocked:
    total = Money(row.amount, row.currency) if row.amount is not None and row.currency else None
    return Blocked(row.subject, row.code, row.sentence, row.remedy, total=total)
