"""Ask for a run: its row first, then its place in the queue. What page, API and command line call."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dbos import DBOSClient, EnqueueOptions
from django.db import transaction

from bursar.jobs.database import APPLICATION, QUEUE, VERSION, queue_client
from bursar.store.models import Connection, Run
from bursar.usecases.daily_sync import request_daily_syncs
from bursar.usecases.runs import request_run

WORKFLOW = "carry out a run"
"""The workflow's name in the queue. It takes the run's id and nothing else, so no secret is ever queued."""
DAILY_WORKFLOW = "ask for the daily syncs"
"""What the schedule begins at midnight. It takes that midnight and nothing else."""


def start_run(connection: Connection, verb: str, request: Mapping[str, object], month: str = "") -> Run:
    """Have a run carried out by whichever process is there for it. Raises NotConfigured while disconnected.

    It is queued once the caller's transaction is committed. A worker also finds runs that never got that far.
    """
    run = request_run(connection, verb, request, month=month)
    transaction.on_commit(lambda: _enqueue([run]), robust=True)
    return run


def start_daily_syncs(midnight: datetime, now: datetime) -> Sequence[Run]:
    """Have the daily syncs of the UTC day that began at `midnight` carried out: once, however often it is asked."""
    runs = request_daily_syncs(midnight, now)
    if runs:
        _enqueue(runs)
    return runs


def _enqueue(runs: Iterable[Run]) -> None:
    with queue_client() as client:
        for run in runs:
            enqueue(client, run)


def enqueue(client: DBOSClient, run: Run) -> None:
    """Give the run its place behind those of its connection; nothing happens when it has one."""
    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": str(run.pk),
        "queue_partition_key": str(run.connection_id),
        "priority": _place(run),
        "app_version": VERSION,
        "application_name": APPLICATION,
    }
    client.enqueue(options, str(run.pk))


def _place(run: Run) -> int:
    """First come, first served, exactly: on SQLite the engine itself only tells whole seconds apart."""
    return Run.objects.filter(connection=run.connection_id, started_at__lte=run.started_at).count()
