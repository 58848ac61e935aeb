"""Which lines a bulk edit is for: named one by one, or by month, status and organization (rule 70)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.store.models import Connection, Line
from bursar.store.queries.chunks import chunks
from bursar.store.queries.line_list import LineStatus, listed_lines

Lines = QuerySet[Line] | Collection[int]
"""Lines, or their primary keys."""

NAMED = 5
"""How many unknown ids an error names."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Lines by id, or all that the other three describe; empty values describe every line."""

    line_ids: Sequence[str] = ()
    month: Month | None = None
    status: LineStatus | None = None
    organization_id: str = ""


def select_lines(connection: Connection, wanted: Selection) -> Collection[int]:
    """The primary keys. Raises InvalidInput for an id that is not known, and when nothing is described."""
    described = (wanted.month, wanted.status, wanted.organization_id)
    if bool(wanted.line_ids) == any(described):
        raise InvalidInput(
            "Nothing says which lines are meant, or two things do.",
            remedy="Give ids of lines, or else a month, a status or an organization.",
        )
    if wanted.line_ids:
        return _by_ids(connection, dict.fromkeys(wanted.line_ids))
    if wanted.status is not None:
        listed = listed_lines(connection, wanted.month, wanted.status)
        within = {wanted.organization_id} - {""}
        return [item.row.pk for item in listed if not within or item.line.organization_id in within]
    rows = Line.objects.filter(connection=connection)
    if wanted.month is not None:
        rows = rows.filter(month=str(wanted.month))
    if wanted.organization_id:
        rows = rows.filter(organization_id=wanted.organization_id)
    return keys_of(rows)


def keys_of(rows: Lines) -> Collection[int]:
    """The primary keys, each once."""
    if isinstance(rows, QuerySet):
        return dict.fromkeys(rows.order_by().values_list("pk", flat=True))
    return rows


def _by_ids(connection: Connection, line_ids: Collection[str]) -> Collection[int]:
    known: dict[str, int] = {}
    for some in chunks(line_ids):
        rows = Line.objects.filter(connection=connection, line_id__in=some)
        known.update(rows.order_by().values_list("line_id", "pk"))
    unknown = len(line_ids) - len(known)
    if unknown:
        named = ", ".join(islice((f"'{line_id}'" for line_id in line_ids if line_id not in known), NAMED))
        rest = f" and {unknown - NAMED} more" if unknown > NAMED else ""
        raise InvalidInput(f"There is no line {named}{rest}.", remedy="`bursar lines list` shows line ids.")
    return list(known.values())
