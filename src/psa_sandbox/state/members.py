"""Finding a record's members by the paths that conditions, orderBy and fields use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from psa_sandbox.state.references import read_source, reference_members
from psa_sandbox.state.resources import RESOURCES, Resource
from psa_sandbox.state.resources.field import Field, FieldType
from psa_sandbox.state.resources.resource import Derive
from psa_sandbox.state.store import Record, Store

MemberType = FieldType | Literal["any"]
Read = Callable[[Record], object]

_INFO: dict[str, tuple[str, MemberType]] = {
    "lastupdated": ("lastUpdated", "moment"),
    "dateentered": ("dateEntered", "moment"),
    "updatedby": ("updatedBy", "text"),
    "enteredby": ("enteredBy", "text"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """A readable member: its type and how to read it from a stored record."""

    type: MemberType
    read: Read
    indexed_by: str = ""


def member(store: Store, resource: Resource, path: str) -> Member | None:
    """The member at a path, names in any case; None when reads do not show it.

    `lastUpdated` and its like are found with and without `_info/` [guide].
    """
    head, _, tail = path.lower().partition("/")
    if head in _INFO and not tail:
        return _info_member(head)
    if head == "_info" and tail in _INFO:
        return _info_member(tail)
    if head == "id" and not tail:
        return Member("integer", lambda record: record["id"], "id")
    field = resource.by_lower_name.get(head)
    if field is None or field.secret:
        return None
    return _inside(store, resource, field, tail) if tail else _plain(store, resource, field)


def _info_member(name: str) -> Member:
    shown, kind = _INFO[name]

    def read(record: Record) -> object:
        info = record["_info"]
        return info.get(shown) if isinstance(info, dict) else None

    return Member(kind, read)


def _plain(store: Store, resource: Resource, field: Field) -> Member:
    name, derive = field.name, resource.derived.get(field.name)
    if derive is not None:
        return Member(field.type, lambda record: derive(store, record))
    default = resource.filled.get(name)
    if default is None:
        return Member(field.type, lambda record: record.get(name), name)

    def read(record: Record) -> object:
        value = record.get(name)
        return default if value is None else value

    return Member(field.type, read)


def _inside(store: Store, resource: Resource, field: Field, tail: str) -> Member | None:
    """A member of a reference."""
    if field.type != "reference":
        return None
    outer = _plain(store, resource, field)

    def key_of(record: Record) -> object:
        value = outer.read(record)
        return value.get("id") if isinstance(value, dict) else None

    if tail == "id":
        return Member("integer", key_of, outer.indexed_by)
    sources = {name.lower(): source for name, source in reference_members(field).items()}
    if tail not in sources:
        return None
    return Member(_source_type(field, sources[tail]), _through(store, field, key_of, sources[tail]))


def _through(store: Store, field: Field, key_of: Read, source: str | Derive) -> Read:
    target_kind, target_resource = field.target, RESOURCES[field.target]

    def read(record: Record) -> object:
        key = key_of(record)
        target = store.get(target_kind, key) if isinstance(key, int) else None
        return None if target is None else read_source(store, target_resource, target, source)

    return read


def _source_type(field: Field, source: str | Derive) -> MemberType:
    found = RESOURCES[field.target].fields.get(source) if isinstance(source, str) else None
    return found.type if found else "text"
