"""What a receipt for an accounting batch means: its documents are out of the unposted lists, or wait there again."""

from collections.abc import Sequence
from datetime import datetime

from bursar.domain.plan import Action, Resource
from bursar.store.models import Connection, LedgerBatch, LedgerDocument
from bursar.store.queries.chunks import chunks
from bursar.store.queries.journal import after_of
from bursar.usecases.post import Posted


def record_batches(connection: Connection, now: datetime, posted: Sequence[Posted]) -> None:
    """Note batches that were made or undone; call inside the transaction that settles the rows."""
    for item in posted:
        if item.row.resource != Resource.BATCH:
            continue
        if item.row.action == Action.CREATE:
            _made(connection, now, item)
        else:
            _undone(connection, item)


def _made(connection: Connection, now: datetime, item: Posted) -> None:
    fields = after_of(item.row)
    book = fields.get("book_id")
    ids = [int(word) for word in str(fields["entry_ids"]).split(",") if word]
    batch, _ = LedgerBatch.objects.update_or_create(
        connection=connection,
        remote_id=item.receipt.remote_id,
        defaults={
            "identifier": str(fields["identifier"])[:50],
            "families": str(fields["family"])[:40],
            "ours": True,
            "state": LedgerBatch.State.OPEN,
            "entry_ids": ids,
            "run": item.row.run,
            "book_id": book if isinstance(book, int) else None,
            "made_by": item.row.run.requested_by,
            "made_at": now,
        },
    )
    for keys in chunks(item.row.lines):
        # what was accepted as it is in the books is batched: what changes there afterwards is another question
        LedgerDocument.objects.filter(connection=connection, key__in=keys).update(
            batch=batch, state=LedgerDocument.State.BATCHED, consent=""
        )


def _undone(connection: Connection, item: Posted) -> None:
    """The books are not touched: what was posted there is still there, and is not posted again."""
    batches = LedgerBatch.objects.filter(connection=connection, remote_id=item.receipt.remote_id)
    documents = LedgerDocument.objects.filter(batch__in=batches)
    documents.filter(marker="").update(batch=None, state=LedgerDocument.State.READY)
    documents.exclude(marker="").update(batch=None, state=LedgerDocument.State.POSTED)
    batches.update(state=LedgerBatch.State.UNDONE)
