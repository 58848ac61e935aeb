"""A delivery as text and back, so that the Posting journal keeps exactly what was meant to be sent."""

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from bursar.domain.books.delivery import Delivery
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Document, PartyRef

Reader = Callable[[Any], object]

_READERS: Mapping[object, Reader] = {
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def as_text(delivery: Delivery) -> str:
    """One line of JSON, without what is empty; the same delivery always gives the same text."""
    return json.dumps(_plain(delivery), ensure_ascii=False, separators=(",", ":"))


def delivery_of(text: str) -> Delivery:
    """The delivery that `as_text` wrote. Raises InvalidInput."""
    try:
        found = _reader(Delivery)(json.loads(text))
    except (ValueError, TypeError, KeyError, ArithmeticError, AttributeError) as error:
        raise InvalidInput("A stored document cannot be read: it was written by another version of Bursar.") from error
    if not isinstance(found, Delivery):
        raise InvalidInput("A stored document cannot be read: it is none.")
    return found


def _plain(value: object) -> object:
    names = _field_names(value)
    if names is not None:
        named = ((name, getattr(value, name)) for name in names)
        return {name: _plain(item) for name, item in named if item is not None and item not in ("", ())}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


_NAMES: dict[type, tuple[str, ...] | None] = {}
"""Field names by type, asked for about fifty times for each document; None: it is no dataclass."""


def _field_names(value: object) -> tuple[str, ...] | None:
    kind = type(value)
    if kind not in _NAMES:
        _NAMES[kind] = tuple(each.name for each in fields(kind)) if is_dataclass(kind) else None
    return _NAMES[kind]


@cache
def _reader(kind: Any) -> Reader:  # a type as it is written
    """How a value of this type is made of what stands in the JSON; worked out once for each type."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _reader(next(each for each in get_args(kind) if each is not type(None)))
    if origin is tuple:
        item = _reader(get_args(kind)[0])
        return lambda values: tuple(map(item, values))
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    return _READERS.get(kind) or (kind if issubclass(kind, Enum) else _as_it_is)


def _dataclass_reader(kind: Any) -> Reader:
    readers = {name: _reader(hint) for name, hint in _hints(kind).items()}
    empties = _empties(kind)

    def read(value: Mapping[str, object]) -> object:
        return kind(**{**empties, **{name: readers[name](item) for name, item in value.items()}})

    return read


def _as_it_is(value: object) -> object:
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _empties(kind: Any) -> Mapping[str, object]:
    """What `as_text` left out of fields that have no default."""
    bare = (each for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING)
    return {each.name: _empty(_hints(kind)[each.name]) for each in bare}


def _empty(kind: Any) -> object:
    if get_origin(kind) is tuple:
        return ()
    return "" if kind is str else None


def digest_of(document: Document) -> str:
    """What tells one content of a document from another: whatever ConnectWise says of it that would be posted.

    Ids of GL entries change when a record is opened and closed again, and names of companies at any time: neither is
    content. Nor are location and department, which only say where the document belongs.
    """
    bare = replace(
        document,
        entry_ids=(),
        more=(),
        location="",
        department="",
        party=PartyRef(account_number=document.party.code),
        lines=tuple(replace(line, entry_ids=(), more=()) for line in document.lines),
        taxes=tuple(replace(tax, entry_ids=(), more=()) for tax in document.taxes),
    )
    text = json.dumps(_plain(bare), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
