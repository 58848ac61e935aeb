"""Invoice lines: rows ↔ domain values."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from bursar.domain.additions.situation import Trace
from bursar.domain.identity import parse_marker
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.domain.plan import FieldValue
from bursar.domain.rules import Overrides
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Line, Load
from bursar.store.queries.chunks import chunks

SOURCE_FIELDS = (
    "invoice_number",
    "invoice_date",
    "invoice_status",
    "organization_id",
    "organization_name",
    "contract_id",
    "offer_id",
    "offer_name",
    "subscription_id",
    "subscription_name",
    "charge_type",
    "billing_cycle",
    "charge_start",
    "charge_end",
    "quantity",
    "unit_price",
    "unit_cost",
    "total",
    "currency",
)
"""What the source says; everything else on a row is ours."""


def line_of(row: Line) -> InvoiceLine:
    """The line as the source stated it when it was loaded (or, once posted, when it was posted)."""
    return InvoiceLine(
        line_id=row.line_id,
        invoice_number=row.invoice_number,
        invoice_date=row.invoice_date,
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        offer_id=row.offer_id,
        offer_name=row.offer_name,
        charge_type=ChargeType(row.charge_type),
        billing_cycle=BillingCycle(row.billing_cycle),
        charge_start=row.charge_start,
        charge_end=row.charge_end,
        quantity=row.quantity,
        unit_price=row.unit_price,
        total=row.total,
        currency=row.currency,
        unit_cost=row.unit_cost,
        invoice_status=row.invoice_status,
        contract_id=row.contract_id,
        subscription_id=row.subscription_id,
        subscription_name=row.subscription_name,
    )


def overrides_of(row: Line) -> Overrides:
    return Overrides(
        company_id=row.set_company_id,
        product_id=row.set_product_id,
        agreement_id=row.set_agreement_id,
        charge_start=row.set_charge_start,
        charge_end=row.set_charge_end,
        approved=row.approved,
        adopt=row.adopt,
        keep_both=row.keep_both,
        overwrite=row.overwrite,
        post_again=row.post_again,
        by_hand=row.by_hand,
    )


def trace_of(row: Line) -> Trace | None:
    """The Addition a posted line left behind; None while it is unposted. Needs `link` selected."""
    link = row.link
    marker = parse_marker(link.marker) if link else None
    if link is None or marker is None:
        return None
    return Trace(
        agreement_id=link.agreement_id,
        addition_id=link.addition_id,
        marker=marker,
        money=Money(row.total if row.posted_total is None else row.posted_total, row.currency),
        changed_since=row.changed_values is not None or row.vanished,
    )


def newer_line(row: Line) -> InvoiceLine | None:
    """A posted line as its source states it by now; None when the source has it no more."""
    if row.vanished:
        return None
    newer = Line(**{name: getattr(row, name) for name in SOURCE_FIELDS})
    newer.line_id = row.line_id
    for name, value in from_json(row.changed_values or {}).items():
        setattr(newer, name, value)
    return line_of(newer)


def source_values(line: InvoiceLine) -> dict[str, FieldValue]:
    """The columns that the source decides."""
    values: dict[str, FieldValue] = {name: getattr(line, name) for name in SOURCE_FIELDS}
    return values | {"charge_type": line.charge_type.value, "billing_cycle": line.billing_cycle.value}


def wanted_lines(connection: Connection, month: Month) -> QuerySet[Line]:
    """Lines of the month that still stand in their source, or were posted."""
    rows = Line.objects.filter(connection=connection, month=str(month))
    return rows.exclude(vanished=True, link__isnull=True)


def by_ids(ids: Sequence[int]) -> Iterator[Line]:
    """Rows by primary key, a thousand at a time, with their links."""
    for some in chunks(ids):
        yield from Line.objects.filter(pk__in=some).select_related("link").order_by("pk")


def month_is_complete(connection: Connection, month: Month) -> bool:
    """A whole load without a rejected row, and no rejected row in any later load (rule 95a)."""
    loads = [load for load in Load.objects.filter(connection=connection) if str(month) in load.months]
    for load in loads:  # newest first
        if load.rejected:
            return False
        if load.complete:
            return True
    return False
