"""Find out what became of writes whose answer was lost: look by marker or natural key, until it is certain."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bursar.domain.errors import RemoteError
from bursar.ports import Clock, Receipt, Write
from bursar.store.models import Posting
from bursar.store.queries.chunks import chunks
from bursar.store.queries.journal import write_of
from bursar.usecases.watch import never

log = logging.getLogger("bursar.post")

PAUSE = 1.0
"""Seconds between two looks."""

LONG_AGO = timedelta(hours=1)
"""No request is claimed and then sent, or still under way, that much later."""


class Outbox(Protocol):
    """The part of a remote port that posting needs."""

    @property
    def concurrency(self) -> int: ...

    @property
    def write_timeout(self) -> float: ...

    def send(self, write: Write) -> Receipt: ...

    def look(self, write: Write) -> Receipt | None: ...


@dataclass(slots=True)
class Verdicts:
    """What the looks found."""

    arrived: list[tuple[Posting, Receipt]] = field(default_factory=list)
    absent: list[Posting] = field(default_factory=list)
    """Certainly not there, and too old to arrive any more."""
    uncertain: list[tuple[Posting, RemoteError]] = field(default_factory=list)
    """Could not be looked for."""


def settle(
    rows: Iterable[Posting],
    outbox: Outbox,
    clock: Clock,
    threads: ThreadPoolExecutor,
    stopped: Callable[[], bool] = never,
) -> Verdicts:
    """Look until each row has arrived or can no longer arrive. Rows that were never claimed are absent at once.

    Whoever sent the rows has given up or is dead by now, so the last of their requests ends within one write time-out.
    Once `stopped`, nothing more is looked for: such rows are in no list and stay as they are.
    """
    verdicts = Verdicts()
    started = clock.now()
    certain_at = started + timedelta(seconds=outbox.write_timeout)
    waiting: list[Posting] = []
    for row in rows:
        (verdicts.absent if row.state == Posting.State.PLANNED else waiting).append(row)
    if waiting:
        log.warning("Looking for %d writes without an answer, up to %.0f s.", len(waiting), outbox.write_timeout)
    while waiting:
        looked_at = clock.now()
        unseen = _look_once(waiting, outbox, threads, verdicts, stopped)
        waiting = []
        for row in unseen:
            old = row.sent_at is not None and row.sent_at < started - LONG_AGO
            (verdicts.absent if old or looked_at >= certain_at else waiting).append(row)
        if stopped():
            break
        if waiting:
            clock.sleep(PAUSE)
    return verdicts


def _look_once(
    rows: Sequence[Posting],
    outbox: Outbox,
    threads: ThreadPoolExecutor,
    verdicts: Verdicts,
    stopped: Callable[[], bool],
) -> list[Posting]:
    """Notes what arrived and what could not be looked for; returns the rows that are not there."""

    def look(write: Write) -> Receipt | RemoteError | None:
        try:
            return outbox.look(write)
        except RemoteError as error:
            log.warning("A look for %s failed: %s", write.key, error.sentence)
            return error

    unseen: list[Posting] = []
    for some in chunks(rows, outbox.concurrency):
        if stopped():
            break
        for row, seen in zip(some, threads.map(look, [write_of(row) for row in some]), strict=True):
            if isinstance(seen, Receipt):
                verdicts.arrived.append((row, seen))
            elif isinstance(seen, RemoteError):
                verdicts.uncertain.append((row, seen))
            else:
                unseen.append(row)
    return unseen
