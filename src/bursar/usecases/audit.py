"""The audit trail: write an entry, prove the chain, give it out (rule 123)."""

import json
import re
from collections.abc import Iterator, Mapping

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from bursar.domain.audit_chain import START, Sealed, Verdict, instant, seal, verify
from bursar.domain.errors import InvalidInput
from bursar.domain.spreadsheet import csv_lines
from bursar.store.models import AuditEntry, Connection
from bursar.usecases.acting import current_actor

CHAIN_LOCK = 0x6275_6175
"""PostgreSQL advisory lock of writers; SQLite lets only one write anyway."""

COLUMNS = (
    *("number", "at", "actor", "channel", "address", "action", "subject", "connection"),
    *("before", "after", "previous", "hash"),
)
"""What the CSV holds: everything that the hash covers, so that anybody can check the chain without Bursar."""


def record(
    action: str,
    subject: str,
    *,
    connection: Connection | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Append what the current actor did, in the caller's transaction. The values must be JSON, and never a secret."""
    actor = current_actor()
    with transaction.atomic():
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = AuditEntry.objects.order_by("-number").first()
        entry = AuditEntry(
            number=last.number + 1 if last else 1,
            at=timezone.now(),
            actor=actor.name[:200],
            channel=actor.channel,
            address=actor.address[:64],
            action=action,
            subject=subject[:200],
            connection=connection.name if connection else "",
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            previous=last.hash if last else START,
        )
        entry.hash = seal(entry.number, _content(entry), entry.previous)
        entry.save(force_insert=True)
    return entry


def verify_audit(expected: str = "") -> Verdict:
    """Walk the whole trail, row by row. `expected` is a head noted down earlier; InvalidInput when it cannot be one."""
    noted = expected.strip().lower()
    if noted and not re.fullmatch(r"[0-9a-f]{64}", noted):
        raise InvalidInput(
            "This is not the head of an audit trail.", remedy="Give all 64 characters as they were shown."
        )
    rows = AuditEntry.objects.order_by("number").iterator(chunk_size=1000)
    return verify((Sealed(row.number, _content(row), row.previous, row.hash) for row in rows), noted or START)


def audit_csv() -> Iterator[str]:
    """Every entry as CSV, oldest first, as it is read. Instants are UTC; before and after are JSON."""
    return csv_lines(COLUMNS, map(_csv_row, AuditEntry.objects.order_by("number").iterator(chunk_size=1000)))


def _csv_row(row: AuditEntry) -> dict[str, object]:
    facts = {"number": row.number, **_content(row), "previous": row.previous, "hash": row.hash}
    return facts | {name: _json(facts[name]) for name in ("before", "after")}


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _content(row: AuditEntry) -> dict[str, object]:
    return {
        "at": instant(row.at),
        "actor": row.actor,
        "channel": row.channel,
        "address": row.address,
        "action": row.action,
        "subject": row.subject,
        "connection": row.connection,
        "before": row.before,
        "after": row.after,
    }
