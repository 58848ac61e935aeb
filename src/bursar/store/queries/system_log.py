"""System Logs: append with their daily counts, read by page, forget after 30 days (rules 120-125)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from bursar.store.models import Connection, LogCount, LogEntry

KEPT = timedelta(days=30)


def write_log(entries: Iterable[LogEntry]) -> None:
    """Append entries and keep their daily counts, in one transaction."""
    rows = list(entries)
    added: dict[tuple[int, date, str], int] = {}
    for row in rows:
        key = (row.connection_id, row.at.date(), row.level)
        added[key] = added.get(key, 0) + 1
    with transaction.atomic():
        LogEntry.objects.bulk_create(rows, batch_size=500)
        LogCount.objects.bulk_create(
            [LogCount(connection_id=c, day=day, level=level) for c, day, level in added], ignore_conflicts=True
        )
        for (connection_id, day, level), count in added.items():
            counter = LogCount.objects.filter(connection_id=connection_id, day=day, level=level)
            counter.update(count=F("count") + count)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Newest first. `older` and `newer` are the ids to page on from; None at the ends."""

    entries: Sequence[LogEntry]
    older: int | None
    newer: int | None


def log_page(
    connection: Connection,
    now: datetime,
    *,
    level: str = "",
    before: int | None = None,
    after: int | None = None,
    size: int = 50,
) -> LogPage:
    """Entries of the last 30 days older than `before`, or newer than `after`. One index walk, however long the log."""
    rows = _kept(connection, now, level)
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        entries = found[:size][::-1]
        more_newer, more_older = len(found) > size, bool(entries)
    else:
        chosen = rows if before is None else rows.filter(pk__lt=before)
        found = list(chosen.order_by("-pk")[: size + 1])
        entries = found[:size]
        more_newer, more_older = before is not None, len(found) > size
    return LogPage(
        entries,
        older=entries[-1].pk if entries and more_older else None,
        newer=entries[0].pk if entries and more_newer else None,
    )


def log_entries(connection: Connection, now: datetime, *, level: str = "") -> Iterator[LogEntry]:
    """Every entry of the last 30 days, newest first, as it is read."""
    return _kept(connection, now, level).order_by("-pk").iterator(chunk_size=2000)


def _kept(connection: Connection, now: datetime, level: str) -> QuerySet[LogEntry]:
    rows = LogEntry.objects.filter(connection=connection, at__gte=now - KEPT)
    return rows.filter(level=level) if level else rows


def log_counts(connection: Connection, now: datetime) -> Mapping[str, int]:
    """Entries of the last 30 days by level, from the daily counts."""
    days = LogCount.objects.filter(connection=connection, day__gt=(now - KEPT).date())
    return {row["level"]: row["total"] for row in days.values("level").annotate(total=Sum("count"))}


def newest_log_entry(connection: Connection) -> LogEntry | None:
    return LogEntry.objects.filter(connection=connection).order_by("-pk").first()


def forget_old_log(now: datetime, *, at_once: int = 5000) -> int:
    """Delete entries and counts older than 30 days, a piece at a time. Returns how many entries went."""
    gone = 0
    while True:
        ids = list(LogEntry.objects.filter(at__lt=now - KEPT).order_by("at").values_list("pk", flat=True)[:at_once])
        if not ids:
            break
        gone += LogEntry.objects.filter(pk__in=ids).delete()[0]
    LogCount.objects.filter(day__lte=(now - KEPT).date()).delete()
    return gone
