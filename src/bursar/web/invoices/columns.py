"""The columns of invoice lines: all fields of the line, and what is derived from them (screen reference 1.4)."""

from collections.abc import Sequence
from operator import attrgetter

from bursar.web.grid.grid import Column
from bursar.web.invoices.rows import LineRow

PARTS = "invoices/parts"


def _open(row: LineRow) -> bool:
    """Posted lines are read-only in the grid (rule 72)."""
    return not row.posted


def _field(key: str, title: str, field: str, *, filled: bool = True) -> Column[LineRow]:
    """A field as the platform states it; hidden at first."""
    read = attrgetter(f"line.{field}")

    def value(row: LineRow) -> str:
        found = read(row)
        return "" if found is None else str(found)

    return Column(key, title, value, sort=field, filled=filled, at_first=False)


ALWAYS: Sequence[Column[LineRow]] = (
    Column(
        "organization",
        "Organization Name",
        lambda row: row.line.organization_name,
        sort="organization_name",
        filled=True,
        always=True,
    ),
    Column("subscription", "Subscription Name", lambda row: row.name, sort="subscription_name", filled=True),
    Column("status", "Status", lambda row: row.status.value, sort="standing", template=f"{PARTS}/status.html"),
)
TARGETS: Sequence[Column[LineRow]] = (
    Column(
        "company",
        "PSA Organization Name",
        lambda row: row.company.text,
        template=f"{PARTS}/company.html",
        editable=_open,
    ),
    Column(
        "product", "PSA Product Name", lambda row: row.product.text, template=f"{PARTS}/product.html", editable=_open
    ),
    Column(
        "agreement",
        "PSA Agreement Name",
        lambda row: row.agreement.text,
        template=f"{PARTS}/agreement.html",
        editable=_open,
    ),
)
CHARGE: Sequence[Column[LineRow]] = (
    Column(
        "charge",
        "Charge Type",
        lambda row: row.derived.charge_name,
        sort="charge_type",
        filled=True,
        template=f"{PARTS}/charge.html",
    ),
    Column(
        "start",
        "Charge Start Date",
        lambda row: row.derived.effective,
        sort="starts",
        template=f"{PARTS}/start.html",
        editable=_open,
    ),
    Column("end", "Charge End Date", lambda row: row.cancelled_text, template=f"{PARTS}/end.html", editable=_open),
)
MONEY: Sequence[Column[LineRow]] = (
    Column("quantity", "Quantity", lambda row: row.line.quantity, template="grid/decimal.html", number=True),
    Column("price", "Unit Price", lambda row: row.line.unit_price, template="grid/decimal.html", number=True),
    Column(
        "cost", "Unit Cost", lambda row: row.line.unit_cost, template="grid/decimal.html", number=True, at_first=False
    ),
    Column(
        "total",
        "Total",
        lambda row: row.line.total,
        sort="total",
        filled=True,
        template="grid/amount.html",
        number=True,
    ),
    Column("currency", "Currency", lambda row: row.line.currency, sort="currency", filled=True),
)
DETAILS: Sequence[Column[LineRow]] = (
    Column("reason", "Reason", lambda row: row.reason, at_first=False),
    Column("remedy", "What to do", lambda row: row.remedy, at_first=False),
    _field("offer", "Offer Name", "offer_name"),
    _field("line", "Line ID", "line_id"),
    _field("invoice", "Invoice Number", "invoice_number"),
    _field("invoiced", "Invoice Date", "invoice_date"),
    _field("verified", "Invoice Status", "invoice_status", filled=False),
    _field("cycle", "Billing Cycle", "billing_cycle"),
    _field("platform_type", "Platform Charge Type", "charge_type"),
    _field("platform_start", "Platform Charge Start", "charge_start"),
    _field("platform_end", "Platform Charge End", "charge_end"),
    _field("organization_id", "Organization ID", "organization_id"),
    _field("subscription_id", "Subscription ID", "subscription_id", filled=False),
    _field("offer_id", "Offer ID", "offer_id"),
    _field("source", "Source", "source"),
    Column(
        "posted_total",
        "Posted Total",
        lambda row: row.line.posted_total,
        sort="posted_total",
        template="grid/amount.html",
        number=True,
        at_first=False,
    ),
    Column(
        "addition",
        "Addition ID",
        lambda row: row.line.link.addition_id if row.line.link else "",
        sort="link__addition_id",
        at_first=False,
    ),
    _field("contract", "Contract ID", "contract_id", filled=False),
)
COLUMNS = (*ALWAYS, *TARGETS, *CHARGE, *MONEY, *DETAILS)
"""What is only sometimes looked at is hidden at first, the Contract ID above all."""
