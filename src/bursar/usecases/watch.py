"""How a caller follows a run, and how a run is told to stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bursar.store.models import Run

WRITE_EVERY = 0.5
"""Seconds between two notes of progress on the run's row."""


def never() -> bool:
    """Nobody stops the run."""
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Told the number of lines there are, then lines that are done; asked before anything is sent."""

    lines: Callable[[int], None] = lambda _count: None
    done: Callable[[int], None] = lambda _count: None
    stopped: Callable[[], bool] = never
    """Whether no further request may leave. Asked often, by the thread that carries the run out."""


class RunProgress:
    """Keeps progress on the run's row, where page and terminal see it, without writing for every line."""

    def __init__(self, run: Run, *, every: float = WRITE_EVERY) -> None:
        self._run = run
        self._every = every
        self._written_at = 0.0

    def watch(self, stopped: Callable[[], bool] = never) -> Watch:
        """A watch that notes progress here."""
        return Watch(lines=self.expect, done=self.advance, stopped=stopped)

    def expect(self, count: int) -> None:
        self._run.expected, self._run.done = count, 0
        self._write()

    def advance(self, count: int) -> None:
        self._run.done += count
        if count and time.monotonic() - self._written_at >= self._every:
            self._write()

    def _write(self) -> None:
        Run.objects.filter(pk=self._run.pk).update(expected=self._run.expected, done=self._run.done)
        self._written_at = time.monotonic()
