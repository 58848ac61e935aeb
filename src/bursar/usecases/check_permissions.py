"""Check what the API member's security role grants against what the enabled journeys need (rule 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bursar.domain.errors import RemoteError
from bursar.domain.permissions import (
    Act,
    Box,
    Grant,
    Journey,
    Level,
    Permission,
    PermissionReport,
    RoleGrants,
    Source,
    boxes_for,
    compare,
    journeys_with,
)
from bursar.ports import Psa
from bursar.store.models import Book, Connection, PermissionCheck
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.connection_state import mark_refused


@dataclass(frozen=True, slots=True)
class Checked:
    """A report with when, by whom and for which Member ID it was made."""

    report: PermissionReport
    at: datetime
    by: str
    member: str
    journeys: frozenset[Journey]
    """What was looked at."""


def check_permissions(connection: Connection, psa: Psa, now: datetime, member: str | None = None) -> Checked:
    """Ask ConnectWise, keep the answer as the connection's last check. Nothing is changed there.

    `member` is the API member's Member ID; None means the one of the last check. Raises RemoteError.
    """
    named = _last_member(connection) if member is None else member.strip()
    try:
        granted = psa.granted(boxes_for(journeys_of(connection)), named)
    except RemoteError as error:
        mark_refused(connection, error, now)
        raise
    report = compare(granted, journeys_of(connection))
    with transaction.atomic():
        kept, _ = PermissionCheck.objects.update_or_create(
            connection=connection,
            defaults={
                "checked_at": now,
                "checked_by": current_actor().name[:200],
                "member": named[:60],
                "role": granted.role[:100],
                "source": granted.source,
                "grants": _rows(granted),
            },
        )
        record("permissions checked", connection.name, connection=connection, after=_summary(report))
    return _checked(kept)


def journeys_of(connection: Connection) -> frozenset[Journey]:
    """What the connection is used for: accounting, too, once it has a book."""
    return journeys_with(books=Book.objects.filter(connection=connection).exists())


def last_check(connection: Connection) -> Checked | None:
    """The last check, compared with what the journeys need today; None when there was none."""
    kept = PermissionCheck.objects.filter(connection=connection).select_related("connection").first()
    return _checked(kept) if kept else None


def _last_member(connection: Connection) -> str:
    return PermissionCheck.objects.filter(connection=connection).values_list("member", flat=True).first() or ""


def _checked(kept: PermissionCheck) -> Checked:
    grants = RoleGrants(kept.role, Source(kept.source), dict(map(_grant, kept.grants)))
    journeys = journeys_of(kept.connection)
    return Checked(compare(grants, journeys), kept.checked_at, kept.checked_by, kept.member, journeys)


def _rows(granted: RoleGrants) -> Sequence[dict[str, str | None]]:
    return [
        {
            "module": box.permission.module,
            "permission": box.permission.name,
            "act": box.act,
            "table": box.table,
            "level": grant.level,
            "reason": grant.reason,
        }
        for box, grant in granted.grants.items()
    ]


def _grant(row: dict[str, str]) -> tuple[Box, Grant]:
    box = Box(Permission(row["module"], row["permission"]), Act(row["act"]), row["table"])
    return box, Grant(Level(row["level"]) if row["level"] else None, row["reason"])


def _summary(report: PermissionReport) -> dict[str, object]:
    return {
        "role": report.role,
        "source": report.source,
        "missing": [str(finding.box) for finding in report.missing],
        "unknown": [str(finding.box) for finding in report.unknown],
    }
