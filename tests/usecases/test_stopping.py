"""A run that is told to stop: what is under way ends and is noted, nothing else leaves, and another attempt goes on."""

import threading
from collections.abc import Callable

import httpx2
import pytest

from bursar.domain.errors import NotConfigured, WrongKey
from bursar.store.models import Connection, LogEntry, Posting, Run
from bursar.store.vault import seal
from bursar.usecases.carry_out import carry_out
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions, post_run
from bursar.usecases.run_report import RunReport
from bursar.usecases.run_requests import post_request
from bursar.usecases.runs import POST_LINES, begin, request_run, stop_run
from bursar.usecases.watch import Watch, never
from bursar.wiring import connectwise
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import OCTOBER, World, make_line

OPTIONS = PlanOptions(OCTOBER)


class Gate(httpx2.BaseTransport):
    """Holds every write until it is opened, and counts how many have begun."""

    def __init__(self, world: World) -> None:
        self._inner = SandboxTransport(world.sandbox)
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.begun = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "GET":
            with self._lock:
                self.begun += 1
            assert self._open.wait(20)
        return self._inner.handle_request(request)

    def stop_once(self, begun: int) -> Callable[[], bool]:
        """Says stop as soon as so many writes are under way, and lets these end."""

        def stopped() -> bool:
            if self.begun >= begun:
                self._open.set()
            return self.begun >= begun

        return stopped


def load_lines(world: World, count: int = 60) -> None:
    world.load(make_line(n % 20 + 1, line_id=f"L{n}", subscription_id=f"s{n}") for n in range(count))
    world.map_exactly()


def attempt(world: World, run: Run, stopped: Callable[[], bool] = never) -> RunReport | None:
    assert begin(run, "a worker")
    return carry_out(run, world.clock, lambda: post_run(run, world.psa, world.clock, Watch(stopped=stopped)))


def ask(world: World) -> Run:
    return request_run(world.connection, POST_LINES, post_request(OPTIONS), month=str(OCTOBER))


def after_writes(world: World, count: int) -> Callable[[], bool]:
    return lambda: world.writes() >= count


@pytest.mark.parametrize("concurrency", [1, 4])
def test_no_request_begins_after_the_stop_was_seen(world: World, concurrency: int) -> None:
    load_lines(world)
    world.connection.options["concurrency"] = str(concurrency)
    gate = Gate(world)
    with connectwise(world.connection, gate, world.clock) as psa:
        watch = Watch(stopped=gate.stop_once(concurrency))
        report = post_additions(world.connection, psa, world.clock, OPTIONS, watch)
    assert gate.begun == world.writes() == concurrency
    states = Posting.objects.filter(run=report.run).values_list("state", flat=True)
    assert list(states).count("posted") == concurrency
    assert set(states) <= {"posted", "withdrawn"}
    assert report.stopped
    assert (report.run.state, report.counts["create"]) == (Run.State.CANCELLED, concurrency)
    assert report.run.verdict.startswith(f"stopped after {concurrency} writes")


def test_what_was_stopped_is_posted_by_the_next_run_each_line_once(world: World) -> None:
    load_lines(world)
    post_additions(world.connection, world.psa, world.clock, OPTIONS, Watch(stopped=after_writes(world, 45)))
    assert 45 <= world.writes() < 80
    report = world.post()
    assert report.reconciliation.verdict == "balanced"
    assert len(world.additions()) == 60
    assert world.writes() == 80


def test_a_run_that_its_process_left_goes_on_and_tells_of_all_attempts(world: World) -> None:
    load_lines(world)
    world.load([make_line(1, line_id="unmapped", organization_id="nobody", organization_name="Nobody")])
    run = ask(world)
    attempt(world, run, after_writes(world, 45))
    assert (run.state, run.ended_at) == (Run.State.QUEUED, None)
    report = attempt(world, run)
    assert report is not None
    run.refresh_from_db()
    assert (run.state, run.attempts, run.verdict) == (Run.State.DONE, 2, "balanced")
    assert (run.counts["create"], run.counts["leave"], run.counts["blocked"]) == (80, 0, 1)
    assert run.totals["planned"] == run.totals["posted"] == run.totals["read_back"] == {"USD": "6900.00"}
    assert run.notes.count() == 1
    titles = list(LogEntry.objects.filter(run=run).order_by("pk").values_list("level", "title"))
    assert titles == [
        ("INFO", "Posting of 2026-10 started"),
        ("INFO", "Posting of 2026-10 goes on after an interruption"),
        ("WARNING", f"Not posted: {run.notes.get().subject}"),
        ("INFO", "Posting of 2026-10 finished"),
    ]


def test_somebody_stops_a_running_run(world: World) -> None:
    load_lines(world, 20)
    run = ask(world)
    assert begin(run, "a worker")
    stop_run(run)
    assert carry_out(run, world.clock, lambda: pytest.fail("nothing may be done")) is None
    assert (run.state, world.writes()) == (Run.State.CANCELLED, 0)


def test_a_queued_run_is_stopped_at_once_and_never_begun(world: World) -> None:
    run = stop_run(ask(world))
    assert (run.state, run.ended_at is not None) == (Run.State.CANCELLED, True)
    assert not begin(run, "a worker")


@pytest.mark.parametrize("state", [Connection.State.NOT_CONNECTED, Connection.State.DISCONNECTED])
def test_without_a_connection_that_works_nothing_is_read(world: World, state: Connection.State) -> None:
    run = ask(world)
    asked = len(world.sandbox.journal.entries())
    world.connection.state = state
    world.connection.save()
    run.connection.refresh_from_db()
    with pytest.raises(NotConfigured) as caught:
        attempt(world, run)
    assert caught.value.remedy
    assert run.state == Run.State.FAILED
    assert len(world.sandbox.journal.entries()) == asked
    error = LogEntry.objects.get(run=run, level="ERROR")
    assert (error.title, error.code, error.remedy) == (
        "Posting of 2026-10 failed",
        "not_configured",
        caught.value.remedy,
    )


def test_a_refused_key_is_noted_on_the_connection_with_the_answer(world: World) -> None:
    load_lines(world, 2)
    world.connection.sealed_private_key = seal("no longer the key")
    world.psa = connectwise(world.connection, SandboxTransport(world.sandbox), world.clock)
    run = ask(world)
    with pytest.raises(WrongKey) as caught:
        attempt(world, run)
    world.connection.refresh_from_db()
    assert world.connection.state == Connection.State.NOT_CONNECTED
    assert run.notes.get().answer == caught.value.answer
    assert world.connection.last_sync_to_psa is None


def test_a_key_that_expires_while_posting_ends_the_run_and_sends_nothing_more(world: World) -> None:
    load_lines(world)
    world.fault(kind="expired_key", method="POST", skip=5)
    run = ask(world)
    with pytest.raises(WrongKey):
        attempt(world, run)
    world.connection.refresh_from_db()
    assert (run.state, world.connection.state) == (Run.State.FAILED, Connection.State.NOT_CONNECTED)
    assert len(world.store.rows("agreement")) == 5
    assert world.writes() <= 5 + 2 * world.psa.concurrency


def test_only_a_finished_posting_sets_the_moment_of_the_sync(world: World) -> None:
    load_lines(world, 20)
    stopped = ask(world)
    attempt(world, stopped, lambda: True)
    world.connection.refresh_from_db()
    assert world.connection.last_sync_to_psa is None
    attempt(world, stopped)
    world.connection.refresh_from_db()
    assert world.connection.last_sync_to_psa == stopped.ended_at
    assert world.connection.last_sync_to_platform is None
