"""System Logs of a connection (rules 120-125)."""

from datetime import datetime
from typing import Annotated

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel

from bursar.api.routes import Routes
from bursar.api.values import LARGEST, PAGE, Id, Limit, choices, connection_at
from bursar.domain.roles import Role
from bursar.store.models import LogEntry
from bursar.store.queries.system_log import log_counts, log_page

routes = Routes("System logs")
Level = LogEntry.Level
LevelText = Annotated[Level, choices(Level)]
Cursor = Annotated[int | None, Query(ge=1, le=LARGEST, description="An entry's id: `older` or `newer` of a page.")]


class LogEntryShown(BaseModel):
    """One thing that happened. `answer` is what ConnectWise said, redacted."""

    id: int
    at: datetime
    level: LevelText
    title: str
    details: str
    code: str
    remedy: str
    answer: str
    run: str | None


class LogPageShown(BaseModel):
    """Newest first. Ask again with `before=older` or `after=newer`; null at the ends."""

    counts: dict[str, int]
    entries: list[LogEntryShown]
    older: int | None
    newer: int | None


@routes.get("/connections/{int:connection_id}/logs", Role.VIEWER, LogPageShown)
def list_logs(
    connection_id: Id,
    level: Annotated[LevelText | None, Query(description="Only entries of this level.")] = None,
    before: Cursor = None,
    after: Cursor = None,
    limit: Limit = PAGE,
) -> LogPageShown:
    """What happened in the last 30 days, and how much of each level."""
    connection = connection_at(connection_id)
    now = timezone.now()
    counts = log_counts(connection, now)
    page = log_page(connection, now, level=level or "", before=before, after=after, size=limit)
    return LogPageShown(
        counts={level.value: counts.get(level, 0) for level in Level},
        entries=[_shown(entry) for entry in page.entries],
        older=page.older,
        newer=page.newer,
    )


def _shown(entry: LogEntry) -> LogEntryShown:
    return LogEntryShown(
        id=entry.pk,
        at=entry.at,
        level=Level(entry.level),
        title=entry.title,
        details=entry.details,
        code=entry.code,
        remedy=entry.remedy,
        answer=entry.answer,
        run=str(entry.run_id) if entry.run_id else None,
    )
