"""The Dashboard: when Bursar last synced, what it is connected to, what waits for a person (rules 26-30)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Book, Connection, LedgerException
from bursar.store.queries.dashboard import newest_ended_run, newest_runs, what_waits
from bursar.usecases.daily_sync import outlook
from bursar.usecases.mute_variance import today_in_utc
from bursar.usecases.runs import DAILY_SYNC, POST_LINES
from bursar.web.access import on_connection
from bursar.wiring import agreements_page

LAST_RUNS = 5


@dataclass(frozen=True, slots=True)
class SyncTile:
    """One of the two tiles. `outside` is the address of its view in ConnectWise, if it has one."""

    name: str
    title: str
    moment: datetime | None
    outside: str = ""


def _tiles(connection: Connection) -> dict[str, SyncTile]:
    """By name; the first shows organization syncs only, the second postings only (rule 28)."""
    tiles = (
        SyncTile("platform", "Last Sync to Platform", connection.last_sync_to_platform),
        SyncTile("psa", "Last Sync to PSA", connection.last_sync_to_psa, _agreements(connection)),
    )
    return {tile.name: tile for tile in tiles}


def _agreements(connection: Connection) -> str:
    try:
        return agreements_page(connection.url) if connection.url else ""
    except InvalidInput:
        return ""


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Both tiles, System Information, counters and the last runs."""
    posting = newest_ended_run(connection, POST_LINES, DAILY_SYNC)
    context = {
        "connection": connection,
        "tiles": _tiles(connection).values(),
        "daily_sync": outlook(connection, timezone.now()),
        "waiting": what_waits(connection, today_in_utc()),
        "exceptions": _open_exceptions(connection),
        "posting": posting,
        "blocked": posting.counts.get("blocked", 0) if posting else 0,
        "runs": newest_runs(connection, LAST_RUNS),
    }
    return render(request, "dashboard/page.html", context)


def _open_exceptions(connection: Connection) -> int | None:
    """Of documents and payments; None where the ledger is not used: there is no book."""
    if not Book.objects.filter(connection=connection).exists():
        return None
    return LedgerException.objects.filter(connection=connection, closed_at=None).count()


@on_connection(Role.VIEWER)
def tile(request: HttpRequest, connection: Connection, name: str) -> HttpResponse:
    """One tile, fetched anew by its refresh icon."""
    found = _tiles(connection).get(name)
    if found is None:
        raise Http404
    return render(request, "dashboard/parts/sync_tile.html", {"connection": connection, "tile": found})
