"""Change fields as JSON, without losing what is a Decimal and what is a day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bursar.domain.plan import Fields, FieldValue

Json = str | int | bool | None


def to_json(fields: Fields) -> dict[str, Json]:
    """Text is tagged by its type: s: text, d: decimal, t: day."""
    return {name: _encode(value) for name, value in fields.items()}


def from_json(stored: Mapping[str, Json]) -> dict[str, FieldValue]:
    return {name: _decode(value) for name, value in stored.items()}


def _encode(value: FieldValue) -> Json:
    if isinstance(value, Decimal):
        return f"d:{value:f}"
    if isinstance(value, date):
        return f"t:{value.isoformat()}"
    return f"s:{value}" if isinstance(value, str) else value


def _decode(value: Json) -> FieldValue:
    if not isinstance(value, str):
        return value
    tag, _, text = value.partition(":")
    if tag == "d":
        return Decimal(text)
    return date.fromisoformat(text) if tag == "t" else text
