"""Runs that other processes carry out: once, in turn for each connection, stopped within one request."""

import signal
from datetime import UTC, datetime

from django.utils import timezone

from bursar.jobs.database import queue_client
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, LogEntry, Run, Worker
from bursar.store.queries.workers import live_executors
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import LoadRequest, post_request
from bursar.usecases.runs import LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS, request_run, stop_run
from tests.jobs.conftest import Jobs, wait_until
from tests.usecases.world import OCTOBER

REQUEST = post_request(PlanOptions(OCTOBER))


def post(connection: Connection) -> Run:
    return start_run(connection, POST_LINES, REQUEST, str(OCTOBER))


def running(run: Run) -> bool:
    run.refresh_from_db()
    return run.state == Run.State.RUNNING


def expect_each_line_once(jobs: Jobs, lines: int) -> None:
    markers = jobs.additions()
    assert len(markers) == len(set(markers)) == lines


def test_a_run_is_carried_out_for_whoever_asked(jobs: Jobs) -> None:
    jobs.worker()
    with acting_as(Actor("Ann", "web", "127.0.0.1")):
        run = jobs.ended(post(jobs.connection()))
    assert (run.state, run.verdict, run.attempts, run.requested_by) == (Run.State.DONE, "balanced", 1, "Ann")
    assert (run.expected, run.done, run.counts["create"]) == (60, 60, 80)
    assert run.totals["read_back"] == {"USD": "6900.00"}
    expect_each_line_once(jobs, 60)
    assert [entry.title for entry in LogEntry.objects.order_by("pk")] == [
        "Posting of 2026-10 started",
        "Posting of 2026-10 finished",
    ]
    connection = Connection.objects.get()
    assert connection.last_sync_to_psa == run.ended_at


def test_a_load_and_a_sync_are_runs_too(jobs: Jobs) -> None:
    jobs.worker()
    connection = jobs.connection(lines=0)
    load = start_run(connection, LOAD_LINES, LoadRequest("/nowhere/at-all.csv").as_json())
    sync = jobs.ended(start_run(connection, SYNC_ORGANIZATIONS, {}))
    assert (sync.state, sync.counts) == (Run.State.DONE, {"companies": 20, "gone": 0, "products": 50})
    connection.refresh_from_db()
    assert connection.last_sync_to_platform == sync.ended_at
    assert (jobs.ended(load).state, load.notes.get().code) == (Run.State.FAILED, "source_unreadable")


def test_two_connections_run_side_by_side_and_one_never_twice(jobs: Jobs) -> None:
    jobs.psa.latency(50)
    first = jobs.connection("first", 40, customers=range(1, 11))
    second = jobs.connection("second", 40, customers=range(11, 21))
    jobs.worker()
    jobs.worker()
    runs = [post(first), post(first), post(second)]
    side_by_side = False

    def all_ended() -> bool:
        nonlocal side_by_side
        now = list(Run.objects.filter(state=Run.State.RUNNING).values_list("connection_id", flat=True))
        assert len(now) == len(set(now)), "one connection runs twice"
        side_by_side |= len(now) == 2
        return not Run.objects.filter(state__in=Run.ACTIVE).exists()

    wait_until(all_ended)
    assert side_by_side
    assert [jobs.ended(run).verdict for run in runs] == ["balanced"] * 3
    assert runs[1].counts["leave"] == 40
    expect_each_line_once(jobs, 80)


def test_a_stop_takes_effect_within_one_request(jobs: Jobs) -> None:
    run = post(jobs.connection(concurrency="2"))
    jobs.psa.latency(150)
    jobs.worker()
    jobs.psa.wait_for_write()
    wait_until(lambda: jobs.psa.writes() >= 5)
    stop_run(run)
    at_the_stop = jobs.psa.writes()
    jobs.ended(run)
    assert (run.state, run.stop_requested_by != "") == (Run.State.CANCELLED, True)
    written = jobs.psa.writes()
    assert written <= at_the_stop + 2 * 2  # those under way, and those that began before the worker looked
    assert run.counts["create"] == written
    assert run.verdict.startswith(f"stopped after {written} writes; ")
    assert not run.postings.filter(state__in=["planned", "sending", "unknown"]).exists()


def test_a_stopped_run_stays_stopped_when_a_worker_comes(jobs: Jobs) -> None:
    connection = jobs.connection(lines=2)
    stopped = stop_run(post(connection))
    jobs.worker()
    assert jobs.ended(post(connection)).verdict == "balanced"
    stopped.refresh_from_db()
    assert (stopped.state, stopped.attempts) == (Run.State.CANCELLED, 0)


def test_a_worker_that_is_told_to_end_leaves_its_run_to_the_next(jobs: Jobs) -> None:
    run = post(jobs.connection(concurrency="2"))
    jobs.psa.latency(50)
    first = jobs.worker()
    wait_until(lambda: jobs.psa.writes() >= 10)
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 0
    run.refresh_from_db()
    assert (run.state, run.ended_at, Worker.objects.count()) == (Run.State.QUEUED, None, 0)
    jobs.psa.latency(0)
    jobs.worker()
    jobs.ended(run)
    assert (run.state, run.verdict, run.attempts, run.counts["create"]) == (Run.State.DONE, "balanced", 2, 80)
    expect_each_line_once(jobs, 60)


def test_a_run_that_never_reached_the_queue_is_found(jobs: Jobs) -> None:
    run = request_run(jobs.connection(lines=2), POST_LINES, REQUEST, month=str(OCTOBER))
    Run.objects.update(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    jobs.worker()
    assert jobs.ended(run).verdict == "balanced"


def test_no_secret_is_queued(jobs: Jobs) -> None:
    run = post(jobs.connection(lines=0))
    with queue_client() as client:
        (queued,) = client.list_workflows()
    assert queued.input == {"args": (str(run.pk),), "kwargs": {}}


def test_workers_show_that_they_live(jobs: Jobs) -> None:
    worker = jobs.worker()
    row = Worker.objects.get()
    assert (row.process, row.executor in live_executors(timezone.now())) == (worker.pid, True)
    worker.kill()
    worker.wait()
    assert live_executors(timezone.now()) == set()
