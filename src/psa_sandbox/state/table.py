"""The records of one kind, with an index for every field that was ever asked for."""

from __future__ import annotations

from collections.abc import Hashable

Record = dict[str, object]


class Index:
    """Ids by the value of one field; text is folded to one case, references count as their id."""

    def __init__(self, field: str) -> None:
        self.field = field
        self._ids: dict[Hashable, dict[int, None]] = {}
        self._keys: dict[int, Hashable] = {}

    def add(self, key: int, record: Record) -> None:
        """Remember a record under its present value."""
        value = index_key(record.get(self.field))
        self._keys[key] = value
        self._ids.setdefault(value, {})[key] = None

    def remove(self, key: int) -> None:
        """Forget a record, whatever its value is by now."""
        value = self._keys.pop(key)
        bucket = self._ids[value]
        del bucket[key]
        if not bucket:
            del self._ids[value]

    def ids(self, value: object) -> list[int]:
        """Ids of the records with this value, ascending."""
        return sorted(self._ids.get(index_key(value), ()))


class Table:
    """Records by id. Iteration is in id order."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}
        self.next_id = 1
        self._indexes: dict[str, Index] = {}

    def add(self, record: Record, key: int | None) -> Record:
        """Keep a new record under the given or the next id; raises ValueError when the id is taken."""
        key = self.next_id if key is None else key
        if key in self.records:
            raise ValueError(f"id {key} is taken")
        in_order = key >= self.next_id
        self.next_id = max(self.next_id, key + 1)
        self.records[key] = record = {"id": key, **record}
        record["id"] = key
        if not in_order:
            self.records = dict(sorted(self.records.items()))
        for index in self._indexes.values():
            index.add(key, record)
        return record

    def put(self, record: Record) -> Record:
        """Put a record in the place of the one with its id."""
        key = int(str(record["id"]))
        self.records[key] = record
        for index in self._indexes.values():
            index.remove(key)
            index.add(key, record)
        return record

    def remove(self, key: int) -> bool:
        """Forget a record; False when there was none."""
        if self.records.pop(key, None) is None:
            return False
        for index in self._indexes.values():
            index.remove(key)
        return True

    def matching(self, equals: dict[str, object], *, exact: bool) -> list[Record]:
        """Records whose fields have these values, in id order."""
        if not equals:
            return list(self.records.values())
        first, *others = equals.items()
        candidates = [self.records[key] for key in self._index(first[0]).ids(first[1])]
        checks = [first, *others] if exact else others
        return [row for row in candidates if all(_same(row.get(f), v, exact=exact) for f, v in checks)]

    def _index(self, field: str) -> Index:
        if field not in self._indexes:
            index = Index(field)
            for key, record in self.records.items():
                index.add(key, record)
            self._indexes[field] = index
        return self._indexes[field]


def index_key(value: object) -> Hashable:
    """What a value is looked up by: the id of a reference, folded text, the value itself."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, str):
        return value.casefold()
    return None if isinstance(value, list) else value


def _same(stored: object, wanted: object, *, exact: bool) -> bool:
    if isinstance(stored, dict):
        stored = stored.get("id")
    if isinstance(wanted, dict):
        wanted = wanted.get("id")
    return stored == wanted if exact else index_key(stored) == index_key(wanted)
