"""The schedule of the daily sync: one run a day and connection, whatever happens to the workers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dbos import DBOSClient
from django.db import transaction
from django.utils import timezone

from bursar.domain.lines import InvoiceLine
from bursar.domain.period import Month
from bursar.jobs.database import queue_client
from bursar.jobs.queue import DAILY_WORKFLOW, start_daily_syncs
from bursar.jobs.schedule import AT_MIDNIGHT, SCHEDULE
from bursar.store.models import Connection, LogEntry, Run
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.daily_sync import midnight_of, next_daily_sync, run_id_of
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions
from bursar.usecases.runs import DAILY_SYNC
from bursar.wiring import SystemClock, connectwise
from tests.jobs.conftest import Jobs, wait_until
from tests.usecases.test_daily_sync import export, line_in
from tests.usecases.world import OCTOBER

A_SECOND = timedelta(seconds=1)


def switched_on(jobs: Jobs, name: str = "main") -> Connection:
    """A connection of which a person has posted a line of October, with the switch on."""
    connection = jobs.connection(name, lines=1, customers=range(1, 2))
    with connectwise(connection) as psa, acting_as(Actor("Ann", "web")):
        assert post_additions(connection, psa, SystemClock(), PlanOptions(OCTOBER)).verdict == "balanced"
    connection.billing["daily_sync"] = "yes"
    connection.save()
    return connection


def daily_runs() -> list[Run]:
    return list(Run.objects.filter(verb=DAILY_SYNC).order_by("started_at"))


def midnight_comes(client: DBOSClient, midnight: datetime) -> None:
    """What the engine does when that midnight has come: its schedule begins the workflow of that name."""
    client.backfill_schedule(SCHEDULE, midnight - A_SECOND, midnight + A_SECOND)


def begun(client: DBOSClient, *states: str) -> int:
    found = client.list_workflows(name=DAILY_WORKFLOW, status=list(states), load_input=False, load_output=False)
    return len(found)


def asked_and_done(client: DBOSClient, times: int) -> None:
    wait_until(lambda: begun(client, "SUCCESS") == times)


def this_months_line() -> InvoiceLine:
    return line_in(Month.of(datetime.now(UTC).date()), 1, line_id="of-today", subscription_id="of-today")


def test_rule_114_the_first_worker_of_a_day_makes_up_for_its_midnight_and_the_second_does_not(
    jobs: Jobs, tmp_path: Path
) -> None:
    connection = switched_on(jobs)
    folder = tmp_path / "exports"
    folder.mkdir()
    month = Month.of(datetime.now(UTC).date())
    export(folder, month, [this_months_line()])
    connection.source = {"path": str(folder), "profile": "canonical"}
    connection.save()
    jobs.worker()
    jobs.worker()
    with queue_client() as client:
        asked_and_done(client, 1)
        (run,) = daily_runs()
        jobs.ended(run)
        assert (run.state, run.verdict, run.month) == (Run.State.DONE, "balanced", str(month))
        assert (run.counts["added"], run.counts["create"]) == (1, 1)
        assert (run.requested_by, run.channel) == ("Bursar (daily sync)", "schedule")
        assert run.pk == run_id_of(connection, midnight_of(timezone.now()).date())
        (schedule,) = client.list_schedules()
    assert (schedule["schedule_name"], schedule["schedule"], schedule["cron_timezone"]) == (
        (SCHEDULE, AT_MIDNIGHT, "UTC")
    )
    assert len(jobs.additions()) == 2


def test_two_workers_ask_once_when_midnight_comes(jobs: Jobs) -> None:
    first, off, second = switched_on(jobs, "first"), switched_on(jobs, "off"), switched_on(jobs, "second")
    off.billing["daily_sync"] = "no"
    off.save()
    jobs.worker()
    jobs.worker()
    with queue_client() as client:
        asked_and_done(client, 1)
        wait_until(lambda: all(not run.active for run in daily_runs()))
        midnight = next_daily_sync(timezone.now())
        midnight_comes(client, midnight)
        midnight_comes(client, midnight)
        asked_and_done(client, 2)
    assert start_daily_syncs(midnight, midnight) == []
    wanted = {run_id_of(connection, midnight.date()) for connection in (first, second)}
    of_that_day = [run for run in daily_runs() if run.pk in wanted]
    assert len(of_that_day) == 2
    assert len(daily_runs()) == 4
    assert {jobs.ended(run).state for run in of_that_day} == {Run.State.DONE}


def test_a_midnight_whose_worker_died_while_it_asked_is_asked_by_the_next_one(jobs: Jobs) -> None:
    connection = switched_on(jobs)
    worker = jobs.worker()
    with queue_client() as client:
        asked_and_done(client, 1)
        wait_until(lambda: all(not run.active for run in daily_runs()))
        midnight = next_daily_sync(timezone.now())
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=connection.pk)  # whoever asks has to wait
            Connection.objects.filter(pk=connection.pk).update(version="held")
            midnight_comes(client, midnight)
            wait_until(lambda: begun(client, "PENDING") == 1)
            worker.kill()
            worker.wait()
        assert len(daily_runs()) == 1
        jobs.worker()
        asked_and_done(client, 2)
    (run,) = Run.objects.filter(pk=run_id_of(connection, midnight.date()))
    assert jobs.ended(run).state == Run.State.DONE


def test_a_source_that_cannot_be_read_fails_the_run_and_posts_nothing(jobs: Jobs, tmp_path: Path) -> None:
    connection = switched_on(jobs)
    connection.source = {"path": str(tmp_path / "gone"), "profile": "canonical"}
    connection.save()
    jobs.worker()
    with queue_client() as client:
        asked_and_done(client, 1)
    (run,) = daily_runs()
    assert (jobs.ended(run).state, run.notes.get().code) == (Run.State.FAILED, "source_unreadable")
    assert len(jobs.additions()) == 1
    assert LogEntry.objects.filter(run=run, level=LogEntry.Level.ERROR).exists()


def test_a_worker_on_a_fresh_machine_asks_for_nothing(jobs: Jobs) -> None:
    jobs.worker()
    with queue_client() as client:
        asked_and_done(client, 1)
    assert not Run.objects.exists()
