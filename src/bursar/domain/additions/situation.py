"""What the Additions planner may look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.identity import Marker
from bursar.domain.lines import InvoiceLine
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.domain.plan import Fields
from bursar.domain.psa import Addition, Agreement, AgreementType, CatalogItem, Company
from bursar.domain.rules import ChargeRules, Overrides


class PriceSource(StrEnum):
    """Which price is written (rule 108)."""

    PLATFORM = "platform"
    CATALOG = "catalog"
    MARKUP_PERCENT = "markup_percent"
    MARKUP_AMOUNT = "markup_amount"


@dataclass(frozen=True, slots=True)
class PricePolicy:
    """A price source and, for the two markups on the platform's unit cost, how much."""

    source: PriceSource = PriceSource.PLATFORM
    markup: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AgreementDefaults:
    """What ConnectWise requires when an Agreement is created (rule 79)."""

    invoicing_cycle: str = "CalendarYear"
    employee_comp_rate: str = "Actual"
    employee_comp_not_exceed: str = "Billing"
    bill_time: str = "Billable"
    bill_expenses: str = "Billable"
    bill_products: str = "Billable"
    location_id: int | None = None
    department_id: int | None = None
    billing_cycle_id: int | None = None


@dataclass(frozen=True, slots=True)
class BillingSettings:
    """The connection's configuration as the planner needs it."""

    scope: str
    """The ConnectWise login company; part of every marker."""
    agreement_type: AgreementType
    rules: ChargeRules = field(default_factory=ChargeRules)
    agreement_defaults: AgreementDefaults = field(default_factory=AgreementDefaults)
    price: PricePolicy = field(default_factory=PricePolicy)
    price_by_organization: Mapping[str, PricePolicy] = field(default_factory=dict)
    mass_cancel_share: Decimal = Decimal("0.30")
    skip_zero_lines: bool = False
    hold_negative_lines: bool = False
    active_statuses: frozenset[str] = frozenset({"Active"})
    pilot: bool = False
    """Only customers for whom posting is enabled are posted; the rest can be previewed (rule 150)."""
    alert_share: Decimal = Decimal("0.10")
    """A price or quantity that changed by more than this share since last month is an alert (rule 147)."""

    def price_for(self, organization_id: str) -> PricePolicy:
        return self.price_by_organization.get(organization_id, self.price)


@dataclass(frozen=True, slots=True)
class Trace:
    """The one Addition a posted line left behind, and the values it was posted with, frozen."""

    agreement_id: int
    addition_id: int
    marker: Marker
    money: Money
    changed_since: bool = False
    """The source changed the line after it was posted (rule 56)."""


@dataclass(frozen=True, slots=True)
class MappedLine:
    """A line whose company and product are known."""

    line: InvoiceLine
    product_id: int
    agreement_id: int | None = None
    overrides: Overrides = field(default_factory=Overrides)
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An Addition that Bursar made or adopted, and the values Bursar last wrote to it."""

    marker: Marker
    agreement_id: int
    addition_id: int
    company_id: int
    organization_id: str
    last_month: Month
    written: Fields
    subscription_name: str = ""
    accepted: Fields = field(default_factory=dict)
    """Edits made in ConnectWise that a person let stand: field → value there (rule 97)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One company in one month. `additions` holds every Addition of each agreement that was read."""

    company: Company
    month: Month
    lines: Sequence[MappedLine]
    agreements: Mapping[int, Agreement]
    additions: Mapping[int, Sequence[Addition]]
    products: Mapping[int, CatalogItem]
    links: Sequence[Link] = ()
    complete: bool = False
    """Whether the month was loaded completely, without a rejected row (rule 95a)."""
    seen: frozenset[str] = frozenset()
    """Series of all subscriptions in the month's lines, wherever they are mapped, even blocked ones."""
    moved_away: frozenset[str] = frozenset()
    """Series whose lines of this month are mapped to another company."""
    cancellations_confirmed: bool = False


def overlap(addition: Addition, start: date, end: date | None) -> bool:
    """Whether the Addition is billed on some day of start … end (open when None)."""
    if addition.cancelled and addition.cancelled < start:
        return False
    return not (end and addition.effective and addition.effective > end)
