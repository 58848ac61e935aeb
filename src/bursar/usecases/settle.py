"""Find out what became of writes whose answer was lost: look by marker or natural key, until it is certain."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bursar.domain.errors import RemoteError
from bursar.ports import Clock, Receipt, Write
from bursar.store.models import Posting
from bursar.store.queries.journal import write_of

log = logging.getLogger("bursar.post")

PAUSE = 1.0
"""Seconds between two looks."""


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


def settle(rows: Iterable[Posting], outbox: Outbox, clock: Clock, threads: ThreadPoolExecutor) -> Verdicts:
    """Look until each row has arrived or can no longer arrive. Rows that were never claimed are absent at once."""
    verdicts = Verdicts()
    waiting = list(rows)
    while waiting:
        unsent = [row for row in waiting if row.state == Posting.State.PLANNED]
        verdicts.absent.extend(unsent)
        waiting = _look_once([row for row in waiting if row not in unsent], outbox, clock, threads, verdicts)
        if waiting:
            clock.sleep(PAUSE)
    return verdicts


def _look_once(
    rows: Sequence[Posting], outbox: Outbox, clock: Clock, threads: ThreadPoolExecutor, verdicts: Verdicts
) -> list[Posting]:
    """Returns the rows that may still arrive. The clock is read before the look, so that none is missed."""
    horizon = clock.now() - timedelta(seconds=outbox.write_timeout)

    def look(write: Write) -> Receipt | RemoteError | None:
        try:
            return outbox.look(write)
        except RemoteError as error:
            log.warning("A look for %s failed: %s", write.key, error.sentence)
            return error

    waiting: list[Posting] = []
    for row, seen in zip(rows, threads.map(look, [write_of(row) for row in rows]), strict=True):
        if isinstance(seen, Receipt):
            verdicts.arrived.append((row, seen))
        elif isinstance(seen, RemoteError):
            verdicts.uncertain.append((row, seen))
        elif row.sent_at is None or row.sent_at <= horizon:
            verdicts.absent.append(row)
        else:
            waiting.append(row)
    return waiting
