"""JSON of the REST dialect as flat fields, and back: `company.id`, `taxLevels.0.taxAmount`."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from bursar.connectors.connectwise.gl_export_forms import Fields, FieldTable, Value
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise

DEEPEST = 8
OLDER_NAMES = {
    "shipCompanyAccountNumber": "shipToCompanyAccountNumber",
    "shipCompanyType": "shipToCompanyType",
    "shipTaxId": "shipToTaxId",
}
"""Names in the field samples → names in the vendor's OpenAPI document, which is newer."""
Leaf: TypeAlias = "str | int | Decimal | bool"
_NOTHING = FieldTable({}, {})


def read_fields(record: JsonObject, table: FieldTable = _NOTHING) -> Fields:
    """The fields of a JSON record; those that the table does not know keep their JSON type. Raises InvalidInput."""
    fields: Fields = {}
    for path, leaf in _leaves(record, "", 0):
        known = table.by_path.get(path)
        try:
            value = known.form.from_rest(_as_text(leaf)) if known else _unknown(leaf)
        except InvalidInput as error:
            raise InvalidInput(f"{path}: {error.sentence}") from error
        if value is not None:
            fields[known.path if known else path] = value
    return fields


def write_fields(fields: Fields, table: FieldTable = _NOTHING) -> JsonObject:
    """The JSON record of fields. Those that only the legacy dialect has are left out."""
    root: JsonObject = {}
    for path, value in sorted(fields.items()):
        if not path[0].isupper():
            known = table.by_path.get(path)
            _put(root, path.split("."), known.form.to_rest(value) if known else _json(value))
    return {name: _with_lists(value) for name, value in root.items()}


def _leaves(value: JsonValue, path: str, depth: int) -> Iterator[tuple[str, Leaf]]:
    if depth > DEEPEST:
        raise InvalidInput(f"It is nested more than {DEEPEST} levels deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            if "." in name or name.isdecimal() or not name:
                raise InvalidInput(f"'{name[:40]}' is no name of a field.")
            yield from _leaves(inner, f"{path}.{name}" if path else OLDER_NAMES.get(name, name), depth + 1)
    elif isinstance(value, list):
        items = [found for item in value if (found := list(_leaves(item, "", depth + 1)))]
        if path.rpartition(".")[2] == "id" and all(name == "" for found in items for name, _ in found):
            yield path, ",".join(_as_text(leaf) for found in items for _, leaf in found)
            return
        for place, found in enumerate(items):
            for name, leaf in found:
                yield f"{path}.{place}.{name}" if name else f"{path}.{place}", leaf
    elif value is not None and value != "":
        yield path, value


def _as_text(leaf: Leaf) -> str:
    if isinstance(leaf, bool):
        return "true" if leaf else "false"
    return str(leaf)


def _unknown(leaf: Leaf) -> Value | None:
    if isinstance(leaf, str):
        return normalise.text(leaf) or None
    return normalise.within_reach(leaf) if isinstance(leaf, Decimal) else leaf


def _json(value: Value) -> JsonValue:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | Decimal) else str(value)


def _put(root: JsonObject, path: list[str], value: JsonValue) -> None:
    place = root
    for name in path[:-1]:
        inner = place.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = place[name] = {}
        place = inner
    place[path[-1]] = value


def _with_lists(value: JsonValue) -> JsonValue:
    """Objects whose names are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(item) for name, item in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
