"""The fields of an addition that the PSA works out: texts from the product, amounts, pro-rated amounts."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.state.billing_periods import Period, Slice, billing_start, cycle_of
from psa_sandbox.state.record import ZERO, amount, cents, day, flag, target, text, unit_price
from psa_sandbox.state.store import Record, Store

_ONE = Decimal(1)


def with_amounts(store: Store, record: Record, agreement: Record) -> Record:
    """A copy with defaults from the catalog item and every derived field [infer].

    Unit price and cost are kept to four digits (our assumption), extended amounts to the cent, both
    rounded half-up; margin is an amount; `lessIncluded` units are free of charge but not of cost.
    """
    product = target(store, record, "product", "catalogItem")
    kept = _with_product(store, record, product)
    kept["agreementStatus"] = agreement.get("agreementStatus")
    price, cost = amount(kept, "unitPrice"), amount(kept, "unitCost")
    billed = billed_quantity(kept)
    kept["billedQuantity"] = billed
    kept["extPrice"], kept["extCost"] = cents(billed * price), cents(amount(kept, "quantity") * cost)
    kept["margin"] = amount(kept, "extPrice") - amount(kept, "extCost")
    return _with_prorate(store, kept, agreement)


def billed_quantity(addition: Record) -> Decimal:
    """Units the customer pays for: quantity less the included ones, never below zero by that."""
    quantity, included = amount(addition, "quantity"), amount(addition, "lessIncluded")
    return quantity if quantity <= 0 else max(quantity - included, ZERO)


def share(value: Decimal, part: Slice) -> Decimal:
    """The pro-rated part of a full period's amount, to the cent; first and last day both count."""
    return cents(value * part.active.days / part.full.days)


def _with_product(store: Store, record: Record, product: Record) -> Record:
    unit = target(store, product, "unitOfMeasure", "unitOfMeasure")
    kept = {
        "quantity": _ONE,
        "lessIncluded": ZERO,
        "unitPrice": product.get("price"),
        "unitCost": product.get("cost"),
        "taxableFlag": flag(product, "taxableFlag"),
        "invoiceDescription": product.get("customerDescription"),
        "purchaseItemFlag": False,
        "specialOrderFlag": False,
        "prorateCurrentPeriodFlag": False,
    }
    kept |= {field: value for field, value in record.items() if value is not None}
    kept["unitPrice"], kept["unitCost"] = (unit_price(amount(kept, name)) for name in ("unitPrice", "unitCost"))
    kept["description"], kept["uom"] = text(product, "description"), text(unit, "name")
    if kept.get("sequenceNumber") is None:
        kept["sequenceNumber"] = _next_sequence(store, record)
    return kept


def _next_sequence(store: Store, record: Record) -> Decimal:
    siblings = store.rows("addition", agreementId=record["agreementId"])
    return max((amount(row, "sequenceNumber") for row in siblings), default=ZERO) + _ONE


def _with_prorate(store: Store, record: Record, agreement: Record) -> Record:
    part = _first_part(store, record, agreement)
    for field, source in (("proratePrice", "unitPrice"), ("prorateCost", "unitCost")):
        value = amount(record, source)
        record[field] = unit_price(value * part.active.days / part.full.days) if part else ZERO
    for field, source in (("extendedProratePrice", "extPrice"), ("extendedProrateCost", "extCost")):
        record[field] = share(amount(record, source), part) if part else ZERO
    return record


def _first_part(store: Store, addition: Record, agreement: Record) -> Slice | None:
    """The first, incomplete period of an addition on an agreement that pro-rates."""
    effective = day(addition, "effectiveDate")
    if effective is None or not flag(agreement, "prorateFlag") or billing_start(agreement) is None:
        return None
    cycle = cycle_of(store, agreement)
    if cycle.is_one_time:
        return None
    full = cycle.full_period(effective)
    last = min(full.end, day(addition, "cancelledDate") or full.end)
    part = Slice(Period(effective, last), full)
    return None if part.is_whole else part
