"""The audit trail for lists: filtered, newest first, by page (rule 123)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bursar.store.models import AuditEntry

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to show; empty means everything. `since` is inclusive, `until` exclusive."""

    action: str = ""
    actor: str = ""
    connection: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first. `older` and `newer` are the numbers to page on from; None at the ends."""

    entries: Sequence[AuditEntry]
    older: int | None
    newer: int | None


def audit_page(
    wanted: AuditFilter, *, before: int | None = None, after: int | None = None, size: int = PAGE
) -> AuditPage:
    """Entries older than `before`, or newer than `after`: one walk along an index, however long the trail."""
    rows = _matching(wanted)
    if after is not None:
        found = list(rows.filter(number__gt=after).order_by("number")[: size + 1])
        entries = found[:size][::-1]
        more_newer, more_older = len(found) > size, bool(entries)
    else:
        chosen = rows if before is None else rows.filter(number__lt=before)
        found = list(chosen.order_by("-number")[: size + 1])
        entries = found[:size]
        more_newer, more_older = before is not None, len(found) > size
    return AuditPage(
        entries,
        older=entries[-1].number if entries and more_older else None,
        newer=entries[0].number if entries and more_newer else None,
    )


def _matching(wanted: AuditFilter) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.all()
    for name in ("action", "actor", "connection"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def known_actions() -> Sequence[str]:
    """Every action that was ever recorded."""
    return _distinct("action")


def known_actors() -> Sequence[str]:
    """Everybody who ever did anything."""
    return _distinct("actor")


def known_connections() -> Sequence[str]:
    """Names of connections in the trail, also of those that are gone."""
    return [name for name in _distinct("connection") if name]


def _distinct(column: str) -> Sequence[str]:
    return list(AuditEntry.objects.order_by(column).values_list(column, flat=True).distinct())


def newest_number() -> int:
    """How many entries there are: they are numbered without a gap."""
    return AuditEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0
