"""Everything the PSA remembers, by kind and id."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict, Unpack

from psa_sandbox.state.clock import Clock
from psa_sandbox.state.site import Site
from psa_sandbox.state.table import Record, Table

__all__ = ["Clock", "Record", "Site", "Store", "Table"]

_DECIMAL = "$decimal"


class Origin(TypedDict, total=False):
    """Who enters a record, and the id it must get."""

    by: str
    id: int | None


class Store:
    """All records of one tenant, in memory.

    Records handed out are the stored ones: read them, never change them in place; write through
    `insert`, `replace` and `delete`. Whoever reads and then writes holds `lock` for the whole of it.
    """

    def __init__(self, *, clock: Clock | None = None, site: Site | None = None) -> None:
        self.clock = clock or Clock()
        self.site = site or Site()
        self.lock = threading.RLock()
        self._tables: dict[str, Table] = {}

    def insert(self, kind: str, record: Record, **origin: Unpack[Origin]) -> Record:
        """Keep a new record: gives it an id (or takes yours) and its `_info`. No validation.

        `by` defaults to "seed", `id` to the next free one. Raises ValueError when the id is taken.
        """
        with self.lock:
            stamp, by = self.clock.stamp(), origin.get("by", "seed")
            info: Record = {"lastUpdated": stamp, "updatedBy": by, "dateEntered": stamp, "enteredBy": by}
            return self._table(kind).add({**record, "_info": info}, origin.get("id"))

    def get(self, kind: str, key: int, /) -> Record | None:
        """The record, or None."""
        table = self._tables.get(kind)
        return table.records.get(key) if table else None

    def rows(self, kind: str, **equals: object) -> list[Record]:
        """Records in id order whose fields equal the given values exactly; a reference equals its id."""
        with self.lock:
            table = self._tables.get(kind)
            return table.matching(equals, exact=True) if table else []

    def find(self, kind: str, **equals: object) -> list[Record]:
        """Like `rows`, but text is compared without regard to case, as the PSA's database does."""
        with self.lock:
            table = self._tables.get(kind)
            return table.matching(equals, exact=False) if table else []

    def replace(self, kind: str, key: int, record: Record, /, *, by: str) -> Record:
        """Put a record in the place of the one with this id; keeps who entered it.

        Raises KeyError when there is none.
        """
        with self.lock:
            table = self._table(kind)
            before = table.records[key].get("_info")
            info: Record = dict(before) if isinstance(before, dict) else {}
            info |= {"lastUpdated": self.clock.stamp(), "updatedBy": by}
            return table.put({**record, "id": key, "_info": info})

    def delete(self, kind: str, key: int, /) -> bool:
        """Forget a record; False when there was none. Ids are never given twice."""
        with self.lock:
            return self._table(kind).remove(key)

    def clear(self) -> None:
        """Forget every record and start counting ids from 1 again; clock and site stay."""
        with self.lock:
            self._tables = {}

    def kinds(self) -> list[str]:
        """Names of the kinds that hold or held records."""
        return sorted(self._tables)

    def dump(self) -> dict[str, object]:
        """The whole state as JSON-able values; `load` takes it back without loss."""
        with self.lock:
            tables = {kind: _dump_table(table) for kind, table in self._tables.items()}
            return {"site": self.site.dump(), "clock": self.clock.dump(), "tables": tables}

    def load(self, state: dict[str, object]) -> None:
        """Become the state that was dumped."""
        with self.lock:
            self.site.load(_mapping(state["site"]))
            self.clock.load(_mapping(state["clock"]))
            tables = _mapping(state["tables"])
            self._tables = {kind: _load_table(_mapping(table)) for kind, table in tables.items()}

    def _table(self, kind: str) -> Table:
        if kind not in self._tables:
            self._tables[kind] = Table()
        return self._tables[kind]


def _dump_table(table: Table) -> dict[str, object]:
    return {"nextId": table.next_id, "records": [_plain(record) for record in table.records.values()]}


def _load_table(state: dict[str, object]) -> Table:
    table = Table()
    records = state["records"]
    if not isinstance(records, Iterable):
        raise TypeError("records must be a list")
    for record in records:
        lively = _mapping(_lively(record))
        table.add(lively, int(str(lively["id"])))
    table.next_id = int(str(state["nextId"]))
    return table


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _lively(value: object) -> object:
    if isinstance(value, dict):
        if _DECIMAL in value:
            return Decimal(str(value[_DECIMAL]))
        return {key: _lively(item) for key, item in value.items()}
    return [_lively(item) for item in value] if isinstance(value, list) else value


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("expected a mapping")
    return value
