"""How long every list of the billing month takes with a distributor's month, against a small one."""

import sys
from collections.abc import Iterator
from decimal import Decimal

from django.core.management import call_command
from django.test import Client

from bench.installation import make_tables
from bench.invoice_lines import DealtLines
from bench.pages import Page, compared, kept, milliseconds
from bench.size import wanted_size
from bench.table import show
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import (
    AdditionLink,
    Connection,
    Line,
    ListEntry,
    ListReading,
    Offer,
    Organization,
    OrganizationCompany,
    Person,
    PlanEntry,
    Run,
    Variance,
)
from bursar.store.queries.chunks import chunks
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines

FULL_SIZE = 50_000
SMALL = 500
CUSTOMERS = 250
"""Of the small month: enough that each list fills a page of it, whatever it is filtered by."""
LINES_PER_CUSTOMER = 10
"""Of the large month."""
TIMES = 9
TARGET = 2.0
"""Times the small one at most."""
OCTOBER = Month(2026, 10)
MOMENT = "2026-11-02T09:00:00Z"


INVOICES = "invoices:list"
PAGES = (
    Page("invoices", INVOICES),
    Page("invoices, last page", INVOICES, "?page=99999"),
    *(Page(f"invoices, {each}", INVOICES, f"?status={each}") for each in ("ready", "unmapped", "blocked", "posted")),
    Page("invoices, search", INVOICES, "?q=Seats+00000"),
    Page("invoices, by total", INVOICES, "?sort=-total"),
    Page("invoices, by status", INVOICES, "?sort=status"),
    Page("organizations", "mapping:organizations"),
    Page("organizations, unmapped", "mapping:organizations", "?status=unmapped"),
    Page("organizations, search", "mapping:organizations", "?q=Customer+000"),
    Page("products", "mapping:products"),
    Page("plan", "plan:page"),
    Page("plan, to create", "plan:page", "?month=2026-10&action=create"),
    Page("plan, search", "plan:page", "?month=2026-10&q=Customer+000"),
    Page("plan, by amount", "plan:page", "?month=2026-10&sort=-amount"),
    Page("variances", "review:variance"),
    Page("runs", "runs:list"),
    Page("deliveries", "deliveries:list"),
)


def main() -> int:
    """Measure each page on a small and on a large month in turn."""
    size = wanted_size("grid_pages", "lines of the large month", FULL_SIZE, 2 * SMALL)
    make_tables()
    call_command("createcachetable", verbosity=0)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Person.objects.create_user("ada@cedarpoint.example", role=Role.OPERATOR))
    small, large = _month("small", SMALL, CUSTOMERS), _month("large", size, size // LINES_PER_CUSTOMER)
    rows = [compared(browser, page.name, page.address(small), page.address(large), TIMES) for page in PAGES]
    slowest = max(row.times for row in rows)
    show(
        f"Lists with {size:,} lines of {size // LINES_PER_CUSTOMER:,} customers against {SMALL:,}, median of {TIMES}",
        ("page", f"{SMALL:,}", f"{size:,}", "ratio"),
        [(row.name, milliseconds(row.small), milliseconds(row.large), f"{row.times:.2f}") for row in rows],
        f"The slowest takes {slowest:.2f} times as long; the target is {TARGET}: {kept(slowest, TARGET)}.",
    )
    return 0


def _month(name: str, size: int, customers: int) -> Connection:
    """A loaded month, mapped but for each fifth customer, with a plan."""
    billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    connection = Connection.objects.create(name=name, url="https://na.myconnectwise.net", billing=billing)
    load_invoice_lines(connection, DealtLines(OCTOBER, size, customers), LoadOptions(whole=True))
    _map(connection)
    _post_some(connection)
    plan = Run.objects.create(
        connection=connection,
        verb="plan lines",
        month=str(OCTOBER),
        request={"survey": True},
        state=Run.State.DONE,
        ended_at=MOMENT,
    )
    plan.counts = {"create": size, "update": 0, "cancel": 0, "leave": 0, "blocked": 0, "warnings": 0, "lines": size}
    plan.totals, plan.result = {"planned": {"USD": "0"}}, {"complete": True}
    plan.save()
    PlanEntry.objects.bulk_create(_entries(plan, size, customers), batch_size=1000)
    Variance.objects.bulk_create(_variances(plan, customers), batch_size=1000)
    return connection


def _map(connection: Connection) -> None:
    organizations = [row for row in Organization.objects.filter(connection=connection) if row.pk % 5]
    for some in chunks(organizations):
        Organization.objects.filter(pk__in=[row.pk for row in some]).update(state="mapped")
        OrganizationCompany.objects.bulk_create(
            OrganizationCompany(organization=row, company_id=row.pk, company_name=row.name) for row in some
        )
        ListEntry.objects.bulk_create(
            ListEntry(connection=connection, kind="company", remote_id=row.pk, name=row.name, trait="Active")
            for row in some
        )
    Offer.objects.filter(connection=connection).update(state="mapped", product_id=1, product_identifier="SKU-001")
    ListEntry.objects.create(connection=connection, kind="catalog_item", remote_id=1, name="Seats", trait="Service")
    for kind in ("company", "catalog_item"):
        ListReading.objects.create(connection=connection, kind=kind, read_at=MOMENT)


def _post_some(connection: Connection) -> None:
    """Each third line is posted; of the others a fifth is blocked."""
    for some in chunks(Line.objects.filter(connection=connection).values_list("pk", flat=True).order_by("pk")):
        posted = [pk for pk in some if pk % 3 == 0]
        links = AdditionLink.objects.bulk_create(_link(connection, pk) for pk in posted)
        for pk, link in zip(posted, links, strict=True):
            Line.objects.filter(pk=pk).update(link=link)
        blocked = [pk for pk in some if pk % 3 and pk % 5 == 1]
        Line.objects.filter(pk__in=blocked).update(blocked_code="price_unknown", blocked_reason="It has no price.")


def _link(connection: Connection, pk: int) -> AdditionLink:
    return AdditionLink(
        connection=connection,
        marker=f"bursar:r:{pk:016}:0",
        series=f"r:{pk:016}",
        agreement_id=1,
        addition_id=pk,
        company_id=1,
        organization_id="org",
        recurring=True,
        last_month=str(OCTOBER),
        written={},
    )


def _entries(plan: Run, size: int, customers: int) -> Iterator[PlanEntry]:
    for position in range(size):
        customer = position % customers + 1
        yield PlanEntry(
            connection_id=plan.connection_id,
            run=plan,
            kind="change",
            action="create",
            resource="addition",
            key=f"{customer}/bursar:r:{position:016}:0",
            fingerprint="0" * 64,
            company_id=customer,
            company_name=f"Customer {customer:05}",
            agreement_id=customer,
            agreement_name=f"Cloud Subscriptions USD - CUST{customer:05}",
            subject=f"Customer {customer:05}: Seats {position:07}, Cycle Fee",
            after={"quantity": "d:1", "unit_price": "d:1.99", "description": "s:Seats", "effective": "t:2026-10-01"},
            lines=[f"{OCTOBER}-{position:07}"],
            amount=Decimal(position % 997) / 100,
            currency="USD",
        )


def _variances(plan: Run, customers: int) -> Iterator[Variance]:
    for customer in range(1, customers + 1):
        amount = Decimal(customer)
        yield Variance(
            run=plan,
            company_id=customer,
            company_name=f"Customer {customer:05}",
            product_id=1,
            product_identifier="SKU-001",
            currency="USD",
            platform_quantity=1,
            platform_amount=amount,
            psa_quantity=1,
            psa_amount=amount,
            last_quantity=1,
            last_amount=amount,
            planned_quantity=1,
            planned_amount=amount,
            difference=0,
            rank=f"{'0' if customer % 7 == 0 else '1'}Customer {customer:05}",
            alerts=",price_change," if customer % 7 == 0 else "",
            details=["The price is 2.99, last month 1.99 (+50 %)."] if customer % 7 == 0 else [],
        )


if __name__ == "__main__":
    sys.exit(main())
