"""Plans and what people agreed to in them, carried out by other processes, which may die (rule 88, money rule 5)."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.jobs.posting import post_plan, retry_run
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Run
from bursar.store.queries.plans import changes_of, writes_of
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_LINES
from tests.jobs.conftest import Jobs, wait_until
from tests.jobs.test_killed_workers import FAULTS
from tests.jobs.test_runs import expect_each_line_once
from tests.usecases.world import OCTOBER


def make_plan(jobs: Jobs, connection: Connection) -> Run:
    request = plan_request(PlanOptions(OCTOBER, survey=True))
    plan = jobs.ended(start_run(connection, PLAN_LINES, request, str(OCTOBER)))
    assert (plan.state, plan.counts["create"], plan.done) == (Run.State.DONE, 80, 60)
    return plan


def test_a_selection_then_everything_then_nothing_is_left(jobs: Jobs) -> None:
    jobs.worker()
    plan = make_plan(jobs, jobs.connection())
    assert jobs.additions() == []
    chosen = writes_of(plan).filter(resource="addition", company_name="Customer 00003")
    first = jobs.ended(post_plan(plan, chosen))
    assert (first.verdict, len(jobs.additions())) == ("balanced", chosen.count())
    second = jobs.ended(post_plan(plan))
    assert second.verdict == "balanced"
    expect_each_line_once(jobs, 60)
    with pytest.raises(InvalidInput):
        post_plan(plan)
    assert not writes_of(plan).filter(posted=False).exists()


@pytest.mark.parametrize("boundary", FAULTS)
def test_another_worker_writes_what_was_agreed_to_once(jobs: Jobs, boundary: str) -> None:
    connection = jobs.connection(timeout="1")
    jobs.worker()
    jobs.worker()
    plan = make_plan(jobs, connection)
    for fault in FAULTS[boundary]:
        jobs.fault(**fault)
    if not FAULTS[boundary]:
        jobs.psa.latency(20)
    run = post_plan(plan)
    wait_until(lambda: jobs.fault_hit() if FAULTS[boundary] else len(jobs.additions()) >= 20)
    jobs.kill_worker_of(run)
    jobs.clear_faults()
    jobs.psa.latency(0)
    jobs.ended(run)
    assert (run.state, run.verdict, run.attempts) == (Run.State.DONE, "balanced", 2)
    assert not run.notes.exists()
    expect_each_line_once(jobs, 60)
    assert not writes_of(plan).filter(posted=False).exists()


def test_what_failed_is_tried_again_and_nothing_else(jobs: Jobs) -> None:
    connection = jobs.connection()
    jobs.worker()
    plan = make_plan(jobs, connection)
    jobs.fault(kind="429", method="POST", route="additions$", skip=10, times=7, retry_after=3600)
    run = jobs.ended(post_plan(plan))
    jobs.clear_faults()
    assert (run.counts["failed"], len(jobs.additions())) == (7, 53)
    again = jobs.ended(retry_run(run))
    assert (again.counts["create"], again.verdict) == (7, "balanced")
    expect_each_line_once(jobs, 60)
    with pytest.raises(InvalidInput):
        retry_run(again)
    assert changes_of(plan).filter(posted=True).count() == 80
