"""A month of invoice lines in the store: mapped, unmapped, posted, changed; and companies to choose from."""

from datetime import date
from decimal import Decimal

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.store.field_json import to_json
from bursar.store.models import AdditionLink, Connection, Line, Load, Offer, Organization, OrganizationCompany
from bursar.usecases.edit_lines import version_of
from tests.web.mapping.kept import keep
from tests.web.visitors import HTMX

MONTH = "2026-10"


def url(name: str, connection: Connection, *args: object, **query: object) -> str:
    return reverse(f"invoices:{name}", args=[connection.pk, *args], query=query)


def a_load(connection: Connection, *months: str) -> Load:
    return Load.objects.create(connection=connection, source="given", months=list(months or [MONTH]), complete=True)


def a_line(load: Load, number: int, **values: object) -> Line:
    """A monthly Cycle Fee of customer `number`: 10 × 11.50 = 115.00 USD."""
    facts: dict[str, object] = {
        "connection": load.connection,
        "last_load": load,
        "line_id": f"L{number:05}",
        "month": MONTH,
        "source": "given",
        "invoice_number": f"INV-{number:05}",
        "invoice_date": date(2026, 10, 31),
        "invoice_status": "Verified",
        "organization_id": f"org-{number}",
        "organization_name": f"Customer {number:05}",
        "contract_id": f"contract-{number}",
        "offer_id": "offer-1",
        "offer_name": "Office E3",
        "subscription_id": f"sub-{number}",
        "subscription_name": f"Seats of customer {number}",
        "charge_type": "Cycle Fee",
        "billing_cycle": "Monthly",
        "charge_start": date(2026, 10, 1),
        "charge_end": date(2026, 10, 31),
        "quantity": Decimal(10),
        "unit_price": Decimal("11.50"),
        "unit_cost": Decimal("9.20"),
        "total": Decimal("115.00"),
        "currency": "USD",
    }
    return Line(**(facts | values))


def lines(connection: Connection, number: int, **values: object) -> list[Line]:
    load = a_load(connection)
    return Line.objects.bulk_create(a_line(load, n, **values) for n in range(1, number + 1))


def map_all(connection: Connection) -> None:
    """Each customer to a company of its own, 101 and up; the offer to product 11."""
    names = Line.objects.filter(connection=connection).values_list("organization_id", "organization_name").distinct()
    made = Organization.objects.bulk_create(
        Organization(connection=connection, organization_id=key, name=name, state=MappingState.MAPPED)
        for key, name in names
    )
    companies = {row.pk: 100 + int(row.organization_id.rpartition("-")[2]) for row in made}
    OrganizationCompany.objects.bulk_create(
        OrganizationCompany(organization=row, company_id=companies[row.pk], company_name=f"{row.name} Inc.")
        for row in made
    )
    keep(
        connection,
        ListKind.COMPANY,
        *((companies[row.pk], f"C{companies[row.pk]}", f"{row.name} Inc.") for row in made),
        trait="Active",
    )
    Offer.objects.create(
        connection=connection, offer_id="offer-1", name="Office E3", state=MappingState.MAPPED, product_id=11
    )
    keep(connection, ListKind.CATALOG_ITEM, (11, "O365-E3", "Office E3"), (12, "BACKUP", "Backup"), trait="Service")


def post(line: Line, **changes: object) -> None:
    """As if the line had been posted."""
    line.link = AdditionLink.objects.create(
        connection=line.connection,
        marker=f"m-{line.pk}",
        series="s",
        agreement_id=77,
        addition_id=9000 + line.pk,
        company_id=101,
        organization_id=line.organization_id,
        recurring=True,
        last_month=line.month,
        written=to_json({"marker": "m", "product_id": 11, "effective": date(2026, 10, 1), "cancelled": None}),
    )
    line.posted_total = line.total
    for name, value in changes.items():
        setattr(line, name, value)
    line.save()


def save(client: Client, line: Line, key: str, value: object = "", **sent: object) -> HttpResponseBase:
    """Save a value in its cell, as htmx does."""
    line.refresh_from_db()
    facts = {"edit": key, "do": "save", "value": value, "shown": version_of(line)}
    return client.post(url("line", line.connection, line.pk), facts | sent, headers=HTMX)
