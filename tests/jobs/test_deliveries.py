"""Deliveries are read by whichever worker has the run: from the database, never from a path of another machine."""

from datetime import UTC, datetime

from bursar.domain.period import Month
from bursar.jobs.queue import start_daily_syncs, start_run
from bursar.store.models import Connection, Line, Load, Run
from bursar.usecases.daily_sync import midnight_of
from bursar.usecases.deliveries import keep_pushed, keep_upload
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import DAILY_SYNC, LOAD_LINES
from bursar.wiring import keep_profile
from tests.deliveries.exports import PROFILE, canonical, german_csv, pushed
from tests.jobs.conftest import Jobs
from tests.jobs.test_daily_sync import switched_on


def test_two_workers_load_uploads_and_pushed_lines_each_once(jobs: Jobs) -> None:
    first, second = jobs.connection("first", lines=0), jobs.connection("second", lines=0)
    jobs.worker()
    jobs.worker()
    runs = []
    for connection in (first, second):
        keep_profile(connection, "Auszug", PROFILE)
        upload = keep_upload(connection, "Auszug.csv", [german_csv()])
        keep_pushed(connection, Month(2026, 11), pushed([canonical(number, "2026-11") for number in range(1, 4)]))
        asked = LoadRequest(profile="Auszug", delivery=upload.pk)
        runs.append(start_run(connection, LOAD_LINES, asked.as_json()))
        runs.append(start_run(connection, LOAD_LINES, LoadRequest().as_json(), "2026-11"))
    for run in runs:
        assert jobs.ended(run).state == Run.State.DONE, run.verdict
    for connection in (first, second):
        loaded = Line.objects.filter(connection=connection)
        assert sorted(loaded.values_list("month", flat=True)) == ["2026-10"] * 2 + ["2026-11"] * 3
    assert Load.objects.filter(connection__in=[first, second], added__gt=0).count() == 4


def test_the_daily_sync_loads_pushed_lines_without_a_stored_source(jobs: Jobs) -> None:
    connection: Connection = switched_on(jobs)
    now = datetime.now(UTC)
    keep_pushed(connection, Month.of(now.date()), pushed([canonical(7, str(Month.of(now.date())))]))
    jobs.worker()
    start_daily_syncs(midnight_of(now), now)
    run = jobs.ended(Run.objects.get(verb=DAILY_SYNC))
    assert (run.state, run.counts["added"]) == (Run.State.DONE, 1), run.verdict
    assert Line.objects.get(line_id=f"{Month.of(now.date())}-L7").source == "REST API"
