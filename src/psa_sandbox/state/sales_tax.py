"""Sales tax from a tax code's levels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.record import ZERO, amount, cents, flag, text
from psa_sandbox.state.store import Record

LEVELS = ("One", "Two", "Three", "Four", "Five", "Six")


@dataclass(frozen=True)
class TaxBase:
    """What of an invoice is taxable: product lines, and the agreement amount, which counts as services."""

    products: Decimal
    services: Decimal


def sales_tax(code: Record | None, base: TaxBase) -> Decimal:
    """Tax to the cent, each level rounded half-up by itself; rates are fractions, 0.2 is 20 % [field].

    A level of type Amount is a fixed sum per invoice (our reading). Maxima and single-unit rules of a
    level are not modelled.
    """
    return sum((level_tax(code, name, base) for name in LEVELS), ZERO) if code else ZERO


def level_base(code: Record, name: str, base: TaxBase) -> Decimal:
    """What a level (One to Six) is charged on."""
    products = base.products if flag(code, f"level{name}ProductsFlag") else ZERO
    return products + (base.services if flag(code, f"level{name}ServicesFlag") else ZERO)


def level_tax(code: Record, name: str, base: TaxBase) -> Decimal:
    """The tax of one level to the cent."""
    taxable, rate = level_base(code, name, base), amount(code, f"level{name}Rate")
    if text(code, f"level{name}RateType") == "Amount":
        return cents(rate) if taxable else ZERO
    return cents(taxable * rate)
