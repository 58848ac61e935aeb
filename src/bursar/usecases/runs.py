"""Runs: ask for one, stop one. A run is a row first; a worker carries it out, whichever process that is."""

from collections.abc import Mapping

from django.db import transaction

from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.store.models import Connection, Run
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record

POST_LINES = "post lines"
LOAD_LINES = "load lines"
SYNC_ORGANIZATIONS = "sync organizations"


def request_run(connection: Connection, verb: str, request: Mapping[str, object], *, month: str = "") -> Run:
    """Note that a run is wanted; the caller queues it. Raises NotConfigured while disconnected (rule 116)."""
    if verb != LOAD_LINES and connection.state == Connection.State.DISCONNECTED:
        raise NotConfigured(
            f"'{connection.name}' is disconnected.", remedy="Enter its credentials again on Settings › Authentication."
        )
    actor = current_actor()
    with transaction.atomic():
        run = Run.objects.create(
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


def stop_run(run: Run) -> Run:
    """Let no further request of the run leave. Raises InvalidInput when it has ended already."""
    actor = current_actor()
    with transaction.atomic():
        stopped = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).update(stop_requested_by=actor.name[:200])
        if not stopped:
            raise InvalidInput("This run has ended already.", remedy="Nothing is left to stop.")
        record("run stopped", f"{run.verb} {run.month}".strip(), connection=run.connection, after={"run": str(run.id)})
    run.refresh_from_db()
    return run


def is_stopped(run: Run) -> bool:
    """Whether somebody has asked the run to stop: one row read, cheap enough to ask before every request."""
    return Run.objects.filter(pk=run.pk).exclude(stop_requested_by="").exists()
