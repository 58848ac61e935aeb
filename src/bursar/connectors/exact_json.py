"""JSON whose numbers stay exact: fractions are Decimal on the way in and on the way out (decision 22)."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Never, TypeAlias

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]

_quoted: Callable[[str], str] = json.JSONEncoder().encode


def parse(text: bytes | str) -> JsonValue:
    """Read JSON; whole numbers are int, others Decimal. Raises ValueError for anything that is not JSON."""
    try:
        value: JsonValue = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def dump(value: JsonValue) -> str:
    """Write JSON. A Decimal becomes a plain number with exactly its digits. Raises ValueError for NaN and infinity."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(name)}:{dump(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a JSON number")
    return format(value, "f")


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")
