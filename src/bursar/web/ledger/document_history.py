"""What was written for one document, and what people decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bursar.domain.plan import Resource
from bursar.store.models import AuditEntry, LedgerDocument, Posting

NEWEST = 50
"""Writes and decisions that are shown."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: what was decided before, and after."""

    at: datetime
    actor: str
    before: str
    after: str


def writes_for(row: LedgerDocument) -> QuerySet[Posting]:
    """Every write to books that was meant for the document, the newest first: postings, and takings back."""
    rows = Posting.objects.filter(
        connection=row.connection_id, book__isnull=False, resource=Resource.DOCUMENT, key__contains=f":{row.key}:"
    )
    return rows.select_related("book", "run").order_by("-pk")[:NEWEST]


def decisions_about(row: LedgerDocument) -> Sequence[Decided]:
    """As the audit trail has them, the newest first."""
    trail = AuditEntry.objects.filter(
        connection=row.connection.name, action="document decided", subject=row.title[:200]
    )
    return [Decided(entry.at, entry.actor, _consent(entry.before), _consent(entry.after)) for entry in trail[:NEWEST]]


def _consent(facts: dict[str, str] | None) -> str:
    return (facts or {}).get("consent", "")
