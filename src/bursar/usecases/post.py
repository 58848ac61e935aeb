"""The only door out: every planned change becomes a Posting row, is sent once, and gets its receipt.

A write whose answer was lost is *unknown*: it is looked for by its marker or natural key before anything is sent again.
Whoever is told to stop sends nothing more: requests under way end and are noted, the others never leave.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

from django.db import transaction

from bursar.domain.errors import BursarError, RemoteError, UnknownCompany, UnknownOutcome, WrongKey
from bursar.domain.plan import Change, Plan
from bursar.ports import Clock, Receipt, Write
from bursar.store.models import Book, Posting, Run
from bursar.store.queries import journal
from bursar.usecases.settle import Outbox, settle
from bursar.usecases.watch import Watch, never

ROUNDS = 3
"""How often a run sends again what proved not to have arrived; the next run takes over from there."""

NOTICE = 0.2
"""Seconds until a stop is noticed while all requests under way are silent."""

NEVER_LEFT = "Not sent: the run was stopped before."


@dataclass(frozen=True, slots=True)
class Posted:
    """A row with the receipt it got."""

    row: Posting
    receipt: Receipt


Record = Callable[[Sequence[Posted]], None]
"""Notes receipts in the journey's own tables, inside the transaction that settles the rows."""


class PrerequisiteFailed(BursarError):
    """Something that had to be there first could not be posted."""

    code = "prerequisite_failed"
    default_remedy = "Resolve what the change depends on, then post again."


class Poster:
    """Posts plans of one run to one outbox: ConnectWise, or a book.

    Requests run in threads; the journal is written by the calling thread alone.
    """

    def __init__(
        self, run: Run, outbox: Outbox, clock: Clock, record: Record, watch: Watch, book: Book | None = None
    ) -> None:
        self._run = run
        self._book = book
        self._outbox = outbox
        self._clock = clock
        self._record = record
        self._watch = watch
        self._halted = threading.Event()
        self._threads = ThreadPoolExecutor(outbox.concurrency, thread_name_prefix="posting")
        self.refusal: RemoteError | None = None
        """Set once the credentials proved useless: every further request would fare the same."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halted.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def stops(self) -> bool:
        """Whether nothing more may be sent; once so, always so. Asked by the calling thread before every claim."""
        if not self._halted.is_set() and (self.refusal is not None or self._watch.stopped()):
            self._halted.set()
        return self._halted.is_set()

    def post(self, plan: Plan) -> Mapping[str, Posting]:
        """Post stage by stage; a change whose prerequisite failed is blocked, the rest go on. Returns rows by key."""
        rows = journal.enter(self._run, plan.stages, self._book)
        for stage in plan.stages:
            if self.stops():
                break
            ready = self._ready([change for change in stage if change.writes], rows)
            self._send_all(ready)
            self._settle_unknown([row for row in ready if row.state == Posting.State.UNKNOWN])
        journal.withdraw([row for row in rows.values() if row.state == Posting.State.PLANNED], NEVER_LEFT)
        return rows

    def _ready(self, changes: Iterable[Change], rows: Mapping[str, Posting]) -> list[Posting]:
        ready: list[Posting] = []
        blocked: list[Posting] = []
        for change in changes:
            row = rows[change.key]
            failed = next((rows[k] for k in change.needs if k in rows and rows[k].state != Posting.State.POSTED), None)
            if failed is not None:
                error = PrerequisiteFailed(f"Not sent, because this failed first: {failed.sentence or failed.key}")
                journal.mark_not_posted(row, Posting.State.BLOCKED, error)
                blocked.append(row)
                continue
            if change.parent_key is not None:
                row.parent_id = rows[change.parent_key].remote_id
            ready.append(row)
        journal.save_outcomes(blocked)
        self._tell(blocked)
        return ready

    def _send_all(self, rows: Sequence[Posting]) -> None:
        """Keep every permitted connection busy: claims and receipts are grouped while requests are under way."""
        waiting = deque(rows)
        under_way: dict[Future[Receipt | RemoteError | None], Posting] = {}
        while waiting or under_way:
            if self.stops():
                waiting.clear()
                self._recall(under_way)
            room = 2 * self._outbox.concurrency - len(under_way)
            claimed = [waiting.popleft() for _ in range(min(room, len(waiting)))]
            if claimed:
                journal.mark_sending(claimed, self._clock.now())
                under_way |= {self._threads.submit(self._send, journal.write_of(row)): row for row in claimed}
            done, _ = wait(under_way, NOTICE, FIRST_COMPLETED)
            self._settle([(under_way.pop(future), future.result()) for future in done])

    def _recall(self, under_way: dict[Future[Receipt | RemoteError | None], Posting]) -> None:
        """Take back what no thread has begun; the rest is awaited."""
        journal.withdraw([under_way.pop(future) for future in list(under_way) if future.cancel()], NEVER_LEFT)

    def _send(self, write: Write) -> Receipt | RemoteError | None:
        """In a thread of its own. None: a stop came first."""
        if self._halted.is_set():
            return None
        try:
            return self._outbox.send(write)
        except RemoteError as error:
            return error

    def _settle(self, outcomes: Sequence[tuple[Posting, Receipt | RemoteError | None]]) -> None:
        posted: list[Posted] = []
        for row, outcome in outcomes:
            if isinstance(outcome, Receipt):
                posted.append(_note_receipt(row, outcome))
            elif outcome is not None:
                self._note_refusal(row, outcome)
        journal.withdraw([row for row, outcome in outcomes if outcome is None], NEVER_LEFT)
        with transaction.atomic():
            self._record(posted)
            journal.save_outcomes(row for row, _ in outcomes)
        self._tell(row for row, outcome in outcomes if outcome and row.state != Posting.State.UNKNOWN)

    def _note_refusal(self, row: Posting, error: RemoteError) -> None:
        unknown = isinstance(error, UnknownOutcome)
        journal.mark_not_posted(row, Posting.State.UNKNOWN if unknown else Posting.State.FAILED, error)
        if isinstance(error, WrongKey | UnknownCompany):
            self.refusal = self.refusal or error

    def _tell(self, rows: Iterable[Posting]) -> None:
        self._watch.done(sum(len(row.lines) for row in rows))

    def _settle_unknown(self, rows: Sequence[Posting]) -> None:
        """Look for lost answers; send again only what certainly did not arrive."""
        for _ in range(ROUNDS):
            if not rows or self.stops():
                return
            verdicts = settle(rows, self._outbox, self._clock, self._threads, self.stops)
            self._settle(list(verdicts.arrived))
            self._send_all(verdicts.absent)
            rows = [row for row in verdicts.absent if row.state == Posting.State.UNKNOWN]


def _note_receipt(row: Posting, receipt: Receipt) -> Posted:
    total = receipt.fields.get("total")
    journal.mark_posted(row, receipt, total if isinstance(total, Decimal) else None)
    return Posted(row, receipt)


def settle_earlier(
    rows: Collection[Posting], outbox: Outbox, clock: Clock, record: Record, stopped: Callable[[], bool] = never
) -> int:
    """Find out what became of writes that an earlier run left open. Returns how many had arrived.

    What never left, or certainly did not arrive, is withdrawn: the next plan decides anew. Raises RemoteError when a
    look fails, because nothing may be planned on a guess. Once `stopped`, the rest stays open for the next run.
    """
    with ThreadPoolExecutor(outbox.concurrency, thread_name_prefix="settling") as threads:
        verdicts = settle(rows, outbox, clock, threads, stopped)
    arrived = [_note_receipt(row, receipt) for row, receipt in verdicts.arrived]
    for row in verdicts.absent:
        row.state = Posting.State.WITHDRAWN
    with transaction.atomic():
        record(arrived)
        journal.save_outcomes([item.row for item in arrived] + verdicts.absent)
    if verdicts.uncertain:
        raise verdicts.uncertain[0][1]
    return len(arrived)
