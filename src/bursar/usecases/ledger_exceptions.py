"""Exceptions of the ledger and payments journeys: opened by a run that finds them, closed by one that does not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bursar.domain.money import Money
from bursar.domain.plan import Blocked
from bursar.store.models import LedgerDocument, LedgerException, Run
from bursar.store.queries.chunks import chunks


@dataclass(frozen=True, slots=True)
class Found:
    """One obstacle, and what it is called for people."""

    blocked: Blocked
    title: str = ""


def note_exceptions(
    run: Run,
    journey: LedgerException.Journey,
    found: Iterable[Found],
    now: datetime,
    *,
    looked_at: Collection[str] | None,
) -> int:
    """Open what was found, and close what was looked at and not found any more. Returns how many are open of these.

    `looked_at` are the subjects that the run has seen; None means that it has seen everything.
    """
    wanted = {(item.blocked.subject[:250], item.blocked.code): item for item in found}
    with transaction.atomic():
        open_ones = LedgerException.objects.filter(connection=run.connection, journey=journey, closed_at=None)
        known = {(row.subject, row.code): row for row in open_ones.select_for_update()}
        gone = [
            row.pk
            for key, row in known.items()
            if key not in wanted and (looked_at is None or row.subject in looked_at)
        ]
        for some in chunks(gone):
            LedgerException.objects.filter(pk__in=some).update(closed_at=now)
        keys = {subject for subject, _ in wanted}
        documents = _documents(run, keys)
        for (subject, code), item in wanted.items():
            row = known.get((subject, code)) or LedgerException(
                connection_id=run.connection_id, journey=journey, subject=subject, code=code, opened_at=now
            )
            _fill(row, item, run, documents.get(subject))
            row.save()
    return len(wanted)


def _documents(run: Run, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(sorted(keys)):
        rows = LedgerDocument.objects.filter(connection=run.connection, key__in=some)
        found |= dict(rows.values_list("key", "pk"))
    return found


def _fill(row: LedgerException, item: Found, run: Run, document: int | None) -> None:
    blocked = item.blocked
    row.title, row.sentence, row.remedy = item.title[:250], blocked.sentence, blocked.remedy
    total: Money | None = blocked.total
    row.amount, row.currency = (total.amount, total.currency) if total else (None, "")
    row.document_id, row.run = document, run
