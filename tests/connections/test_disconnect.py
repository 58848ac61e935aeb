"""Disconnect: key gone, runs stopped, nothing posted afterwards (rules 13-14, done-when 5)."""

from datetime import timedelta

import pytest

from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.store.models import AuditEntry, Connection, Run
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.disconnect import disconnect, write_timeout
from bursar.usecases.runs import is_stopped, request_run
from bursar.wiring import connectwise
from tests.usecases.world import PatientClock

ADA = Actor("ada@example.com", "web", "127.0.0.1")


class WatchingClock(PatientClock):
    """Something happens while disconnect waits."""

    def __init__(self, after: float, happens: object) -> None:
        super().__init__()
        self.slept = 0.0
        self._after, self._happens = after, happens

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.slept += seconds
        if self.slept >= self._after and callable(self._happens):
            self._happens()


def run_of(connection: Connection, state: Run.State = Run.State.RUNNING, executor: str = "worker 1") -> Run:
    return Run.objects.create(connection=connection, verb="post lines", month="2026-10", state=state, executor=executor)


def test_the_key_is_gone_before_anything_is_waited_for(connection: Connection) -> None:
    run = run_of(connection)

    def look() -> None:
        stored = Connection.objects.get()
        assert stored.sealed_private_key == ""
        assert is_stopped(run)
        with pytest.raises(NotConfigured):
            connectwise(stored)
        with pytest.raises(NotConfigured):
            request_run(stored, "post lines", {})
        Run.objects.filter(pk=run.pk).update(state=Run.State.CANCELLED)

    with acting_as(ADA):
        done = disconnect(connection, WatchingClock(0.3, look))
    assert (done.stopped, list(done.still_running), done.warning) == (1, [], "")
    entry = AuditEntry.objects.get(action="integration disconnected")
    assert (entry.actor, entry.after["state"], entry.after["stopped_runs"]) == (
        *(ADA.name, "disconnected"),
        [str(run.id)],
    )
    assert connection.state_reason == "Disconnected by ada@example.com."


def test_it_says_honestly_when_a_run_does_not_answer(connection: Connection) -> None:
    connection.options = {"timeout": "5"}
    connection.save()
    run = run_of(connection)
    clock = PatientClock()
    begun = clock.now()
    done = disconnect(connection, clock)
    assert [each.pk for each in done.still_running] == [run.pk]
    assert "may still take effect" in done.warning
    assert clock.now() - begun <= timedelta(seconds=write_timeout(Connection(options={"timeout": "5"})) + 1)
    assert Connection.objects.get().sealed_private_key == ""


def test_nobody_waits_for_a_run_whose_process_died(connection: Connection) -> None:
    run = run_of(connection, executor="")
    clock = WatchingClock(0, None)
    done = disconnect(connection, clock)
    assert (list(done.still_running), clock.slept) == ([], 0)
    run.refresh_from_db()
    assert (run.state, is_stopped(run)) == (Run.State.INTERRUPTED, True)


def test_queued_runs_are_stopped_and_other_connections_left_alone(connection: Connection) -> None:
    other = Connection.objects.create(name="other", url="https://eu.myconnectwise.net", company="b")
    queued, foreign = run_of(connection, Run.State.QUEUED), run_of(other)
    done = disconnect(connection, PatientClock())
    assert (done.stopped, list(done.still_running)) == (1, [])
    assert is_stopped(queued)
    assert not is_stopped(foreign)


def test_without_runs_nobody_waits(connection: Connection) -> None:
    clock = WatchingClock(0, None)
    disconnect(connection, clock)
    assert clock.slept == 0


def test_what_is_disconnected_stays_so(connection: Connection) -> None:
    disconnect(connection, PatientClock())
    with pytest.raises(InvalidInput, match="not connected"):
        disconnect(connection, PatientClock())
    assert Connection.objects.get().former_company == "acme"
