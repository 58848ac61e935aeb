"""Whether a value stands in a relation to a literal, by the type of the member."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from psa_sandbox.state.conditions.grammar import Comparison, Value
from psa_sandbox.state.errors import Refusal, bad_query
from psa_sandbox.state.members import MemberType
from psa_sandbox.state.moments import wire_moment

Verdict = Callable[[object], bool]

Number = int | Decimal
TextReader = Callable[[object], str | None]

_TEXT_ORDER: dict[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_NUMBER_ORDER: dict[str, Callable[[Number, Number], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_ACCEPTS: dict[MemberType, set[str]] = {
    "text": {"text", "moment"},
    "choice": {"text"},
    "integer": {"number"},
    "number": {"number"},
    "flag": {"flag"},
    "moment": {"moment"},
    "any": {"text", "number", "flag", "moment"},
}


def verdict(kind: MemberType, comparison: Comparison) -> Verdict:
    """A test for values of a member of this type. Raises Refusal where the two do not go together.

    An empty value only ever equals null: it is in no other relation to anything, not even != [infer].
    """
    for value in comparison.values:
        _insist(kind, comparison, value)
    name = comparison.operator
    if name in {"in", "not in"}:
        return _among(comparison.values, wanted=name == "in")
    value = comparison.values[0]
    if value.type == "null":
        return _is_null if name == "=" else _is_not_null
    if name in _TEXT_ORDER:
        return _ordered(kind, name, value)
    pattern = _pattern(name, str(value.value))
    wanted = not name.startswith("not")
    return lambda found: isinstance(found, str) and (pattern.fullmatch(found) is not None) == wanted


def _insist(kind: MemberType, comparison: Comparison, value: Value) -> None:
    name = comparison.operator
    if value.type == "null":
        fits = name in {"=", "!="}
    elif name.endswith(("contains", "like")):
        fits = value.type == "text" and kind in {"text", "choice", "any"}
    else:
        fits = value.type in _ACCEPTS.get(kind, set()) and (value.type != "flag" or name in {"=", "!="})
    if not fits:
        raise _mismatch(comparison, value)


def _mismatch(comparison: Comparison, value: Value) -> Refusal:
    return bad_query(f"conditions: {comparison.field} {comparison.operator} does not go with a {value.type}")


def _ordered(kind: MemberType, name: str, value: Value) -> Verdict:
    if isinstance(value.value, str):
        read_text = _as_stored if kind == "moment" else _TEXT_READERS[value.type]
        return _text_ordered(_TEXT_ORDER[name], value, read_text)
    literal, compare, read = value.value, _NUMBER_ORDER[name], _NUMBER_READERS[value.type]

    def test(found: object) -> bool:
        known = read(found)
        return known is not None and literal is not None and compare(known, literal)

    return test


def _text_ordered(compare: Callable[[str, str], bool], value: Value, read: TextReader) -> Verdict:
    literal = _text_literal(value)

    def test(found: object) -> bool:
        known = read(found)
        return known is not None and compare(known, literal)

    return test


def _among(values: tuple[Value, ...], *, wanted: bool) -> Verdict:
    options = {(value.type, _literal(value)) for value in values}
    readers = [(kind, _READERS[kind]) for kind in {value.type for value in values}]

    def test(found: object) -> bool:
        return found is not None and any((kind, read(found)) in options for kind, read in readers) == wanted

    return test


def _as_stored(found: object) -> str | None:
    """A date field: it is kept in wire form, which sorts like time."""
    return found if isinstance(found, str) else None


def _as_text(found: object) -> str | None:
    return found.casefold() if isinstance(found, str) else None


def _as_moment(found: object) -> str | None:
    return wire_moment(found) if isinstance(found, str) else None


def _as_number(found: object) -> Number | None:
    return found if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def _as_flag(found: object) -> Number | None:
    return found if isinstance(found, bool) else None


_TEXT_READERS: dict[str, TextReader] = {"text": _as_text, "moment": _as_moment}
_NUMBER_READERS: dict[str, Callable[[object], Number | None]] = {"number": _as_number, "flag": _as_flag}
_READERS: dict[str, Callable[[object], str | Number | None]] = {**_TEXT_READERS, **_NUMBER_READERS}


def _is_null(found: object) -> bool:
    return found is None


def _is_not_null(found: object) -> bool:
    return found is not None


def _pattern(name: str, text: str) -> re.Pattern[str]:
    """`like` knows the wildcards * [guide] and % [field]; `contains` takes its text as it is."""
    escaped = re.escape(unbracketed(text))
    is_like = name.endswith("like")
    pattern = escaped.replace(r"\*", ".*").replace("%", ".*") if is_like else f".*{escaped}.*"
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def _literal(value: Value) -> str | Number | None:
    return _text_literal(value) if isinstance(value.value, str) else value.value


def _text_literal(value: Value) -> str:
    text = str(value.value)
    return text if value.type == "moment" else unbracketed(text).casefold()


def unbracketed(text: str) -> str:
    """A literal bracket inside a string is written [[] [guide]."""
    return text.replace("[[]", "[")
