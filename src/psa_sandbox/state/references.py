"""References between records: found by id, identifier or name when written, expanded when read."""

from __future__ import annotations

from psa_sandbox.state.errors import FieldError
from psa_sandbox.state.record import reference
from psa_sandbox.state.resources import RESOURCES, Resource
from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.resources.resource import Derive
from psa_sandbox.state.store import Record, Store


def resolve(store: Store, resource: Resource, field: Field, value: object, record: Record) -> Record | FieldError:
    """The stored form {"id": n} of a written reference, or what is wrong with it.

    The id counts first, then identifier, then name [field]. Where the field belongs to a company, `record`
    must already hold the resolved company.
    """
    if not isinstance(value, dict):
        return FieldError("InvalidObject", f"{field.name} must be a reference", resource.name, field.name)
    target = RESOURCES[field.target]
    for key in ("id", *target.reference_keys):
        wanted = value.get(key)
        if wanted is not None:
            found = _found(store, field, key, wanted, _owner(field, record))
            return found or _not_found(resource, field, key, wanted, _owner(field, record))
    message = f"{field.name} must name one of id, {', '.join(target.reference_keys)}".removesuffix(", ")
    return FieldError("InvalidObject", message, resource.name, field.name)


def _found(store: Store, field: Field, key: str, wanted: object, owner: int | None) -> Record | None:
    candidates = _candidates(store, field.target, key, wanted)
    mine = (row for row in candidates if owner is None or reference(row, "company") == owner)
    return next(({"id": row["id"]} for row in mine), None)


def _not_found(resource: Resource, field: Field, key: str, wanted: object, owner: int | None) -> FieldError:
    title, place = RESOURCES[field.target].title, "" if owner is None else f" for Company {owner}"
    return FieldError("NotFound", f"{title} {wanted} not found{place}", resource.name, f"{field.name}/{key}")


def _candidates(store: Store, kind: str, key: str, wanted: object) -> list[Record]:
    if key == "id":
        found = store.get(kind, wanted) if isinstance(wanted, int) and not isinstance(wanted, bool) else None
        return [found] if found else []
    return store.find(kind, **{key: wanted}) if isinstance(wanted, str) else []


def _owner(field: Field, record: Record) -> int | None:
    """The company that the target must belong to; None when it may be anyone's."""
    for name in field.within:
        owner = reference(record, name)
        if owner is not None:
            return owner
    return None


def expand(store: Store, field: Field, value: object, base: str) -> object:
    """What a read shows for a stored reference: id, identifier and name as the kind has them, and a link."""
    if field.type == "references":
        return [_expanded(store, field, item, base) for item in value] if isinstance(value, list) else None
    return _expanded(store, field, value, base)


def _expanded(store: Store, field: Field, value: object, base: str) -> object:
    if not isinstance(value, dict):
        return None
    resource, key = RESOURCES[field.target], value.get("id")
    target = store.get(field.target, key) if isinstance(key, int) else None
    if target is None:
        return value
    view: Record = {"id": key}
    for name, source in reference_members(field).items():
        shown = read_source(store, resource, target, source)
        if shown is not None:
            view[name] = shown
    link = href(resource, target, base)
    return view | {"_info": {f"{resource.link or resource.kind}_href": link}} if link else view


def reference_members(field: Field) -> dict[str, str | Derive]:
    """The members a read of this field shows besides id, with where they come from."""
    view = RESOURCES[field.target].reference_view
    return {name: view.get(name, name) for name in field.showing} if field.showing else view


def read_source(store: Store, resource: Resource, target: Record, source: str | Derive) -> object:
    """One member of a reference: a derivation, a field of the target, or `reference/name` one step further."""
    if not isinstance(source, str):
        return source(store, target)
    name, _, further = source.partition("/")
    value = target.get(name, resource.filled.get(name))
    if not further:
        return value
    field = resource.fields[name]
    key = value.get("id") if isinstance(value, dict) else None
    found = store.get(field.target, key) if isinstance(key, int) else None
    return found.get(further) if found else None


def href(resource: Resource, record: Record, base: str) -> str:
    """Where the record is read; empty for kinds without a path."""
    if not resource.mounts:
        return ""
    mount = resource.mounts[0]
    path = mount.path
    if mount.parent:
        parent = record.get(mount.parent_field)
        path = path.replace("{parentId}", str(parent.get("id") if isinstance(parent, dict) else parent))
    return f"{base}{path}/{record['id']}"
