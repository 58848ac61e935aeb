"""The conditions language of ConnectWise, built from parts so that nobody writes it by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import quote

from bursar.connectors.http import SAFE_IN_QUERY
from bursar.domain.errors import InvalidInput

Value: TypeAlias = str | int | Decimal | bool | date | datetime | None

ROOM = 1500
"""Encoded characters a condition may take, so that the whole URL stays below the advised 2,000 [guide]."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition; combine with `&` and `|`. `str()` gives what goes into the query parameter."""

    text: str
    joiner: str = ""
    """"and" or "or" when this is a combination of several."""

    def __and__(self, other: "Condition") -> "Condition":
        return self._join("and", other)

    def __or__(self, other: "Condition") -> "Condition":
        return self._join("or", other)

    def __str__(self) -> str:
        return self.text

    def _join(self, joiner: str, other: "Condition") -> "Condition":
        return Condition(f"{_inside(self, joiner)} {joiner} {_inside(other, joiner)}", joiner)


@dataclass(frozen=True, slots=True)
class _Subject:
    """Something with a value that a condition can be about; `joiner` says that `prefix` already joins two."""

    prefix: str
    joiner: str = ""

    def is_(self, value: Value) -> Condition:
        return self._compare("=", value)

    def is_not(self, value: Value) -> Condition:
        return self._compare("!=", value)

    def below(self, value: Value) -> Condition:
        return self._compare("<", value)

    def at_most(self, value: Value) -> Condition:
        return self._compare("<=", value)

    def above(self, value: Value) -> Condition:
        return self._compare(">", value)

    def at_least(self, value: Value) -> Condition:
        return self._compare(">=", value)

    def contains(self, text: str) -> Condition:
        return self._compare("contains", text)

    def lacks(self, text: str) -> Condition:
        return self._compare("not contains", text)

    def like(self, pattern: str) -> Condition:
        """`*` in the pattern stands for any text [guide]."""
        return self._compare("like", pattern)

    def unlike(self, pattern: str) -> Condition:
        return self._compare("not like", pattern)

    def _compare(self, operator: str, value: Value) -> Condition:
        if value is None and operator not in ("=", "!="):
            raise ValueError(f"null cannot be compared with {operator}")
        return self._says(f"{operator} {literal(value)}")

    def _says(self, rest: str) -> Condition:
        return Condition(f"{self.prefix} {rest}", self.joiner)


@dataclass(frozen=True, slots=True)
class Field(_Subject):
    """A property of the record, or of a reference in it: `status/name`."""

    def is_in(self, values: Iterable[Value]) -> Condition:
        return self._says(f"in {_listed(values)}")

    def is_not_in(self, values: Iterable[Value]) -> Condition:
        return self._says(f"not in {_listed(values)}")


@dataclass(frozen=True, slots=True)
class CustomField(_Subject):
    """A custom field, for customFieldConditions; ConnectWise knows no `in` there [guide]."""


def field(name: str) -> Field:
    """A field by its name, references with a slash."""
    if not name.replace("/", "").isidentifier():
        raise ValueError(f"{name!r} is not a field name")
    return Field(name)


def custom_field(caption: str) -> CustomField:
    """A custom field by the caption that people see."""
    return CustomField(f"caption = {literal(caption)} and value", "and")


def literal(value: Value) -> str:
    """A value as the language writes it: dates in brackets and UTC, text in quotes."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None:
        return "null"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, date):
        return _moment(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def in_chunks(subject: Field, values: Sequence[int] | Sequence[str], room: int = ROOM) -> Iterator[Condition]:
    """`in` conditions that together name all values, each short enough for a URL."""
    chunk: list[int | str] = []
    used = fixed = len(quote(f"{subject.prefix} in ()", safe=SAFE_IN_QUERY))
    for value in values:
        size = len(quote(f"{literal(value)},", safe=SAFE_IN_QUERY))
        if chunk and used + size > room:
            yield subject.is_in(chunk)
            chunk, used = [], fixed
        chunk.append(value)
        used += size
    if chunk:
        yield subject.is_in(chunk)


def _inside(part: Condition, joiner: str) -> str:
    return part.text if part.joiner in ("", joiner) else f"({part.text})"


def _listed(values: Iterable[Value]) -> str:
    listed = ",".join(map(literal, values))
    if not listed:
        raise ValueError("an `in` condition needs a value")
    return f"({listed})"


def _quoted(text: str) -> str:
    escaped = text.replace("[", "[[]")  # an opening bracket begins a set of characters [guide]
    if '"' not in text:
        return f'"{escaped}"'
    if "'" not in text:
        return f"'{escaped}'"
    raise InvalidInput(f"ConnectWise cannot be asked for a text with both kinds of quotes: {text}")


def _moment(value: date) -> str:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be compared")
    return f"[{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z]"
