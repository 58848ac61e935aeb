"""What a written body must look like, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from psa_sandbox.state import custom_fields
from psa_sandbox.state.errors import FieldError
from psa_sandbox.state.moments import wire_moment
from psa_sandbox.state.record import reference
from psa_sandbox.state.references import resolve
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.resources.field import Field, FieldType
from psa_sandbox.state.store import Record, Store

_ECHOED = {"id", "_info"}
_INT32 = 2**31


def checked(
    store: Store, resource: Resource, body: Mapping[str, object], onto: Record, *, creating: bool
) -> tuple[Record, list[FieldError]]:
    """`onto` with the writable values of `body` in stored form, and everything that is wrong with them.

    Fields that only the PSA fills are passed over: clients send back what they read.
    """
    record, errors = dict(onto), []
    for name in sorted(body.keys() - _ECHOED, key=lambda name: (_depends(resource.fields.get(name)), name)):
        errors += _take(store, resource, name, body[name], record, creating=creating)
    return record, errors


def missing(resource: Resource, record: Record) -> list[FieldError]:
    """An error for each required field that is empty [spec]."""
    return _empty(resource, record, [name for name, field in resource.fields.items() if field.required])


def missing_on_update(resource: Resource, record: Record) -> list[FieldError]:
    """An error for each empty field that only updates require [spec: "Required On Updates"]."""
    return _empty(resource, record, [name for name, field in resource.fields.items() if field.on_update])


def duplicates(store: Store, resource: Resource, record: Record) -> list[FieldError]:
    """An error for each value that another record of the kind has and that must be unique."""
    errors = []
    for name in resource.unique:
        value = record.get(name)
        others = store.find(resource.kind, **{name: value}) if value is not None else []
        if any(_competes(resource, other, record) for other in others):
            label = value if isinstance(value, str) else reference(record, name)
            message = f"{resource.title} {label} already exists."
            errors.append(FieldError("ObjectExists", message, resource.name, name))
    return errors


def _take(
    store: Store, resource: Resource, name: str, value: object, record: Record, *, creating: bool
) -> list[FieldError]:
    """Put one value into the record, or say what is wrong with it."""
    if name == "customFields" and resource.screen:
        record[name], errors = custom_fields.accepted(store, resource, value or [])
        return errors
    field = resource.fields.get(name)
    if field is None:
        return [FieldError("InvalidObject", f"The field {name} does not exist.", resource.name, name)]
    if field.computed or field.secret or (field.create_only and not creating):
        return []
    stored = None if value is None else _stored(store, resource, field, value, record)
    if isinstance(stored, FieldError):
        return [stored]
    record[name] = stored
    return []


def _stored(store: Store, resource: Resource, field: Field, value: object, record: Record) -> object:
    if field.type == "reference":
        return resolve(store, resource, field, value, record)
    if field.type == "references":
        return _stored_list(store, resource, field, value, record)
    stored = _READ_AS[field.type](value)
    if stored is None or (field.choices and stored not in field.choices):
        return FieldError("InvalidObject", _expectation(field), resource.name, field.name)
    if field.max_length is not None and len(str(stored)) > field.max_length:
        message = f"The field {field.name} must be a string with a maximum length of {field.max_length}."
        return FieldError("MaxLengthField", message, resource.name, field.name)
    return stored


def _stored_list(store: Store, resource: Resource, field: Field, value: object, record: Record) -> object:
    if not isinstance(value, list):
        return FieldError("InvalidObject", f"{field.name} must be a list", resource.name, field.name)
    found = [resolve(store, resource, field, item, record) for item in value]
    return next((item for item in found if isinstance(item, FieldError)), found)


def _expectation(field: Field) -> str:
    if field.choices:
        return f"The field {field.name} must be one of {', '.join(field.choices)}."
    return f"The field {field.name} must be of type {_WORDS[field.type]}."


def _depends(field: Field | None) -> bool:
    return field is not None and bool(field.within)


def _empty(resource: Resource, record: Record, names: list[str]) -> list[FieldError]:
    empty = [name for name in names if record.get(name) is None or not str(record[name]).strip()]
    return [FieldError("MissingRequiredField", f"The {name} field is required.", resource.name, name) for name in empty]


def _competes(resource: Resource, other: Record, record: Record) -> bool:
    if other["id"] == record.get("id"):
        return False
    scope = resource.unique_within
    return not scope or reference(other, scope) == reference(record, scope)


def _text(value: object) -> object:
    return value if isinstance(value, str) else None


def _integer(value: object) -> object:
    number = _number(value)
    whole = isinstance(number, Decimal) and number == number.to_integral_value() and abs(number) < _INT32
    return int(number) if isinstance(number, Decimal) and whole else None


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value) if Decimal(value).is_finite() else None


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else None


def _moment(value: object) -> object:
    return wire_moment(value) if isinstance(value, str) else None


def _list(value: object) -> object:
    return value if isinstance(value, list) else None


def _object(value: object) -> object:
    return value if isinstance(value, dict) else None


_READ_AS: dict[FieldType, Callable[[object], object]] = {
    "text": _text,
    "choice": _text,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "moment": _moment,
    "list": _list,
    "object": _object,
}

_WORDS: dict[FieldType, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "flag": "boolean",
    "moment": "date-time",
    "list": "list",
    "object": "object",
}
