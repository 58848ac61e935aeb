"""The only door out: every planned change becomes a Posting row, is sent once, and gets its receipt.

A write whose answer was lost is *unknown*: it is looked for by its marker or natural key before anything is sent again.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

from django.db import transaction

from bursar.domain.errors import BursarError, RemoteError, UnknownOutcome
from bursar.domain.plan import Change, Plan
from bursar.ports import Clock, Receipt, Write
from bursar.store.models import Posting, Run
from bursar.store.queries import journal
from bursar.usecases.settle import Outbox, settle

ROUNDS = 3
"""How often a run sends again what proved not to have arrived; the next run takes over from there."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A row with the receipt it got."""

    row: Posting
    receipt: Receipt


Record = Callable[[Sequence[Posted]], None]
"""Notes receipts in the journey's own tables, inside the transaction that settles the rows."""

Progress = Callable[[int], None]
"""Told how many lines have reached their end."""


class PrerequisiteFailed(BursarError):
    """Something that had to be there first could not be posted."""

    code = "prerequisite_failed"
    default_remedy = "Resolve what the change depends on, then post again."


class Poster:
    """Posts plans of one run. Requests run in threads; the journal is written by the calling thread alone."""

    def __init__(self, run: Run, outbox: Outbox, clock: Clock, record: Record, progress: Progress) -> None:
        self._run = run
        self._outbox = outbox
        self._clock = clock
        self._record = record
        self._progress = progress
        self._threads = ThreadPoolExecutor(outbox.concurrency, thread_name_prefix="posting")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def post(self, plan: Plan) -> Mapping[str, Posting]:
        """Post stage by stage; a change whose prerequisite failed is blocked, the rest go on. Returns rows by key."""
        rows = journal.enter(self._run, plan.stages)
        for stage in plan.stages:
            ready = self._ready([change for change in stage if change.writes], rows)
            self._send_all(ready)
            self._settle_unknown([row for row in ready if row.state == Posting.State.UNKNOWN])
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
        under_way: dict[Future[Receipt | RemoteError], Posting] = {}
        while waiting or under_way:
            room = 2 * self._outbox.concurrency - len(under_way)
            claimed = [waiting.popleft() for _ in range(min(room, len(waiting)))]
            if claimed:
                journal.mark_sending(claimed, self._clock.now())
                under_way |= {self._threads.submit(self._send, journal.write_of(row)): row for row in claimed}
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            self._settle([(under_way.pop(future), future.result()) for future in done])

    def _send(self, write: Write) -> Receipt | RemoteError:
        try:
            return self._outbox.send(write)
        except RemoteError as error:
            return error

    def _settle(self, outcomes: Sequence[tuple[Posting, Receipt | RemoteError]]) -> None:
        posted: list[Posted] = []
        for row, outcome in outcomes:
            if isinstance(outcome, Receipt):
                posted.append(_note_receipt(row, outcome))
            else:
                unknown = isinstance(outcome, UnknownOutcome)
                journal.mark_not_posted(row, Posting.State.UNKNOWN if unknown else Posting.State.FAILED, outcome)
        with transaction.atomic():
            self._record(posted)
            journal.save_outcomes(row for row, _ in outcomes)
        self._tell(row for row, _ in outcomes if row.state != Posting.State.UNKNOWN)

    def _tell(self, rows: Iterable[Posting]) -> None:
        self._progress(sum(len(row.lines) for row in rows))

    def _settle_unknown(self, rows: Sequence[Posting]) -> None:
        """Look for lost answers; send again only what certainly did not arrive."""
        for _ in range(ROUNDS):
            if not rows:
                return
            verdicts = settle(rows, self._outbox, self._clock, self._threads)
            self._settle(list(verdicts.arrived))
            self._send_all(verdicts.absent)
            rows = [row for row in verdicts.absent if row.state == Posting.State.UNKNOWN]


def _note_receipt(row: Posting, receipt: Receipt) -> Posted:
    total = receipt.fields.get("total")
    journal.mark_posted(row, receipt.remote_id, total if isinstance(total, Decimal) else None)
    return Posted(row, receipt)


def settle_earlier(rows: Collection[Posting], outbox: Outbox, clock: Clock, record: Record) -> int:
    """Find out what became of writes that an earlier run left open. Returns how many had arrived.

    What never left, or certainly did not arrive, is withdrawn: the next plan decides anew. Raises RemoteError when a
    look fails, because nothing may be planned on a guess.
    """
    with ThreadPoolExecutor(outbox.concurrency, thread_name_prefix="settling") as threads:
        verdicts = settle(rows, outbox, clock, threads)
    arrived = [_note_receipt(row, receipt) for row, receipt in verdicts.arrived]
    for row in verdicts.absent:
        row.state = Posting.State.WITHDRAWN
    with transaction.atomic():
        record(arrived)
        journal.save_outcomes([item.row for item in arrived] + verdicts.absent)
    if verdicts.uncertain:
        raise verdicts.uncertain[0][1]
    return len(arrived)
