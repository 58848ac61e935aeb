"""The schedule of the daily sync: midnight UTC, once, however many workers there are (rule 114, ADR 16).

The engine gives every midnight one workflow, named after it, whichever worker is first. That workflow only asks for
runs, and asking twice asks once (`usecases/daily_sync.py`), so one that was broken off may be begun again.
"""

from datetime import datetime, timedelta

from dbos import DBOS
from django.db import close_old_connections
from django.utils import timezone

from bursar.jobs.queue import DAILY_WORKFLOW, start_daily_syncs
from bursar.usecases.daily_sync import midnight_of

SCHEDULE = "daily sync"
AT_MIDNIGHT = "0 0 * * *"
A_SECOND = timedelta(seconds=1)


@DBOS.workflow(name=DAILY_WORKFLOW)
def midnight_has_come(midnight: datetime, _context: object = None) -> None:
    """Ask for the daily syncs of the day that began."""
    ask_step(midnight)


@DBOS.step(name="ask for them")
def ask_step(midnight: datetime) -> list[str]:
    """The use case, with this process's clock. Returns the ids of the runs."""
    close_old_connections()
    try:
        return [str(run.pk) for run in start_daily_syncs(midnight, timezone.now())]
    finally:
        close_old_connections()


def keep_schedule() -> None:
    """Have midnights noticed from now on; and today's, if no worker was there for it. Call once the engine runs."""
    DBOS.apply_schedules(
        [
            {
                "schedule_name": SCHEDULE,
                "workflow_fn": midnight_has_come,
                "schedule": AT_MIDNIGHT,
                "context": None,
                "cron_timezone": "UTC",
            }
        ]
    )
    make_up_for(timezone.now())


def make_up_for(now: datetime) -> None:
    """Begin the workflow of the last midnight unless it was begun. Midnights of earlier days are missed for good."""
    midnight = midnight_of(now)
    DBOS.backfill_schedule(SCHEDULE, midnight - A_SECOND, midnight + A_SECOND)
