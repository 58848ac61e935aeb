"""Carry a run out: begin it, do its work, and end it with a verdict, its log and the moment of the sync."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from django.db import transaction

from bursar.domain.errors import BursarError, NotConfigured, RemoteError
from bursar.ports import Clock
from bursar.store.models import Connection, Run, RunNote
from bursar.usecases.connection_state import mark_refused
from bursar.usecases.replaced_plans import forget_replaced
from bursar.usecases.run_log import log_end, log_start
from bursar.usecases.runs import (
    DAILY_SYNC,
    LOAD_LINES,
    NEVER_BEGUN,
    PLAN_ENDINGS,
    PLAN_LINES,
    POST_LINES,
    SYNC_ORGANIZATIONS,
    is_stopped,
    leave,
    must_not_be_disconnected,
)

SYNCED = {
    POST_LINES: "last_sync_to_psa",
    DAILY_SYNC: "last_sync_to_psa",
    SYNC_ORGANIZATIONS: "last_sync_to_platform",
}
"""The moment on the connection that a finished run sets; no other run sets any (rule 28)."""


REPLACES: Mapping[str, Callable[[Run], None]] = {PLAN_LINES: forget_replaced, PLAN_ENDINGS: forget_replaced}
"""What a finished run takes the place of: gone in the transaction that finishes it, not a moment before."""


class Outcome(Protocol):
    """What the work of a run came to. Counts, totals and the result are on the run, unsaved."""

    @property
    def verdict(self) -> str: ...

    @property
    def stopped(self) -> bool:
        """Whether it was left before its end, because it was told to stop."""


AnyOutcome = TypeVar("AnyOutcome", bound=Outcome)


def carry_out(run: Run, clock: Clock, work: Callable[[], AnyOutcome]) -> AnyOutcome | None:
    """Do the work of a run that has begun. None: stopped before. Raises BursarError, once the run has failed.

    A run that stopped though nobody asked it to was left by its process, and waits for another one.
    """
    log_start(run, clock.now())
    if is_stopped(run):
        _end(run, clock, Run.State.CANCELLED, NEVER_BEGUN)
        return None
    try:
        must_be_connected(run)
        outcome = work()
    except BursarError as error:
        _fail(run, clock, error)
        raise
    if not outcome.stopped:
        _end(run, clock, Run.State.DONE, outcome.verdict)
    elif run.executor and not is_stopped(run):
        leave(run)
    else:
        _end(run, clock, Run.State.CANCELLED, outcome.verdict)
    return outcome


def must_be_connected(run: Run) -> None:
    """Raises NotConfigured when the run needs ConnectWise and the connection is known not to work (rule 116)."""
    connection = run.connection
    must_not_be_disconnected(connection, run.verb)
    if run.verb == LOAD_LINES or connection.connected:
        return
    raise NotConfigured(
        f"'{connection.name}' is not connected: {connection.state_reason or 'ConnectWise refused its credentials.'}",
        remedy=f"Correct it and test it (`bursar connection test {connection.name}`), then run again.",
    )


def _fail(run: Run, clock: Clock, error: BursarError) -> None:
    if isinstance(error, RemoteError):
        run.connection.refresh_from_db()  # it may have been disconnected meanwhile
        mark_refused(run.connection, error, clock.now())
    RunNote.objects.create(
        run=run,
        kind=RunNote.Kind.ERROR,
        code=error.code,
        subject="The run",
        sentence=error.sentence,
        remedy=error.remedy,
        answer=error.answer,
    )
    _end(run, clock, Run.State.FAILED, error.sentence)


def _end(run: Run, clock: Clock, state: Run.State, verdict: str) -> None:
    """All in one transaction, so that a run that ends twice (its process died in between) is told of once."""
    run.state, run.ended_at, run.verdict = state, clock.now(), verdict[:200]
    with transaction.atomic():
        if state == Run.State.DONE and run.verb in REPLACES:
            REPLACES[run.verb](run)
        run.save(update_fields=["state", "ended_at", "verdict", "expected", "done", "counts", "totals", "result"])
        if state == Run.State.DONE and run.verb in SYNCED:
            Connection.objects.filter(pk=run.connection_id).update(**{SYNCED[run.verb]: run.ended_at})
        log_end(run, run.ended_at)
