"""Close in ConnectWise what the books confirmed: make the batches, then read back what they really hold."""

from collections.abc import Iterable, Sequence

from bursar.domain.books.batches import BatchWish, Confirmed, batch_change, batches_for
from bursar.domain.ledger.entry_ids import differing_entries
from bursar.domain.ledger.stock_accounts import COGS
from bursar.domain.plan import Notice, Plan
from bursar.ports import Accounting, Clock
from bursar.store.models import LedgerBatch, Posting, Run, RunNote
from bursar.store.queries.journal import after_of
from bursar.usecases.ledger_desk import BookDesk
from bursar.usecases.post import Poster
from bursar.usecases.run_report import save_warnings

NOT_MADE = frozenset({Posting.State.FAILED, Posting.State.UNKNOWN})
"""A batch that the run could not make, or of which it never heard."""


class BatchMaker:
    """Collects confirmed documents book by book, and closes them together at the end."""

    def __init__(self, run: Run, accounting: Accounting, clock: Clock) -> None:
        self._run = run
        self._accounting = accounting
        self._clock = clock
        self._confirmed: dict[int, tuple[BookDesk, list[Confirmed]]] = {}
        self._open: set[int] = set()
        self._open_keys: set[str] = set()

    def confirm(self, desk: BookDesk, document: Confirmed) -> None:
        """The books have this document, and have it right."""
        self._confirmed.setdefault(desk.book.pk, (desk, []))[1].append(document)

    def leave_open(self, key: str, entry_ids: Iterable[int]) -> None:
        """This document is not in the books: nothing that shares an entry with it may be closed."""
        self._open_keys.add(key)
        self._open.update(entry_ids)

    def make(self, poster: Poster) -> list[str]:
        """Make the batches through ConnectWise's door, and verify each. Returns what a verdict has to say of them."""
        differing = refused = 0
        for desk, confirmed in self._confirmed.values():
            wishes = self._wishes(desk, confirmed)
            changes = [batch_change(wish, desk.book.pk) for wish in wishes]
            if not changes or poster.stops():
                continue
            rows = poster.post(Plan(stages=[changes]))
            for row in rows.values():
                if row.state == Posting.State.POSTED:
                    differing += not verify(self._run, self._accounting, row.remote_id or 0)
                elif row.state in NOT_MADE:
                    _note_refused(self._run, row)
                    refused += 1
        told = {"not made": refused, "not as meant": differing}
        return [f"{count} batch{'es' if count > 1 else ''} {how}" for how, count in told.items() if count]

    def _wishes(self, desk: BookDesk, confirmed: Sequence[Confirmed]) -> list[BatchWish]:
        """COGS journals have no entries: their invoice is closed when both are in the books."""
        free: list[Confirmed] = []
        held: list[Notice] = []
        for document in confirmed:
            if self._open.intersection(document.entry_ids) or f"{document.key}{COGS}" in self._open_keys:
                held.append(_held(document))
            else:
                free.append(document)
        save_warnings(self._run, held)
        shape = desk.policy_shape
        return batches_for(free, shape, self._clock.now().date(), f"{self._run.pk}/{desk.book.pk}")


def verify(run: Run, accounting: Accounting, batch_id: int) -> bool:
    """Compare a batch of ours with what it was meant to hold, and keep the differences. Raises RemoteError."""
    batch = LedgerBatch.objects.get(connection=run.connection_id, remote_id=batch_id)
    held = [entry.id for entry in accounting.batch_entries(batch_id)]
    missing, extra = differing_entries(batch.entry_ids, held)
    batch.missing_ids, batch.extra_ids = list(missing), list(extra)
    batch.save(update_fields=["missing_ids", "extra_ids"])
    if batch.exact:
        return True
    RunNote.objects.create(
        run=run,
        kind=RunNote.Kind.ERROR,
        code="batch_differs",
        subject=batch.identifier,
        sentence=f"The batch lacks {len(missing)} GL entries that it should hold, and holds {len(extra)} others.",
        remedy="Undo the batch on Ledger › Batches, export again, and look at what became of its documents.",
    )
    return False


def _note_refused(run: Run, row: Posting) -> None:
    """Its documents are in the books and still wait in ConnectWise: the next run batches them, if nothing is wrong."""
    RunNote.objects.create(
        run=run,
        kind=RunNote.Kind.ERROR,
        code="batch_not_made",
        subject=str(after_of(row)["identifier"]),
        sentence=row.sentence,
        remedy=row.remedy,
        answer=row.answer,
    )


def _held(document: Confirmed) -> Notice:
    return Notice(
        document.key,
        "batched_later",
        f"{document.number or document.key} is in the books; it is batched together with a document that waits.",
    )
