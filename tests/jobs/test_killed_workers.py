"""A worker is killed while lines are on their way: another one finishes the same run, every line once."""

import pytest

from bursar.store.models import Run
from tests.jobs.conftest import Jobs, wait_until
from tests.jobs.test_runs import expect_each_line_once, post

ON_ITS_WAY = {"method": "POST", "route": "additions$", "skip": 20, "times": 8}
HELD = {"kind": "delay", "ms": 700, **ON_ITS_WAY}
LOST = {"kind": "cut_before", **ON_ITS_WAY}

FAULTS = {
    "before-the-write": [HELD, LOST],  # the server never does what it was asked
    "while-it-is-done": [HELD],  # the server does it after the process died
    "after-the-answer": [],
}


@pytest.mark.parametrize("boundary", FAULTS)
@pytest.mark.parametrize("successor", ["alive-already", "started-later"])
def test_another_worker_finishes_the_run(jobs: Jobs, boundary: str, successor: str) -> None:
    connection = jobs.connection(timeout="1")
    for fault in FAULTS[boundary]:
        jobs.fault(**fault)
    if not FAULTS[boundary]:
        jobs.psa.latency(20)
    jobs.worker()
    if successor == "alive-already":
        jobs.worker()
    run = post(connection)
    wait_until(lambda: jobs.fault_hit() if FAULTS[boundary] else len(jobs.additions()) >= 20)
    jobs.kill_worker_of(run)
    run.refresh_from_db()
    assert (run.state, len(jobs.additions()) < 60) == (Run.State.RUNNING, True)
    jobs.clear_faults()
    jobs.psa.latency(0)
    if successor == "started-later":
        jobs.worker()
    jobs.ended(run)
    assert (run.state, run.verdict, run.attempts) == (Run.State.DONE, "balanced", 2)
    assert (run.counts["create"], run.counts["leave"]) == (80, 0)
    assert run.totals["planned"] == run.totals["read_back"] == {"USD": "6900.00"}
    expect_each_line_once(jobs, 60)
