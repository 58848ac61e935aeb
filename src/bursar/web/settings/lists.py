"""Reading the lists of ConnectWise for a settings page, and telling what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from bursar.domain.errors import BursarError, RemoteError
from bursar.domain.lists import SETTING_LISTS, ListKind
from bursar.store.models import Connection
from bursar.usecases.lists import TITLES, Refreshed, readings, refresh_lists
from bursar.wiring import connectwise

REFRESH = "lists:refresh"
TRIED = "lists_tried"
"""Session key: connections whose lists were read on a first visit, so that a silent ConnectWise is asked once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Lists that could not be read for one reason."""

    lists: str
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ListsShown:
    """How old the lists of a page are, and what went wrong when they were read just now."""

    read_at: datetime | None
    """When the oldest of them was read; None when one never was."""
    unread: str = ""
    """Those that never were read."""
    problems: Sequence[Problem] = ()
    refreshed: bool = False
    vanished: int = 0


def shown_lists(connection: Connection, kinds: Collection[ListKind], outcome: "Outcome | None" = None) -> ListsShown:
    """What to say about these lists."""
    moments = readings(connection, kinds)
    unread = [TITLES[kind] for kind in sorted(kinds) if kind not in moments]
    read_at = None if unread else min(moments.values())
    if outcome is None:
        return ListsShown(read_at, ", ".join(unread))
    return ListsShown(read_at, ", ".join(unread), outcome.problems, not outcome.problems, outcome.vanished)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a reading."""

    problems: Sequence[Problem]
    vanished: int = 0


def read_on_first_visit(request: HttpRequest, connection: Connection, needed: ListKind) -> Outcome | None:
    """Read the lists when this one never was: once a session, and only while the connection works."""
    tried = request.session.get(TRIED, [])
    if connection.pk in tried or not connection.connected or readings(connection, [needed]):
        return None
    request.session[TRIED] = [*tried, connection.pk]
    return read_lists(connection)


def read_lists(connection: Connection) -> Outcome:
    """Read all lists that settings pages need. What goes wrong is told, not raised."""
    if not connection.connected:
        return Outcome(
            [Problem("All lists", "The connection does not work.", "Repair it on Settings › Authentication.")]
        )
    try:
        with connectwise(connection) as psa:
            refreshed = refresh_lists(connection, psa, SETTING_LISTS, timezone.now())
    except BursarError as error:
        return Outcome([Problem("All lists", error.sentence, error.remedy)])
    return Outcome(_problems(refreshed), refreshed.vanished)


def _problems(refreshed: Refreshed) -> Sequence[Problem]:
    """One problem for each remedy: a missing permission is one box to tick, however many lists need it."""
    by_remedy: dict[str, list[ListKind]] = {}
    for kind, error in sorted(refreshed.refused.items()):
        by_remedy.setdefault(error.remedy or error.sentence, []).append(kind)
    return [_problem(kinds, refreshed.refused) for kinds in by_remedy.values()]


def _problem(kinds: Sequence[ListKind], refused: Mapping[ListKind, RemoteError]) -> Problem:
    sentences = dict.fromkeys(refused[kind].sentence for kind in kinds)
    return Problem(", ".join(TITLES[kind] for kind in kinds), " ".join(sentences), refused[kinds[0]].remedy)
