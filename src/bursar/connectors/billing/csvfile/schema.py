"""The canonical schema of an invoice line file: one table, from which headings are matched and the guide is checked."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bursar.domain.lines import BillingCycle, ChargeType


class LineField(StrEnum):
    """A field of the canonical schema, by the name that a profile uses."""

    INVOICE_NUMBER = "invoice_number"
    INVOICE_DATE = "invoice_date"
    INVOICE_STATUS = "invoice_status"
    ORGANIZATION_ID = "organization_id"
    ORGANIZATION_NAME = "organization_name"
    CONTRACT_ID = "contract_id"
    BILLING_CYCLE = "billing_cycle"
    SUBSCRIPTION_ID = "subscription_id"
    SUBSCRIPTION_NAME = "subscription_name"
    OFFER_ID = "offer_id"
    OFFER_NAME = "offer_name"
    CHARGE_TYPE = "charge_type"
    CHARGE_START = "charge_start"
    CHARGE_END = "charge_end"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    UNIT_COST = "unit_cost"
    TOTAL = "total"
    CURRENCY = "currency"
    LINE_ID = "line_id"


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """What one field means, and the headings under which it is found without a profile."""

    field: LineField
    meaning: str
    example: str
    headings: tuple[str, ...]
    required: bool = True


_CHARGE_TYPES = ", ".join(ChargeType)
_CYCLES = ", ".join(BillingCycle)

SCHEMA: tuple[SchemaRow, ...] = (
    SchemaRow(
        LineField.INVOICE_NUMBER,
        "Number of the platform's invoice.",
        "INV-2026-0412",
        ("Invoice Number", "Invoice No", "Invoice No.", "Invoice #"),
    ),
    SchemaRow(
        LineField.INVOICE_DATE,
        "Date of the invoice. Its calendar month is the month of the line.",
        "2026-10-31",
        ("Invoice Date",),
    ),
    SchemaRow(
        LineField.INVOICE_STATUS,
        "State of the invoice. In a file with this column only the lines of Verified invoices can be posted.",
        "Verified",
        ("Invoice Status",),
        required=False,
    ),
    SchemaRow(
        LineField.ORGANIZATION_ID,
        "The customer's id on the platform. Without it the organization name serves as id.",
        "ORG-1001",
        ("Organization ID", "Organisation ID", "Customer ID"),
        required=False,
    ),
    SchemaRow(
        LineField.ORGANIZATION_NAME,
        "The customer's name on the platform.",
        "Harbour Dental",
        ("Organization Name", "Organisation Name", "Organization", "Organisation", "Customer Name", "Customer"),
    ),
    SchemaRow(
        LineField.CONTRACT_ID,
        "The customer's invoice contract on the platform.",
        "C-77",
        ("Contract ID", "Invoice Contract ID"),
        required=False,
    ),
    SchemaRow(
        LineField.BILLING_CYCLE,
        f"How often the subscription is charged: {_CYCLES}.",
        BillingCycle.MONTHLY.value,
        ("Billing Cycle", "Billing Frequency"),
    ),
    SchemaRow(
        LineField.SUBSCRIPTION_ID,
        "The subscription's id. A recurring charge without it cannot keep one Addition from month to month.",
        "SUB-31",
        ("Subscription ID",),
        required=False,
    ),
    SchemaRow(
        LineField.SUBSCRIPTION_NAME,
        "The subscription's name as the customer knows it; it begins the description of the Addition.",
        "Mail Plus for the front desk",
        ("Subscription Name", "Subscription"),
        required=False,
    ),
    SchemaRow(
        LineField.OFFER_ID,
        "The product's id on the platform. Without it the offer name serves as id.",
        "MAIL-PLUS-M",
        ("Offer ID", "Product ID", "SKU"),
        required=False,
    ),
    SchemaRow(
        LineField.OFFER_NAME,
        "The product's name on the platform.",
        "Mail Plus, monthly",
        ("Offer Name", "Offer", "Product Name", "Product"),
    ),
    SchemaRow(
        LineField.CHARGE_TYPE,
        f"Why the line exists: {_CHARGE_TYPES}.",
        ChargeType.CYCLE_FEE.value,
        ("Charge Type",),
    ),
    SchemaRow(
        LineField.CHARGE_START,
        "First day that is charged.",
        "2026-10-01",
        ("Charge Start", "Charge Start Date"),
    ),
    SchemaRow(
        LineField.CHARGE_END,
        "Last day that is charged; never before the charge start.",
        "2026-10-31",
        ("Charge End", "Charge End Date"),
    ),
    SchemaRow(LineField.QUANTITY, "How many units are charged.", "12", ("Quantity", "Qty")),
    SchemaRow(
        LineField.UNIT_PRICE,
        "Price of one unit to your customer, without tax.",
        "4.50",
        ("Unit Price", "Price per Unit"),
    ),
    SchemaRow(LineField.UNIT_COST, "What one unit costs you.", "3.60", ("Unit Cost", "Cost per Unit"), required=False),
    SchemaRow(
        LineField.TOTAL,
        "Amount of the line without tax, with at most two decimals. It is law: quantity × unit price may differ.",
        "54.00",
        ("Total", "Line Total", "Total Price"),
    ),
    SchemaRow(
        LineField.CURRENCY,
        "Three-letter currency code of the amounts.",
        "USD",
        ("Currency", "Currency Code"),
    ),
    SchemaRow(
        LineField.LINE_ID,
        "The platform's own id of the line, unique over all files. Without it Bursar derives one.",
        "L-90017",
        ("Line ID", "Invoice Line ID"),
        required=False,
    ),
)


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """The text without what headings may differ in: case, spaces, underscores, hyphens, a byte order mark."""
    return "".join(sign for sign in text.casefold() if not sign.isspace() and sign not in "_-\ufeff")


FIELD_OF_HEADING: dict[str, LineField] = {
    heading_key(spelling): row.field for row in SCHEMA for spelling in (row.field.value, *row.headings)
}
"""Which field a heading means, by its `heading_key`."""

REQUIRED: frozenset[LineField] = frozenset(row.field for row in SCHEMA if row.required)


def known_field(heading: str) -> LineField | None:
    """What a heading means without a profile."""
    return FIELD_OF_HEADING.get(heading_key(heading))


def label(field: LineField) -> str:
    """The field as a sentence names it: its first heading."""
    return _LABELS[field]


_LABELS = {row.field: row.headings[0] for row in SCHEMA}
