"""orderBy."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from psa_sandbox.state.errors import bad_query
from psa_sandbox.state.members import Read, member
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.store import Record, Store

SortKey = tuple[bool, str | int | Decimal]


def ordered(store: Store, resource: Resource, records: list[Record], order: str) -> list[Record]:
    """Records sorted by `field [asc|desc], …`, empty values first, equal ones by id. Raises Refusal 400."""
    found = list(records)
    for part in reversed(order.split(",")):
        path, _, direction = part.strip().partition(" ")
        direction = direction.strip().lower()
        known = member(store, resource, path)
        if known is None or direction not in {"", "asc", "desc"}:
            raise bad_query(f"orderBy: cannot order by {part.strip()}")
        found.sort(key=_key(known.read), reverse=direction == "desc")
    return found


def _key(read: Read) -> Callable[[Record], SortKey]:
    def key(record: Record) -> SortKey:
        value = read(record)
        if isinstance(value, int | Decimal):
            return True, value
        return value is not None, str(value).casefold()

    return key
