"""Records as a read shows them."""

from __future__ import annotations

from psa_sandbox.state import custom_fields
from psa_sandbox.state.references import expand, href
from psa_sandbox.state.resources import Resource, children_of
from psa_sandbox.state.store import Record, Store


def view(store: Store, resource: Resource, record: Record, base: str) -> Record:
    """The record with references expanded, derived members and custom fields filled, empty members left out.

    `base` is put before the paths of `_href` links.
    """
    shown: Record = {"id": record["id"]}
    for name, value in _members(store, resource, record).items():
        field = resource.fields[name]
        expanded = expand(store, field, value, base) if field.target else value
        if expanded is not None and not field.secret:
            shown[name] = expanded
    if resource.screen:
        shown["customFields"] = custom_fields.shown(store, resource, record)
    return shown | {"_info": _info(resource, record, base)} if resource.info else shown


def _members(store: Store, resource: Resource, record: Record) -> Record:
    """Values of the fields in the table's order, derived ones worked out, defaults where there is none."""
    derived = {name: derive(store, record) for name, derive in resource.derived.items()}
    held, filled = record | derived, resource.filled
    return {name: filled.get(name) if (value := held.get(name)) is None else value for name in resource.fields}


def _info(resource: Resource, record: Record, base: str) -> Record:
    held = record["_info"]
    info: Record = dict(held) if isinstance(held, dict) else {}
    own = href(resource, record, base) if children_of(resource.kind) else ""
    for _, mount in children_of(resource.kind) if own else []:
        name = mount.path.rpartition("/")[2]
        info[f"{name}_href"] = f"{own}/{name}"
    return info
