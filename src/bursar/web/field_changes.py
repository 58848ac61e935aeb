"""Fields of Agreements and Additions as people read them: before → after, money first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.domain.plan import Action, FieldValue
from bursar.store.field_json import Json, from_json
from bursar.store.models import Connection
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind

NAMES = {
    "quantity": "Quantity",
    "unit_price": "Unit price",
    "unit_cost": "Unit cost",
    "currency": "Currency",
    "effective": "Effective date",
    "cancelled": "Cancelled date",
    "start": "Start date",
    "bill_start": "Billing starts",
    "product_id": "Product",
    "description": "Invoice description",
    "name": "Name",
    "bill_customer": "Bill customer",
    "marker": "Marker of Bursar",
}
"""What a person calls a field, in the order of reading; others follow under their own names."""
BRIEF = frozenset({"quantity", "unit_price", "effective", "cancelled", "product_id", "description", "start"})
"""What a new record is summed up by."""
CENTS = 2
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: what is there, and what would be."""

    field: str
    name: str
    before: str
    after: str
    differs: bool

    def __str__(self) -> str:
        return f"{self.name} {self.before} → {self.after}" if self.before else f"{self.name} {self.after}"


def field_changes(
    before: Mapping[str, Json] | None, after: Mapping[str, Json] | None, products: Mapping[int, str]
) -> Sequence[FieldChange]:
    """Every field, in the order of reading. `products` names catalogue products by record id."""
    was, now = from_json(before or {}), from_json(after or {})
    order = [*(name for name in NAMES if name in now), *(name for name in now if name not in NAMES)]
    return [
        FieldChange(
            field=name,
            name=NAMES.get(name, name.removesuffix("_id").replace("_", " ").capitalize()),
            before="" if before is None else _text(name, was.get(name), products),
            after=_text(name, now[name], products),
            differs=before is None or was.get(name) != now[name],
        )
        for name in order
    ]


def product_names(connection: Connection, records: Iterable[Mapping[str, Json] | None]) -> Mapping[int, str]:
    """The catalogue products that these fields name, by record id, as last read from ConnectWise; in one query."""
    values = {record.get("product_id") for record in records if record}
    ids = {value for value in values if isinstance(value, int)}
    return {key: kept.identifier or kept.name for key, kept in known_names(connection, Kind.OFFER, ids).items()}


def in_short(action: str, changes: Sequence[FieldChange]) -> Sequence[FieldChange]:
    """What a list shows: of a new record what sums it up, of another what differs."""
    if action == Action.CREATE:
        return [change for change in changes if change.field in BRIEF and change.after != NOTHING]
    return [change for change in changes if change.differs]


def _text(field: str, value: FieldValue, products: Mapping[int, str]) -> str:
    if field == "product_id" and isinstance(value, int):
        return products.get(value) or f"ID {value}"
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return _number(value, cents=field in {"unit_price", "unit_cost"})
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Decimal, *, cents: bool) -> str:
    """All digits that say something; a price keeps its cents."""
    whole, _, decimals = f"{value:,f}".partition(".")
    digits = decimals.rstrip("0")
    if cents:
        digits = f"{digits:0<{CENTS}}"
    return f"{whole}.{digits}" if digits else whole
