"""Disconnect while a worker posts: it stops within one request, and nothing is posted afterwards (rule 13)."""

import time

import pytest

from bursar.domain.errors import NotConfigured
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Posting, Run
from bursar.usecases.disconnect import disconnect
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import post_request
from bursar.usecases.runs import POST_LINES
from bursar.wiring import SystemClock
from tests.jobs.conftest import Jobs, wait_until
from tests.usecases.world import OCTOBER

REQUEST = post_request(PlanOptions(OCTOBER))
LATENCY = 100
"""Milliseconds: several looks at the stop mark fit into one request."""


def test_disconnecting_stops_a_run_within_one_request(jobs: Jobs) -> None:
    connection = jobs.connection(concurrency="1")
    other = jobs.connection("other", lines=4, customers=range(40, 42))
    jobs.psa.latency(LATENCY)
    jobs.worker()
    before = jobs.psa.writes()
    run = start_run(connection, POST_LINES, REQUEST, str(OCTOBER))
    waiting = start_run(connection, POST_LINES, REQUEST, str(OCTOBER))
    wait_until(lambda: jobs.psa.writes() >= before + 3)
    already = jobs.psa.writes()
    done = disconnect(connection, SystemClock())
    at_the_answer = jobs.psa.writes()
    assert (done.stopped, list(done.still_running)) == (2, [])
    assert at_the_answer <= already + 2  # the one under way, and one that may have left while the mark was written
    assert [jobs.ended(each).state for each in (run, waiting)] == [Run.State.CANCELLED] * 2
    time.sleep(5 * LATENCY / 1000)
    assert jobs.psa.writes() == at_the_answer
    assert not Posting.objects.filter(connection=connection, state__in=Posting.OPEN).exists()
    with pytest.raises(NotConfigured):
        start_run(Connection.objects.get(pk=connection.pk), POST_LINES, REQUEST, str(OCTOBER))
    assert jobs.ended(start_run(other, POST_LINES, REQUEST, str(OCTOBER))).state == Run.State.DONE
