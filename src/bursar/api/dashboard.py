"""The Dashboard in numbers, and the Dictionary (rules 25-30)."""

from datetime import datetime

from django.utils import timezone
from pydantic import BaseModel, Field

from bursar.api.connections import State
from bursar.api.routes import Routes
from bursar.api.runs import RunShown
from bursar.api.runs import shown as shown_run
from bursar.api.values import Id, connection_at
from bursar.domain.dictionary import DICTIONARY
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.store.queries.dashboard import newest_ended_run, newest_runs, what_waits
from bursar.usecases.daily_sync import outlook
from bursar.usecases.mute_variance import today_in_utc
from bursar.usecases.runs import DAILY_SYNC, POST_LINES

routes = Routes("Dashboard")
LAST_RUNS = 5


class WaitingShown(BaseModel):
    """What waits for a person."""

    unmapped_organizations: int
    unmapped_offers: int
    unmapped_lines: int
    blocked_lines: int = Field(description="Fully mapped lines that the newest plan or posting found a reason against.")
    ready_lines: int = Field(description="Fully mapped lines that are not posted yet.")
    variances: int = Field(description="Rows of the newest plan's variances that are not muted and have an alert.")
    blocked: int = Field(description="What the last posting could not send.")


class DashboardShown(BaseModel):
    """The numbers of the Dashboard page; null where no sync has been yet."""

    last_sync_to_platform: datetime | None
    last_sync_to_psa: datetime | None
    next_daily_sync: datetime | None = Field(description="Null while the daily sync is switched off.")
    daily_sync_hindrance: str = Field(description="Why the next one will be passed over, as things are; else empty.")
    environment: str
    state: State
    version: str
    waiting: WaitingShown
    runs: list[RunShown]


class TermShown(BaseModel):
    """One pair of words."""

    platform: str
    connectwise: str
    meaning: str


class DictionaryShown(BaseModel):
    """What the two systems call the same thing."""

    terms: list[TermShown]


@routes.get("/connections/{int:connection_id}/dashboard", Role.VIEWER, DashboardShown)
def show_dashboard(connection_id: Id) -> DashboardShown:
    """When Bursar last synced, what it is connected to, and what waits for a person."""
    connection = connection_at(connection_id)
    waiting = what_waits(connection, today_in_utc())
    posting = newest_ended_run(connection, POST_LINES, DAILY_SYNC)
    daily = outlook(connection, timezone.now())
    return DashboardShown(
        last_sync_to_platform=connection.last_sync_to_platform,
        last_sync_to_psa=connection.last_sync_to_psa,
        next_daily_sync=daily.next_at,
        daily_sync_hindrance=daily.hindrance.reason if daily.hindrance else "",
        environment=connection.url,
        state=Connection.State(connection.state),
        version=connection.version,
        waiting=WaitingShown(
            unmapped_organizations=waiting.organizations,
            unmapped_offers=waiting.offers,
            unmapped_lines=waiting.unmapped_lines,
            blocked_lines=waiting.blocked_lines,
            ready_lines=waiting.ready_lines,
            variances=waiting.variances,
            blocked=posting.counts.get("blocked", 0) if posting else 0,
        ),
        runs=[shown_run(run, connection) for run in newest_runs(connection, LAST_RUNS)],
    )


@routes.get("/dictionary", Role.VIEWER, DictionaryShown)
def show_dictionary() -> DictionaryShown:
    """Which words of the platform stand for which of ConnectWise."""
    terms = [
        TermShown(platform=term.platform, connectwise=term.connectwise, meaning=term.meaning) for term in DICTIONARY
    ]
    return DictionaryShown(terms=terms)
