"""Carry a run out here and now, without a queue, as the connection's only writer."""

from collections.abc import Callable, Mapping

from bursar.domain.errors import BursarError
from bursar.ports import Clock
from bursar.store.models import Connection, Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.acting import current_actor
from bursar.usecases.carry_out import AnyOutcome, carry_out
from bursar.usecases.runs import begin, close_abandoned


class AlreadyEnded(BursarError):
    """A run was stopped before its work began."""

    code = "run_stopped"


def carry_out_at_once(
    connection: Connection,
    clock: Clock,
    verb: str,
    request: Mapping[str, object],
    month: str,
    work: Callable[[Run], AnyOutcome],
) -> AnyOutcome:
    """Make a run and do its work. Raises BursarError, once the run has failed."""
    with sole_writer(connection):
        close_abandoned(connection, clock.now())
        run = Run.objects.create(
            connection=connection,
            verb=verb,
            month=month,
            request=dict(request),
            requested_by=current_actor().name[:200],
            channel=current_actor().channel,
        )
        begin(run, "")
        outcome = carry_out(run, clock, lambda: work(run))
    if outcome is None:
        raise AlreadyEnded("The run was stopped before it began.")
    return outcome
