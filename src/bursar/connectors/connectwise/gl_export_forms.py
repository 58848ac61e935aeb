"""How one kind of value is written in each dialect of the GL export, and read from either.

The legacy dialect writes texts in attributes; REST writes JSON. Between them stands one neutral value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from bursar.connectors.exact_json import JsonValue
from bursar.domain.ledger import normalise

Value: TypeAlias = str | int | Decimal | bool | date | datetime | tuple[int, ...]
Fields: TypeAlias = dict[str, Value]
"""Neutral values by field: the REST path with dots, or the legacy attribute where REST has no such field."""


@dataclass(frozen=True, slots=True)
class Form:
    """Reading and writing of one kind of value. Readers take a text and raise InvalidInput; blank reads as None."""

    from_legacy: Callable[[str], Value | None]
    to_legacy: Callable[[Value], str]
    from_rest: Callable[[str], Value | None]
    to_rest: Callable[[Value], JsonValue]


def plain(number: Decimal) -> str:
    """A number without exponent."""
    return f"{number:f}"


def _text(value: str) -> str | None:
    return normalise.text(value) or None


def _account(value: str) -> str | None:
    return normalise.account(value) or None


def _ids(value: str) -> tuple[int, ...] | None:
    return normalise.entry_ids(value) or None


def _decimal(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _written(value: Value) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def _comma_list(value: Value) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _single_id(value: Value) -> JsonValue:
    """One id as a number; several, which REST has no form for on such a row, as a comma list."""
    return value[0] if isinstance(value, tuple) and len(value) == 1 else _comma_list(value)


def _id_list(value: Value) -> JsonValue:
    return list(value) if isinstance(value, tuple) else str(value)


def _iso_day(value: Value) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def _iso_moment(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return f"{_iso_day(value)}T00:00:00"


def _us_moment(value: Value) -> str:
    """Like `5/1/2014 5:21:58 AM`."""
    if not isinstance(value, datetime):
        return _iso_day(value)
    clock = f"{value.hour % 12 or 12}:{value.minute:02}:{value.second:02} {'AM' if value.hour < 12 else 'PM'}"
    return f"{value.month}/{value.day}/{value.year} {clock}"


def _fraction(value: Value) -> Decimal:
    return _decimal(value).scaleb(-2)


def _flags(yes: str, no: str) -> Form:
    return Form(normalise.flag, lambda value: yes if value else no, normalise.flag, bool)


FORMS = {
    "text": Form(_text, _written, _text, str),
    "account": Form(_account, _written, _account, str),
    "number": Form(normalise.number, _written, normalise.number, _decimal),
    "yes_no": _flags("Y", "N"),
    "true_false": _flags("True", "False"),
    "day": Form(normalise.day, _iso_day, normalise.day, _iso_moment),
    "moment": Form(normalise.moment, _iso_day, normalise.moment, _iso_moment),
    "us_moment": Form(normalise.moment, _us_moment, normalise.moment, _iso_moment),
    "ids": Form(_ids, _comma_list, _ids, _comma_list),
    "id": Form(_ids, _comma_list, _ids, _single_id),
    "id_list": Form(_ids, _comma_list, _ids, _id_list),
    # 20 % is "20.00%" and 20 | "20.000000" and 0.2 | "0.20%" and 0.2 [field]
    "percent": Form(normalise.percent, lambda value: f"{_written(value)}%", normalise.percent, _decimal),
    "group_rate": Form(normalise.percent, _written, normalise.percent_of_fraction, _fraction),
    "fraction": Form(
        normalise.percent_of_fraction,
        lambda value: f"{plain(_fraction(value))}%",
        normalise.percent_of_fraction,
        _fraction,
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field that both dialects know, or that needs more than a text."""

    path: str
    legacy: str
    form: Form
    optional: bool = False
    """Whether the legacy dialect leaves the attribute out when there is nothing to say."""


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of one kind of record."""

    by_path: dict[str, Field]
    by_attribute: dict[str, Field]


def fields(table: str) -> FieldTable:
    """Read lines like `number: total rate?=TaxRate a.b=AB`; an attribute defaults to its capitalised path."""
    found: list[Field] = []
    for line in table.strip().splitlines():
        form, words = line.split(":", 1)
        found.extend(_field(FORMS[form.strip()], word) for word in words.split())
    return FieldTable({field.path: field for field in found}, {field.legacy: field for field in found})


def _field(form: Form, word: str) -> Field:
    names, _, legacy = word.partition("=")
    optional = names.endswith("?")
    path = names.removesuffix("?")
    return Field(path, legacy or path[0].upper() + path[1:], form, optional)
