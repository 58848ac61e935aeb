"""Typed readings of a record's fields, and how dates and amounts are written back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from psa_sandbox.state.store import Record, Store

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_UNIT = Decimal("0.0001")


def amount(record: Record, field: str) -> Decimal:
    """The number in a field, zero when it is empty."""
    return decimal(record.get(field)) or ZERO


def decimal(value: object) -> Decimal | None:
    """A stored number as Decimal; None stays None. Raises decimal.InvalidOperation for other text."""
    if value is None:
        return None
    return value if isinstance(value, Decimal) else Decimal(str(value))


def day(record: Record, field: str) -> date | None:
    """The calendar day in a date field; its time of day is ignored [infer: such fields are midnight UTC]."""
    value = record.get(field)
    return datetime.fromisoformat(str(value)).date() if value else None


def reference(record: Record, field: str) -> int | None:
    """The id in a reference field, or None."""
    value = record.get(field)
    key = value.get("id") if isinstance(value, dict) else None
    return int(str(key)) if key is not None else None


def target(store: Store, record: Record, field: str, kind: str) -> Record:
    """The record a reference field points to; an empty one when there is none."""
    key = reference(record, field)
    return (store.get(kind, key) if key is not None else None) or {}


def number(record: Record, field: str) -> int:
    """A whole number that must be there, such as an id."""
    return int(str(record[field]))


def flag(record: Record, field: str) -> bool:
    """True only when the field holds true."""
    return record.get(field) is True


def text(record: Record, field: str) -> str:
    """The text in a field, empty when there is none."""
    value = record.get(field)
    return "" if value is None else str(value)


def wire(moment: date) -> str:
    """A business date as the wire writes it: midnight UTC."""
    return f"{moment.isoformat()}T00:00:00Z"


def cents(value: Decimal) -> Decimal:
    """Rounded half-up to the cent."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def unit_price(value: Decimal) -> Decimal:
    """Rounded half-up to four digits, which is what this sandbox keeps of a unit price or cost."""
    return value.quantize(_UNIT, ROUND_HALF_UP)
