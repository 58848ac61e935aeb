"""Runs: ask for one, stop one. A run is a row first; a worker carries it out, whichever process that is."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.store.models import Connection, Run
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record

POST_LINES = "post lines"
LOAD_LINES = "load lines"
SYNC_ORGANIZATIONS = "sync organizations"
PLAN_LINES = "plan lines"
"""Read ConnectWise, keep the month's plan for people to look at, and write nothing."""
PLAN_ENDINGS = "plan endings"
"""The same for the end of Additions that people made by hand (rule 99)."""
DAILY_SYNC = "daily sync"
"""Load the current month, then post: asked for by the schedule alone."""

EXPORT_LEDGER = "export ledger"
"""Read what waits for the books, keep it for people to look at, and write nothing."""
POST_LEDGER = "post ledger"
"""Post documents to the books, and batch in ConnectWise what the books confirmed."""
VOID_DOCUMENTS = "void documents"
UPDATE_BATCH = "update batch"
"""Make a batch from GL entry ids that a person names."""
UNDO_BATCH = "undo batch"
PULL_PAYMENTS = "pull payments"
"""Read what was paid from the books, compare with ConnectWise, and write nothing."""
POST_PAYMENTS = "post payments"
TAKE_IN_PAYMENTS = "take in payments"
"""Take in a file of payments; it has ended as soon as it is there."""

NEVER_BEGUN = "stopped before it began"


def request_run(
    connection: Connection, verb: str, request: Mapping[str, object], *, month: str = "", run_id: UUID | None = None
) -> Run:
    """Note that a run is wanted; the caller queues it. Raises NotConfigured while disconnected (rule 116)."""
    must_not_be_disconnected(connection, verb)
    actor = current_actor()
    with transaction.atomic():
        run = Run.objects.create(
            id=run_id or uuid4(),
            connection=connection,
            verb=verb,
            month=month,
            request=dict(request),
            requested_by=actor.name[:200],
            channel=actor.channel,
            state=Run.State.QUEUED,
        )
        record("run requested", f"{verb} {month}".strip(), connection=connection, after={"run": str(run.id)})
    return run


def must_not_be_disconnected(connection: Connection, verb: str) -> None:
    """Raises NotConfigured when the verb needs ConnectWise and a person has disconnected it (rule 116)."""
    if verb != LOAD_LINES and connection.state == Connection.State.DISCONNECTED:
        raise NotConfigured(
            f"'{connection.name}' is disconnected.", remedy="Enter its credentials again on Settings › Authentication."
        )


def stop_run(run: Run) -> Run:
    """Let no further request of the run leave; one that waits ends at once. Raises InvalidInput when it has ended."""
    name = current_actor().name[:200]
    with transaction.atomic():
        waiting = Run.objects.filter(pk=run.pk, state=Run.State.QUEUED)
        stopped = waiting.update(
            stop_requested_by=name,
            state=Run.State.CANCELLED,
            ended_at=timezone.now(),
            verdict=NEVER_BEGUN if run.attempts == 0 else "stopped while it waited for a process",
        ) or Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(stop_requested_by=name)
        if not stopped:
            raise InvalidInput("This run has ended already.", remedy="Nothing is left to stop.")
        record("run stopped", f"{run.verb} {run.month}".strip(), connection=run.connection, after={"run": str(run.id)})
    run.refresh_from_db()
    return run


def is_stopped(run: Run) -> bool:
    """Whether somebody has asked the run to stop: one row read, cheap enough to ask before every request."""
    return Run.objects.filter(pk=run.pk).exclude(stop_requested_by="").exists()


def begin(run: Run, executor: str) -> bool:
    """Take a run up, as the connection's sole writer. Returns False when it has ended meanwhile."""
    taken = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).update(
        state=Run.State.RUNNING, executor=executor, attempts=F("attempts") + 1
    )
    run.refresh_from_db()
    return bool(taken)


def leave(run: Run) -> None:
    """Put a run back that its process cannot finish: the next process goes on with it."""
    run.state = Run.State.QUEUED
    Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(state=run.state, executor="")


def give_up(run: Run, verdict: str) -> bool:
    """End a run that nobody carries out any more. Returns whether it had not ended already."""
    left = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE)
    return bool(left.update(state=Run.State.INTERRUPTED, ended_at=timezone.now(), verdict=verdict[:200]))


def close_abandoned(connection: Connection, now: datetime) -> None:
    """End direct runs (of no worker) that still say *running*. Call as sole writer: their process is dead."""
    abandoned = Run.objects.filter(connection=connection, state=Run.State.RUNNING, executor="")
    abandoned.update(state=Run.State.INTERRUPTED, ended_at=now, verdict="The process ended before the run did.")
