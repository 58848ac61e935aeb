"""Custom fields: what the screens define, what a record holds of it."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.state.errors import FieldError
from psa_sandbox.state.moments import wire_moment
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.store import Record, Store

_NUMERIC = {"Number", "Percent", "Currency"}


def definitions(store: Store, resource: Resource) -> list[Record]:
    """The custom fields of the record's screen, in their order."""
    found = store.find("userDefinedField", screenId=resource.screen) if resource.screen else []
    return sorted(found, key=lambda row: (row.get("sequenceNumber") or 0, row["id"]))


def shown(store: Store, resource: Resource, record: Record) -> list[Record]:
    """All custom fields of the screen with this record's values; the member `value` is left out when empty."""
    held = _held(record.get("customFields"))
    return [_entry(definition, held) for definition in definitions(store, resource)]


def accepted(store: Store, resource: Resource, value: object) -> tuple[list[Record], list[FieldError]]:
    """The entries to keep of a written `customFields`, and what is wrong with it.

    An entry names its field by id or caption; fields without an entry end up empty [field].
    """
    if not isinstance(value, list):
        return [], [_error(resource, "customFields must be a list")]
    known, kept, errors = definitions(store, resource), [], []
    for entry in value:
        found = _named(known, entry)
        if found is None:
            label = entry.get("id") or entry.get("caption") if isinstance(entry, dict) else entry
            errors.append(_error(resource, f"Custom field {label} not found", "NotFound"))
        elif not _fits(found, entry.get("value")):
            message = f"Custom field {found['caption']} must be of type {found.get('fieldTypeIdentifier')}"
            errors.append(_error(resource, message))
        elif entry.get("value") is not None:
            kept.append({"id": found["id"], "value": entry["value"]})
    return kept, errors


def _held(entries: object) -> dict[object, object]:
    """Values by field id and by caption in lower case."""
    held: dict[object, object] = {}
    for entry in entries if isinstance(entries, list) else []:
        if "id" in entry:
            held[entry["id"]] = entry.get("value")
        else:
            held[str(entry.get("caption")).casefold()] = entry.get("value")
    return held


def _entry(definition: Record, held: dict[object, object]) -> Record:
    caption = str(definition["caption"])
    entry: Record = {
        "id": definition["id"],
        "caption": caption,
        "type": definition.get("fieldTypeIdentifier"),
        "entryMethod": definition.get("entryTypeIdentifier") or "EntryField",
        "numberOfDecimals": definition.get("numberDecimals") or 0,
    }
    value = held.get(definition["id"], held.get(caption.casefold()))
    return entry if value is None else entry | {"value": value}


def _named(known: list[Record], entry: object) -> Record | None:
    if not isinstance(entry, dict):
        return None
    key, caption = entry.get("id"), str(entry.get("caption") or "").casefold()
    matches = (row for row in known if row["id"] == key or (key is None and _caption(row) == caption))
    return next(matches, None)


def _caption(definition: Record) -> str:
    return str(definition["caption"]).casefold()


def _fits(definition: Record, value: object) -> bool:
    kind = definition.get("fieldTypeIdentifier")
    if value is None:
        return True
    if kind == "Checkbox":
        return isinstance(value, bool)
    if kind in _NUMERIC:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind == "Date":
        return isinstance(value, str) and wire_moment(value) is not None
    return isinstance(value, str)


def _error(resource: Resource, message: str, code: str = "InvalidObject") -> FieldError:
    return FieldError(code, message, resource.name, "customFields")
