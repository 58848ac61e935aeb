"""Tryton's JSON: days, instants and decimals are objects that name their class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

from bursar.connectors.exact_json import JsonObject, JsonValue

_CLASS = "__class__"


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """A number that Tryton keeps as a float: sent as it is."""

    value: Decimal


Value: TypeAlias = "bool | int | Decimal | PlainNumber | str | date | datetime | list[Value] | dict[str, Value] | None"
Values: TypeAlias = dict[str, Value]


def encoded(value: Value) -> JsonValue:
    """A value as Tryton wants it. Instants are UTC."""
    if isinstance(value, PlainNumber):
        return value.value
    if isinstance(value, Decimal):
        return {_CLASS: "Decimal", "decimal": f"{value:f}"}
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, dict):
        return {name: encoded(item) for name, item in value.items()}
    return [encoded(item) for item in value] if isinstance(value, list) else value


def _moment(value: date) -> JsonObject:
    found: JsonObject = {_CLASS: "date", "year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        found = {_CLASS: "datetime", "year": moment.year, "month": moment.month, "day": moment.day}
        found |= {"hour": moment.hour, "minute": moment.minute, "second": moment.second, "microsecond": 0}
    return found


def decoded(value: JsonValue) -> Value:
    """What Tryton sent. Raises ValueError for what it never sends."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    read = _READERS.get(str(value.get(_CLASS)))
    if read is None:
        return {name: decoded(item) for name, item in value.items()}
    try:
        return read(value)
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"not a {value[_CLASS]}") from error


def _day(found: Mapping[str, JsonValue]) -> date:
    year, month, day = (int(str(found[part])) for part in ("year", "month", "day"))
    return date(year, month, day)


def _instant(found: Mapping[str, JsonValue]) -> datetime:
    hour, minute, second = (int(str(found[part])) for part in ("hour", "minute", "second"))
    day = _day(found)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC)


_READERS: Mapping[str, Callable[[Mapping[str, JsonValue]], Value]] = {
    "Decimal": lambda found: Decimal(str(found["decimal"])),
    "date": _day,
    "datetime": _instant,
}
