"""Disconnect: the key is destroyed, every active run is stopped, and nothing is posted afterwards (rule 13)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from bursar.domain.errors import InvalidInput
from bursar.ports import Clock
from bursar.store.models import Connection, Run
from bursar.store.writer_lock import AnotherWriter, sole_writer
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.connections import told
from bursar.usecases.runs import close_abandoned, stop_run

LOOK_EVERY = 0.1
"""Seconds between two looks at the runs."""
LONGEST_CONNECT = 10.0
CREDENTIALS = ("url", "company", "client_id", "public_key", "sealed_private_key")


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What became of it. `still_running`: runs that have not said yet that they ended."""

    connection: Connection
    stopped: int
    still_running: Sequence[Run]

    @property
    def warning(self) -> str:
        """The honest sentence when a request may still be under way; empty otherwise."""
        if not self.still_running:
            return ""
        return (
            "A run has not confirmed that it stopped: one request that had left before may still take effect."
            " It sends no further one. Its page under Runs tells the outcome."
        )


def disconnect(connection: Connection, clock: Clock) -> Disconnected:
    """Destroy the credentials, stop all active runs, then wait until none is running, as long as a write can last.

    Key and stop marks change in one transaction: whoever opens the connection afterwards has no key, and whoever has
    it open asks for the mark before every request. Mappings and history stay. Raises InvalidInput when there are no
    credentials.
    """
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        if not any(getattr(stored, name) for name in CREDENTIALS):
            raise InvalidInput(f"'{stored.name}' is not connected.", remedy="Nothing is left to disconnect.")
        patience = write_timeout(stored)
        before = told(stored)
        _destroy(stored)
        active = list(Run.objects.filter(connection=stored, state__in=Run.ACTIVE).select_related("connection"))
        for run in active:
            with suppress(InvalidInput):  # it ended by itself a moment ago
                stop_run(run)
        after = told(stored) | {"stopped_runs": [str(run.id) for run in active]}
        record("integration disconnected", stored.name, connection=stored, before=before, after=after)
    still_running = _wait(stored, clock, patience) if active else []
    connection.refresh_from_db()
    return Disconnected(connection, len(active), still_running)


def write_timeout(connection: Connection) -> float:
    """Seconds after which a request that left cannot take effect any more."""
    seconds = float(connection.options.get("timeout", 60))
    return seconds + min(LONGEST_CONNECT, seconds)


def _destroy(connection: Connection) -> None:
    connection.former_company = connection.company or connection.former_company
    for name in CREDENTIALS:
        setattr(connection, name, "")
    connection.state = Connection.State.DISCONNECTED
    connection.state_reason = f"Disconnected by {current_actor().name}."
    connection.save(update_fields=[*CREDENTIALS, "former_company", "state", "state_reason"])


def _wait(connection: Connection, clock: Clock, patience: float) -> Sequence[Run]:
    _close_dead_runs(connection, clock)
    deadline = clock.now() + timedelta(seconds=patience)
    running = Run.objects.filter(connection=connection, state=Run.State.RUNNING)
    while (left := list(running.all())) and clock.now() < deadline:
        clock.sleep(LOOK_EVERY)
    return left


def _close_dead_runs(connection: Connection, clock: Clock) -> None:
    """End runs whose process died: when the writer lock is free, nobody who holds it can be at work."""
    with suppress(AnotherWriter), sole_writer(connection, patience=0, pause=0):
        close_abandoned(connection, clock.now())
