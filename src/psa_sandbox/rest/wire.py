"""JSON in and out, numbers as decimals all the way."""

from __future__ import annotations

import json
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted

from psa_sandbox.state.errors import Refusal

_WIDEST = 15


def decode(body: bytes) -> object:
    """The JSON value of a request body, fractions as Decimal. Raises Refusal 400."""
    try:
        value: object = json.loads(body, parse_float=_decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "InvalidObject", "The body is not valid JSON.") from error
    return value


def encode(value: object) -> str:
    """The JSON text of a value; a Decimal is written digit by digit, never as a float.

    Raises TypeError for what has no JSON form.
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(key)}:{encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _decimal(text: str) -> Decimal:
    """A fraction of a size that a PSA could keep; anything wilder is refused before it is written out."""
    value = Decimal(text)
    if not -_WIDEST <= value.adjusted() <= _WIDEST:
        raise ValueError(f"{text} is out of range")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
