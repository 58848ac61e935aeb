"""What people changed by hand in ConnectWise since Bursar last wrote (rule 97). The default is to report it."""

from decimal import Decimal

from bursar.domain.additions.situation import Link
from bursar.domain.money import to_cents
from bursar.domain.plan import FieldValue
from bursar.domain.psa import Addition


def fields_of(addition: Addition) -> dict[str, FieldValue]:
    """An Addition as change fields."""
    return {
        "product_id": addition.product_id,
        "quantity": addition.quantity,
        "unit_price": addition.unit_price,
        "unit_cost": addition.unit_cost,
        "effective": addition.effective,
        "cancelled": addition.cancelled,
        "description": addition.description,
        "bill_customer": addition.bill_customer,
        "marker": addition.marker,
    }


def amount_of(addition: Addition) -> Decimal:
    """What the Addition comes to per period, as ConnectWise says or as it computes it."""
    return to_cents(addition.quantity * addition.unit_price) if addition.total is None else addition.total


def edited_by_hand(addition: Addition, link: Link | None) -> str:
    """The edits as text, `field before → now`; empty when there are none or Bursar never wrote."""
    if link is None:
        return ""
    now = fields_of(addition)
    return ", ".join(
        f"{name} {written} → {now[name]}"
        for name, written in link.written.items()
        if name in now and now[name] != written
    )
