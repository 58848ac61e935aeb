"""Invoice lines as a list shows them: what became of each, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from bursar.domain.lines import InvoiceLine
from bursar.domain.mapping import Excluded, Incomplete, Mappings, resolve
from bursar.domain.period import Month
from bursar.domain.rules import Overrides
from bursar.store.models import Connection, Line
from bursar.store.queries.lines import line_of, overrides_of
from bursar.store.queries.mappings import mappings_of, mappings_of_lines


class LineStatus(StrEnum):
    """Where a line stands; every line has exactly one."""

    READY = "ready"
    """Fully mapped and not posted yet."""
    UNMAPPED = "unmapped"
    EXCLUDED = "excluded"
    """Left out on purpose, or its invoice is not verified."""
    BLOCKED = "blocked"
    """Fully mapped, but the newest plan or posting found a reason against it."""
    POSTED = "posted"
    CHANGED = "changed"
    """Posted, and its source says something else since."""
    VANISHED = "vanished"
    """Missing from the newest complete load of its month, whether posted or not."""


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line, its status, and the reason when the status needs one."""

    row: Line
    line: InvoiceLine
    overrides: Overrides
    status: LineStatus
    reason: str = ""


def listed_lines(
    connection: Connection, month: Month | None = None, status: LineStatus | None = None
) -> Iterator[ListedLine]:
    """Lines of one month or all, newest month first, by customer."""
    mappings = mappings_of(connection)
    for row in _rows(connection, month, status).iterator(2000):
        found = listed(row, mappings)
        if status is None or found.status is status:
            yield found


def listed_line(row: Line) -> ListedLine:
    """One line as the list shows it."""
    return listed(row, mappings_of_lines(row.connection, [row]))


def _rows(connection: Connection, month: Month | None, status: LineStatus | None) -> QuerySet[Line]:
    rows = Line.objects.filter(connection=connection).select_related("link")
    if month is not None:
        rows = rows.filter(month=str(month))
    if status is LineStatus.VANISHED:
        rows = rows.filter(vanished=True)
    elif status in {LineStatus.POSTED, LineStatus.CHANGED}:
        rows = rows.filter(link__isnull=False)
    elif status is not None:
        rows = rows.filter(link__isnull=True)
    return rows.order_by("-month", "organization_name", "pk")


def listed(row: Line, mappings: Mappings) -> ListedLine:
    """Where one line stands by these mappings."""
    line, overrides = line_of(row), overrides_of(row)
    status, reason = _standing(row, line, overrides, mappings)
    return ListedLine(row, line, overrides, status, reason)


def _standing(row: Line, line: InvoiceLine, overrides: Overrides, mappings: Mappings) -> tuple[LineStatus, str]:
    if row.vanished:
        return LineStatus.VANISHED, "posted, then gone from its source" if row.link_id else "gone from its source"
    if row.link_id is not None:
        return (LineStatus.POSTED, "") if row.changed_values is None else (LineStatus.CHANGED, "changed since posted")
    target = resolve(line, overrides, mappings)
    if isinstance(target, Excluded):
        return LineStatus.EXCLUDED, target.value
    if not line.eligible:
        return LineStatus.EXCLUDED, f"invoice is {line.invoice_status or 'without status'}"
    if isinstance(target, Incomplete):
        return LineStatus.UNMAPPED, f"lacks {' and '.join(target.missing)}"
    return (LineStatus.BLOCKED, row.blocked_reason) if row.blocked_code else (LineStatus.READY, "")
