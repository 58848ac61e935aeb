"""The one workflow: carry out a run by its id, in one step (ADR 12).

A step that is begun again is safe because the Posting journal, not the engine, makes every write happen once (ADR 2).
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dbos import DBOS
from django.db import close_old_connections

from bursar.domain.errors import BursarError
from bursar.jobs.journeys import journey_of
from bursar.jobs.queue import WORKFLOW
from bursar.jobs.summaries import tell
from bursar.store.models import Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.carry_out import carry_out
from bursar.usecases.runs import begin, is_stopped
from bursar.usecases.watch import RunProgress
from bursar.wiring import SystemClock

log = logging.getLogger("bursar.jobs")


class Left(BaseException):
    """This process ends before the run does. Not an error of the run: the engine keeps it as not finished."""


class Desk:
    """What this process has in hand, and whether it is about to leave."""

    def __init__(self) -> None:
        self.executor = ""
        self.leaving = threading.Event()
        self._runs: set[str] = set()
        self._changed = threading.Condition()

    def open(self, executor: str) -> None:
        """Take runs from now on, as `executor`."""
        self.executor = executor
        self.leaving.clear()

    @contextmanager
    def has(self, run_id: str) -> Iterator[None]:
        """The run is in hand as long as the block lasts."""
        with self._changed:
            self._runs.add(run_id)
        try:
            yield
        finally:
            with self._changed:
                self._runs.discard(run_id)
                self._changed.notify_all()

    def close(self, patience: float) -> bool:
        """Let no further request leave, and wait for those under way. Returns whether all ended within `patience`."""
        self.leaving.set()
        with self._changed:
            return self._changed.wait_for(lambda: not self._runs, patience)


desk = Desk()
"""The engine is one per process, and so is this."""


@DBOS.workflow(name=WORKFLOW)
def carry_out_run(run_id: str) -> str:
    """Carry a run out; returns the state it ended in."""
    return carry_out_step(run_id)


@DBOS.step(name="carry it out")
def carry_out_step(run_id: str) -> str:
    """The whole run. Raises Left when this process is about to end."""
    close_old_connections()
    try:
        with desk.has(run_id):
            return _carry_out(run_id)
    finally:
        close_old_connections()


def _carry_out(run_id: str) -> str:
    run = Run.objects.select_related("connection").filter(pk=run_id).first()
    if run is None or not run.active:
        return run.state if run else "gone"  # its connection was removed, or somebody stopped it in the queue
    if desk.leaving.is_set():
        raise Left
    with acting_as(Actor(run.requested_by, run.channel)), sole_writer(run.connection):
        state = _attempt(run)
    if state in Run.ACTIVE:
        raise Left
    tell(run)
    return state


def _attempt(run: Run) -> str:
    """Carry the run on, unless it has ended while this process waited for its turn. Returns its state."""
    if begin(run, desk.executor):
        _work(run)
    return run.state


def _work(run: Run) -> None:
    watch = RunProgress(run).watch(lambda: desk.leaving.is_set() or is_stopped(run))
    try:
        carry_out(run, SystemClock(), lambda: journey_of(run)(run, watch))
    except BursarError as error:  # the run says so itself, to whoever asked for it
        log.info("Run %s failed: %s", run.pk, error.code)
