"""What Bursar needs to know of ConnectWise records. Ids are its record ids; money is Decimal; dates are days."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PsaInfo:
    """The system behind a connection."""

    company_name: str
    version: str
    codebase: str


@dataclass(frozen=True, slots=True)
class AgreementType:
    """A kind of agreement set up in ConnectWise."""

    id: int
    name: str
    inactive: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A customer in ConnectWise. `status` is its name there; `contact_id` the default contact."""

    id: int
    identifier: str
    name: str
    status: str = "Active"
    deleted: bool = False
    contact_id: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A product of the ConnectWise catalogue. A Bundle can never be an Addition."""

    id: int
    identifier: str
    description: str
    product_class: str = "NonInventory"
    inactive: bool = False
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement with what decides whether a line may be added to it."""

    id: int
    name: str
    company_id: int
    type_id: int
    currency: str | None = None
    status: str = "Active"
    """Active, Cancelled, Expired or Inactive."""
    start: date | None = None
    end: date | None = None
    bill_start: date | None = None
    next_invoice: date | None = None
    """The first day of the first period that has not been invoiced."""
    prorates: bool = False
    cancelled: bool = False
    type_name: str = ""
    billing_cycle: str = ""
    """The cycle's name."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A product billed through an agreement from `effective` to `cancelled`, both inclusive."""

    id: int
    agreement_id: int
    product_id: int
    quantity: Decimal
    unit_price: Decimal
    unit_cost: Decimal | None = None
    effective: date | None = None
    cancelled: date | None = None
    description: str = ""
    """The invoice description."""
    bill_customer: str = "Billable"
    marker: str = ""
    """The text in the field that carries our marker; empty when a person made the Addition."""
    total: Decimal | None = None
    """The extended price as ConnectWise computes it."""
