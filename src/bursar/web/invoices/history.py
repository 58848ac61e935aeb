"""Who changed a line by hand, and from what to what, as the audit trail has it (rule 123)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bursar.store.models import AuditEntry, Connection
from bursar.usecases.edit_lines import ACCEPTED, MANY, MANY_RESET, ONE, RESET

NEWEST = 50
"""Edits of one line that are shown, and bulk edits that are looked through."""


@dataclass(frozen=True, slots=True)
class Edited:
    """One edit. `changes` has each value before and after; a bulk edit keeps them for its first lines only."""

    at: datetime
    actor: str
    action: str
    changes: Sequence[tuple[str, object, object]]


def history_of(connection: Connection, line_id: str) -> Sequence[Edited]:
    """The newest edits first."""
    trail = AuditEntry.objects.filter(connection=connection.name)
    single = trail.filter(action__in=(ONE, RESET, ACCEPTED), subject=f"line {line_id}"[:200])[:NEWEST]
    bulk = trail.filter(action__in=(MANY, MANY_RESET))[:NEWEST]
    found = [_edited(entry, entry.before, entry.after) for entry in single]
    for entry in bulk:
        if line_id in (entry.after or {}).get("lines", ()):
            before, after = (_values(facts, line_id) for facts in (entry.before, entry.after))
            found.append(_edited(entry, before, after))
    return sorted(found, key=lambda edited: edited.at, reverse=True)


def _values(facts: Mapping[str, Mapping[str, Mapping[str, object]]] | None, line_id: str) -> Mapping[str, object]:
    return (facts or {}).get("values", {}).get(line_id, {})


def _edited(entry: AuditEntry, before: Mapping[str, object] | None, after: Mapping[str, object] | None) -> Edited:
    earlier, later = before or {}, after or {}
    changes = [
        (name.replace("_", " "), earlier.get(name), value)
        for name, value in later.items()
        if name != "line" and earlier.get(name) != value
    ]
    return Edited(entry.at, entry.actor, entry.action, changes)
