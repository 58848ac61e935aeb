"""Documents that were known and that ConnectWise offers no longer: batched by somebody else, reopened, or deleted."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bursar.domain.errors import NotFound
from bursar.domain.ledger.batch import Batch
from bursar.domain.money import Money
from bursar.domain.plan import Blocked
from bursar.ports import Accounting
from bursar.store.models import LedgerBatch, LedgerDocument, Run
from bursar.store.queries.chunks import chunks
from bursar.usecases.ledger_exceptions import Found

State = LedgerDocument.State

WATCHED = 50
"""Newest batches of ours whose entries are read again at each whole export: one request each."""


def note_batches(run: Run, batches: Iterable[Batch]) -> None:
    """Keep every batch as ConnectWise has it now; one that is not there any more was undone."""
    there = {batch.id: batch for batch in batches}
    known = {row.remote_id: row for row in LedgerBatch.objects.filter(connection=run.connection)}
    for batch in there.values():
        row = known.get(batch.id) or LedgerBatch(
            connection_id=run.connection_id, remote_id=batch.id, made_by=batch.made_by[:200]
        )
        row.identifier = batch.identifier[:50]
        row.families = row.families or ",".join(sorted(batch.families))
        row.state = LedgerBatch.State.CLOSED if batch.closed else LedgerBatch.State.OPEN
        row.save()
    gone = [row.pk for key, row in known.items() if key not in there]
    for some in chunks(gone):
        LedgerBatch.objects.filter(pk__in=some).update(state=LedgerBatch.State.UNDONE)


def settle_absent(run: Run, accounting: Accounting, now: datetime) -> list[Found]:
    """Call after a whole export. Documents that were never posted are *gone*; posted ones must be in some batch."""
    _notice_unbatched(run, accounting)
    absent = LedgerDocument.objects.filter(connection=run.connection, seen_in__isnull=False).exclude(seen_in=run)
    absent.filter(marker="", state__in=[State.READY, State.BLOCKED, State.EXCLUDED], batch=None).update(
        state=State.GONE, code="", sentence="ConnectWise offers it no longer.", remedy="", agreed_in=None
    )
    lost = list(absent.filter(batch=None, voided=False).exclude(marker="").exclude(entry_ids=[]).defer("source"))
    return list(_elsewhere(run, accounting, lost, now)) if lost else []


def _notice_unbatched(run: Run, accounting: Accounting) -> None:
    """Documents that somebody took out of a batch of ours, or whose batch was deleted, are in none any more."""
    documents = LedgerDocument.objects.filter(connection=run.connection).exclude(entry_ids=[])
    _take_out(documents.filter(batch__state=LedgerBatch.State.UNDONE).values_list("pk", flat=True))
    watched = LedgerBatch.objects.filter(connection=run.connection, ours=True, state=LedgerBatch.State.OPEN)
    for batch in watched.order_by("-remote_id")[:WATCHED]:
        held = set(_entries(accounting, batch))
        rows = documents.filter(batch=batch).values_list("pk", "entry_ids")
        _take_out(pk for pk, ids in rows if held.isdisjoint(ids))


def _take_out(documents: Iterable[int]) -> None:
    for some in chunks(list(documents)):
        rows = LedgerDocument.objects.filter(pk__in=some)
        rows.filter(marker="").update(batch=None, state=State.READY)
        rows.exclude(marker="").update(batch=None, state=State.POSTED)


def _elsewhere(run: Run, accounting: Accounting, lost: list[LedgerDocument], now: datetime) -> Iterator[Found]:
    """Find the batches that hold them; what none holds needs a person."""
    by_entry = {entry: row for row in lost for entry in row.entry_ids}
    left = {row.pk: row for row in lost}
    batches = LedgerBatch.objects.filter(connection=run.connection).exclude(state=LedgerBatch.State.UNDONE)
    for batch in batches.order_by("-remote_id"):
        if not left:
            break
        for row in {by_entry[key].pk: by_entry[key] for key in _entries(accounting, batch) if key in by_entry}.values():
            if left.pop(row.pk, None):
                LedgerDocument.objects.filter(pk=row.pk).update(batch=batch, state=State.BATCHED, seen_at=now)
    for row in left.values():
        yield Found(_gone(row), row.title)


def _entries(accounting: Accounting, batch: LedgerBatch) -> Iterator[int]:
    try:
        yield from (entry.id for entry in accounting.batch_entries(batch.remote_id))
    except NotFound:
        return  # somebody deleted it just now


def _gone(row: LedgerDocument) -> Blocked:
    return Blocked(
        row.key,
        "gone_from_connectwise",
        f"{row.title} is in {row.delivered_to}, but ConnectWise offers it no longer and has it in no batch:"
        " it was opened again or deleted there.",
        "Close it again in ConnectWise, or take it back from the books on Ledger › Documents.",
        total=Money(row.total, row.currency),
    )
