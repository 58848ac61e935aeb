"""System Logs of the last 30 days (rules 120-125)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.domain.spreadsheet import csv_lines
from bursar.store.models import Connection, LogEntry
from bursar.store.queries.system_log import log_counts, log_entries, log_page, newest_log_entry
from bursar.web.access import on_connection
from bursar.web.partial import wants_part

FILTERS = (("", "All"), *((level.value, level.value.capitalize()) for level in LogEntry.Level))
CSV_COLUMNS = ("id", "at", "level", "title", "details", "code", "remedy", "answer", "run")


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Tiles, filter and one page of entries; a partial answer has the same, without the frame."""
    now = timezone.now()
    level = _level(request)
    counts = log_counts(connection, now)
    found = log_page(connection, now, level=level, before=_id(request, "before"), after=_id(request, "after"))
    if not found.entries and ("before" in request.GET or "after" in request.GET):
        return redirect(f"{request.path}?level={level}" if level else request.path)  # what it paged from is gone
    context = {
        "connection": connection,
        "total": sum(counts.values()),
        "errors": counts.get(LogEntry.Level.ERROR, 0),
        "warnings": counts.get(LogEntry.Level.WARNING, 0),
        "newest": newest_log_entry(connection),
        "level": level,
        "filters": FILTERS,
        "found": found,
    }
    return render(request, "logs/parts/log.html" if wants_part(request) else "logs/page.html", context)


@on_connection(Role.VIEWER)
def download(request: HttpRequest, connection: Connection) -> StreamingHttpResponse:
    """The entries of the chosen level as CSV, newest first, written as they are read."""
    now = timezone.now()
    level = _level(request)
    name = f"bursar-log-{now:%Y-%m-%d}{'-' + level.lower() if level else ''}.csv"
    return StreamingHttpResponse(
        csv_lines(CSV_COLUMNS, _rows(connection, now, level)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(connection: Connection, now: datetime, level: str) -> Iterator[dict[str, object]]:
    for entry in log_entries(connection, now, level=level):
        facts = {name: getattr(entry, name) for name in CSV_COLUMNS[2:-1]}
        at = entry.at.astimezone(UTC).isoformat(timespec="seconds")
        yield {"id": entry.pk, "at": at, **facts, "run": entry.run_id}


def _level(request: HttpRequest) -> str:
    """The level asked for; one that does not exist is no filter."""
    level = request.GET.get("level", "")
    return level if level in LogEntry.Level.values else ""


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
