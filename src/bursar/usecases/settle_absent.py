"""Documents that were known and that ConnectWise offers no longer: batched by somebody else, reopened, or deleted."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import QuerySet

from bursar.domain.errors import NotFound
from bursar.domain.ledger.batch import Batch
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.stock_accounts import COGS
from bursar.domain.money import Money
from bursar.domain.plan import Blocked
from bursar.ports import Accounting
from bursar.store.models import LedgerBatch, LedgerDocument, Run
from bursar.store.queries.chunks import chunks
from bursar.usecases.ledger_exceptions import Found

State = LedgerDocument.State

WATCHED = 50
"""Newest batches of ours whose entries are read again at each whole export: one request each.

As many of other people's are read once a document is missing that was never posted.
"""

UNPOSTED = "Somebody batched it in ConnectWise before it was posted: the books do not have it."


def note_batches(run: Run, batches: Iterable[Batch]) -> None:
    """Keep every batch as ConnectWise has it now; one that is not there any more was undone."""
    there = {batch.id: batch for batch in batches}
    rows = LedgerBatch.objects.filter(connection=run.connection)
    known = {row.remote_id: row for row in rows.defer("entry_ids", "missing_ids", "extra_ids")}
    for batch in there.values():
        row = known.get(batch.id)
        told = {
            "identifier": batch.identifier[:50],
            "families": (row and row.families) or ",".join(sorted(batch.families)),
            "state": LedgerBatch.State.CLOSED if batch.closed else LedgerBatch.State.OPEN,
        }
        if row is None:
            made_by = batch.made_by[:200]
            LedgerBatch.objects.create(connection=run.connection, remote_id=batch.id, made_by=made_by, **told)
        elif any(getattr(row, name) != value for name, value in told.items()):
            LedgerBatch.objects.filter(pk=row.pk).update(**told)
    gone = [row.pk for key, row in known.items() if key not in there]
    for some in chunks(gone):
        LedgerBatch.objects.filter(pk__in=some).update(state=LedgerBatch.State.UNDONE)


def settle_absent(run: Run, accounting: Accounting, now: datetime) -> list[Found]:
    """Call after a whole export. Documents that were posted must be in some batch; others may be, or are *gone*.

    An export goes up to today: what is dated later is not judged.
    """
    _notice_unbatched(run, accounting)
    absent = LedgerDocument.objects.filter(connection=run.connection, seen_in__isnull=False, day__lte=now.date())
    absent = absent.exclude(seen_in=run).filter(batch=None)
    unposted = absent.filter(marker="", state__in=[State.READY, State.BLOCKED, State.EXCLUDED])
    taken = list(unposted.exclude(entry_ids=[]).only("pk", "entry_ids", "state", "sentence"))
    theirs = LedgerBatch.objects.filter(connection=run.connection, ours=False).exclude(state=LedgerBatch.State.UNDONE)
    for row, batch in _held(accounting, taken, theirs.order_by("-remote_id")[:WATCHED]):
        sentence = row.sentence if row.state == State.EXCLUDED else UNPOSTED
        unposted.filter(pk=row.pk).update(batch=batch, state=State.BATCHED, sentence=sentence, remedy="")
    unposted.update(state=State.GONE, code="", sentence="ConnectWise offers it no longer.", remedy="", agreed_in=None)
    alive = absent.filter(voided=False).exclude(marker="").defer("source")
    lost = list(alive.exclude(entry_ids=[]))
    found = list(_elsewhere(run, accounting, lost, now)) if lost else []
    return found + list(_costs_left(run, alive.filter(kind=DocumentKind.COGS_JOURNAL.value)))


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
    left = {row.pk: row for row in lost}
    batches = LedgerBatch.objects.filter(connection=run.connection).exclude(state=LedgerBatch.State.UNDONE)
    for row, batch in _held(accounting, lost, batches.order_by("-remote_id")):
        del left[row.pk]
        LedgerDocument.objects.filter(pk=row.pk).update(batch=batch, state=State.BATCHED, seen_at=now)
    for row in left.values():
        yield Found(_gone(row), row.title)


def _held(
    accounting: Accounting, rows: Iterable[LedgerDocument], batches: Iterable[LedgerBatch]
) -> Iterator[tuple[LedgerDocument, LedgerBatch]]:
    """Each of these documents that has an entry in one of the batches, once."""
    by_entry = {entry: row for row in rows for entry in row.entry_ids}
    left = {row.pk for row in by_entry.values()}
    for batch in batches if left else ():
        if batch.ours and by_entry.keys().isdisjoint(batch.entry_ids):
            continue  # not one of them was ever put into it
        for row in {by_entry[key].pk: by_entry[key] for key in _entries(accounting, batch) if key in by_entry}.values():
            if row.pk in left:
                left.remove(row.pk)
                yield row, batch
        if not left:
            return


def _costs_left(run: Run, alive: QuerySet[LedgerDocument]) -> Iterator[Found]:
    """Costs that are a journal of their own have no entries: they are batched with their invoice, or left behind."""
    for some in chunks(list(alive), 500):
        keys = [row.key.removesuffix(COGS) for row in some]
        invoices = {row.key: row for row in LedgerDocument.objects.filter(connection=run.connection, key__in=keys)}
        for row in some:
            invoice = invoices.get(row.key.removesuffix(COGS))
            if invoice and invoice.seen_in_id == run.pk and not invoice.digest:
                continue  # nothing of it was planned: its book cannot be read, or no route leads there
            if invoice and invoice.seen_in_id != run.pk and invoice.batch_id:
                LedgerDocument.objects.filter(pk=row.pk).update(batch=invoice.batch_id, state=State.BATCHED)
            else:
                yield Found(_gone(row, "its invoice has none any more, or is gone from ConnectWise."), row.title)


def _entries(accounting: Accounting, batch: LedgerBatch) -> Iterator[int]:
    try:
        yield from (entry.id for entry in accounting.batch_entries(batch.remote_id))
    except NotFound:
        return  # somebody deleted it just now


REOPENED = "ConnectWise offers it no longer and has it in no batch: it was opened again or deleted there."


def _gone(row: LedgerDocument, why: str = REOPENED) -> Blocked:
    return Blocked(
        row.key,
        "gone_from_connectwise",
        f"{row.title} is in {row.delivered_to}, but {why}",
        "Close it again in ConnectWise, or take it back from the books on Ledger › Documents.",
        total=Money(row.total, row.currency),
    )
