"""Invoice lines as the billing platform states them, in Bursar's canonical schema."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.money import Money
from bursar.domain.period import Month


class ChargeType(StrEnum):
    """Why a line exists. Six are shown on screens; User Correction follows Correction (decision 3)."""

    CYCLE_FEE = "Cycle Fee"
    CORRECTION = "Correction"
    USAGE_FEE = "Usage Fee"
    ITEM_FEE = "Item Fee"
    PURCHASE_FEE = "Purchase Fee"
    ONE_TIME_FEE = "One Time Fee"
    USER_CORRECTION = "User Correction"

    @property
    def for_rules(self) -> "ChargeType":
        """The type whose rules and custom name apply."""
        return ChargeType.CORRECTION if self is ChargeType.USER_CORRECTION else self


RECURRING = frozenset({ChargeType.CYCLE_FEE, ChargeType.PURCHASE_FEE})
"""Charge types that keep one persistent Addition per subscription (rules 89-92, decision 4)."""


class BillingCycle(StrEnum):
    """How often the platform charges a subscription."""

    MONTHLY = "Monthly"
    QUARTERLY = "Quarterly"
    SEMI_ANNUAL = "Semi-Annual"
    ANNUAL = "Annual"
    TRIENNIAL = "Triennial"
    ONE_TIME = "One Time"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of a platform invoice. `total` is law; it may be negative. Dates are inclusive."""

    line_id: str
    invoice_number: str
    invoice_date: date
    organization_id: str
    organization_name: str
    offer_id: str
    offer_name: str
    charge_type: ChargeType
    billing_cycle: BillingCycle
    charge_start: date
    charge_end: date
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    currency: str
    unit_cost: Decimal | None = None
    invoice_status: str | None = None
    contract_id: str | None = None
    subscription_id: str | None = None
    subscription_name: str = ""

    @property
    def month(self) -> Month:
        """The calendar month of the invoice date (rule 53)."""
        return Month.of(self.invoice_date)

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def recurring(self) -> bool:
        """Whether the line feeds a persistent Addition. Without a subscription there is nothing to persist."""
        return self.charge_type in RECURRING and bool(self.subscription_id)

    @property
    def eligible(self) -> bool:
        """Verified, when the source carries a status at all (rule 55, decision 15)."""
        return self.invoice_status is None or self.invoice_status.strip().casefold() == "verified"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not become a line: where it stood, why, and what it said."""

    row_number: int
    reason: str
    remedy: str
    raw: str
