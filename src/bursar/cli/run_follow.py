"""Follow a run to its end, whoever carries it out; be its worker when nobody else is."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from django.utils import timezone

from bursar.cli.adapters import run_worker
from bursar.cli.output import remark
from bursar.cli.progress import Bar, progress_of
from bursar.cli.run_text import without_worker
from bursar.domain.errors import BursarError, InvalidInput
from bursar.store.models import Run, RunNote
from bursar.store.queries.workers import live_executors
from bursar.usecases.runs import stop_run

PAUSE = 0.1
"""Seconds between two looks at the run."""


class RunFailed(BursarError):
    """A run ended without a verdict, and what it noted is no error of this command's vocabulary."""

    code = "run_failed"
    default_remedy = "`bursar run show` tells what it has noted."


def carry_through(run: Run, title: str) -> Run:
    """Wait until a run has ended. Ctrl-C stops the run, and is raised once it has ended.

    While no worker is alive, this process is one. Raises the error with which the run failed.
    """
    with ExitStack() as own, _interruption() as interrupted, progress_of(title) as bar:
        alone = True
        while _look(run, bar):
            if alone and not live_executors(timezone.now()):
                own.enter_context(run_worker(lasting=False))
                alone = False
            if interrupted.is_set() and not run.stop_requested_by:
                with suppress(InvalidInput):  # it has ended by itself
                    stop_run(run)
            time.sleep(PAUSE)
    if interrupted.is_set() and run.state == Run.State.CANCELLED:
        raise KeyboardInterrupt
    if error := failure_of(run):
        raise error
    return run


def watch(run: Run, title: str) -> None:
    """Show a run's progress until it has ended. Ctrl-C ends the watching, not the run."""
    if run.active and (sentence := without_worker()):
        remark(sentence)
    with progress_of(title) as bar:
        while _look(run, bar):
            time.sleep(PAUSE)


def failure_of(run: Run) -> BursarError | None:
    """The error with which a run failed, as the vocabulary has it; None when it did not fail."""
    if run.state == Run.State.INTERRUPTED:
        return RunFailed(f"The run was given up: {run.verdict}")
    if run.state != Run.State.FAILED:
        return None
    note = run.notes.filter(kind=RunNote.Kind.ERROR).order_by("-pk").first()
    if note is None:
        return RunFailed(run.verdict)
    kind = _kinds(BursarError).get(note.code, RunFailed)
    return kind(note.sentence, remedy=note.remedy)


def _kinds(root: type[BursarError]) -> dict[str, type[BursarError]]:
    """Every error by its code; of a family with one code, the one that everybody knows."""
    found = {root.code: root}
    for kind in root.__subclasses__():
        found = _kinds(kind) | found
    return found


def _look(run: Run, bar: Bar) -> bool:
    run.refresh_from_db()
    bar.show(run.done, run.expected)
    return run.active


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Ctrl-C is noted, so that it breaks nothing off; a second one ends the command at once."""
    asked = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
