"""The daily sync: which connections are due at midnight UTC, which are passed over and why (rules 114-119, ADR 16).

The engine only says that a midnight has come. Whether a connection was dealt with on that day stands in our own rows:
its run has an id made of connection and day, and a connection that is passed over has one entry in System Logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from bursar.domain.period import Month
from bursar.store.models import Connection, LogEntry, Posting, Run
from bursar.store.queries.system_log import write_log
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.runs import DAILY_SYNC, POST_LINES, request_run

SETTING = "daily_sync"
ACTOR = Actor("Bursar (daily sync)", "schedule")
"""Who asks for the runs."""
PASSED_OVER = "daily_sync_passed_over"
"""The code of the entry in System Logs."""


@dataclass(frozen=True, slots=True)
class Due:
    """The connection has its daily sync now, of this month."""

    month: Month


@dataclass(frozen=True, slots=True)
class Passed:
    """The connection is switched on and yet passed over: why, and what to do about it."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a page says about a connection's daily sync."""

    next_at: datetime | None
    """None while it is switched off."""
    hindrance: Passed | None
    """Why the next one would be passed over, as things are now."""


def next_daily_sync(now: datetime) -> datetime:
    """The next midnight UTC (rule 114, decision 16)."""
    return midnight_of(now) + timedelta(days=1)


def midnight_of(now: datetime) -> datetime:
    """The midnight with which the UTC day of `now` began."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def is_on(connection: Connection) -> bool:
    """Whether the switch of Settings › Configuration is on."""
    return bool(connection.billing.get(SETTING) == "yes")


def outlook(connection: Connection, now: datetime) -> Outlook:
    """When the next daily sync is, and what stands in its way already."""
    if not is_on(connection):
        return Outlook(None, None)
    return Outlook(next_daily_sync(now), hindrance(connection))


def due(connection: Connection, now: datetime) -> Due | Passed | None:
    """Whether the connection has its daily sync at `now`; None while it is switched off."""
    if not is_on(connection):
        return None
    return hindrance(connection) or _under_way(connection) or Due(Month.of(now.astimezone(UTC).date()))


def hindrance(connection: Connection) -> Passed | None:
    """What keeps a connection from being synced by itself until a person has done something (rules 116 and 119)."""
    if not connection.connected:
        return Passed(
            "The connection does not work: " + (connection.state_reason or "there are no working credentials."),
            "Correct it on Settings › Authentication.",
        )
    if not connection.billing.get("agreement_type"):
        return Passed("No Agreement Type is chosen.", "Choose one on Settings › Configuration.")
    if not _proven(connection):
        return Passed(
            "No posting that a person started has finished with its money in agreement yet.",
            "Post a month and look at the result. The daily sync begins on the next midnight after that.",
        )
    return None


def _proven(connection: Connection) -> bool:
    """Whether a person's posting has written something and its money agreed (rule 119)."""
    return Posting.objects.filter(
        connection=connection,
        state=Posting.State.POSTED,
        run__verb=POST_LINES,
        run__state=Run.State.DONE,
        run__result__balanced=True,
    ).exists()


def _under_way(connection: Connection) -> Passed | None:
    """The run that keeps the connection busy, if there is one (rule 117)."""
    run = Run.objects.filter(connection=connection, state__in=Run.ACTIVE).order_by("started_at").first()
    if run is None:
        return None
    name = f"{run.verb} {run.month}".strip()
    return Passed(f"Another run is under way or waits: {name}.", "Nothing is to be done: it is tried again tomorrow.")


def request_daily_syncs(midnight: datetime, now: datetime) -> Sequence[Run]:
    """Ask for the runs of the UTC day that began at `midnight`; the caller queues them. Asking again does nothing.

    A midnight of an earlier day is missed for good. Until its own day ends, it is made up for. A clock that is a moment
    behind the one that rang counts as midnight.
    """
    now = max(now, midnight)
    if midnight_of(now) != midnight:
        return []
    switched_on = Connection.objects.filter(billing__daily_sync="yes").order_by("pk").values_list("pk", flat=True)
    with acting_as(ACTOR):
        runs = [_request(pk, midnight, now) for pk in list(switched_on)]
    return [run for run in runs if run is not None]


def _request(connection_id: int, midnight: datetime, now: datetime) -> Run | None:
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(pk=connection_id).first()  # two askers: in turn
        if connection is None or _dealt_with(connection, midnight):
            return None
        verdict = due(connection, now)
        if isinstance(verdict, Due):
            run_id = run_id_of(connection, midnight.date())
            return request_run(connection, DAILY_SYNC, {}, month=str(verdict.month), run_id=run_id)
        if isinstance(verdict, Passed):
            write_log([_entry(connection, verdict, now)])
    return None


def run_id_of(connection: Connection, day: date) -> UUID:
    """The id of the connection's daily sync of a UTC day: there cannot be two."""
    return uuid5(NAMESPACE_URL, f"bursar/daily-sync/{connection.pk}/{day}")


def _dealt_with(connection: Connection, midnight: datetime) -> bool:
    told = LogEntry.objects.filter(connection=connection, code=PASSED_OVER, at__gte=midnight)
    return Run.objects.filter(pk=run_id_of(connection, midnight.date())).exists() or told.exists()


def _entry(connection: Connection, passed: Passed, now: datetime) -> LogEntry:
    return LogEntry(
        connection=connection,
        at=now,
        level=LogEntry.Level.WARNING,
        title=f"Daily sync of {now.astimezone(UTC).date()} passed over",
        details=passed.reason,
        code=PASSED_OVER,
        remedy=passed.remedy,
    )
