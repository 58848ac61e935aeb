"""How long every list of the billing month takes with a distributor's month, against a small one."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from urllib.parse import urlencode

from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bench.installation import make_tables
from bench.invoice_lines import DealtLines
from bench.size import wanted_size
from bench.table import ratio, show
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import (
    Connection,
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
LINES_PER_CUSTOMER = 10
TIMES = 9
TARGET = 2.0
"""Times the small one at most."""
OCTOBER = Month(2026, 10)
MOMENT = "2026-11-02T09:00:00Z"


@dataclass(frozen=True, slots=True)
class View:
    """A way to look at a list."""

    name: str
    route: str
    query: tuple[tuple[str, str], ...] = ()

    def address(self, connection: Connection) -> str:
        return reverse(self.route, args=[connection.pk]) + (f"?{urlencode(self.query)}" if self.query else "")


INVOICES = "invoices:list"
VIEWS = (
    View("invoices", INVOICES),
    View("invoices, last page", INVOICES, (("page", "99999"),)),
    *(View(f"invoices, {s}", INVOICES, (("status", s),)) for s in ("ready", "unmapped", "blocked", "posted")),
    View("invoices, search", INVOICES, (("q", "Seats 0000041"),)),
    View("invoices, by total", INVOICES, (("sort", "-total"),)),
    View("invoices, by product", INVOICES, (("sort", "product"),)),
    View("organizations", "mapping:organizations"),
    View("organizations, unmapped", "mapping:organizations", (("status", "unmapped"),)),
    View("organizations, search", "mapping:organizations", (("q", "Customer 0004"),)),
    View("products", "mapping:products"),
    View("plan", "plan:page"),
    View("plan, to create", "plan:page", (("action", "create"),)),
    View("plan, search", "plan:page", (("q", "Customer 0004"),)),
    View("plan, by amount", "plan:page", (("sort", "-amount"),)),
    View("variances", "review:variance"),
    View("Dashboard", "dashboard:page"),
)


def main() -> int:
    """Measure each view on a small and on a large month in turn."""
    size = wanted_size("grid_pages", "lines of the large month", FULL_SIZE, 2 * SMALL)
    make_tables()
    call_command("createcachetable", verbosity=0)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Person.objects.create_user("ada@cedarpoint.example", role=Role.OPERATOR))
    small, large = _month("small", SMALL), _month("large", size)
    rows = [_compared(browser, view, small, large) for view in VIEWS]
    slowest = max(took_large / took_small for _, took_small, took_large in rows)
    show(
        f"Lists with {size:,} lines of {size // LINES_PER_CUSTOMER:,} customers against {SMALL:,}, median of {TIMES}",
        ("view", f"{SMALL:,}", f"{size:,}", "ratio"),
        [(name, _ms(a), _ms(b), ratio(b, a)) for name, a, b in rows],
        f"The slowest takes {slowest:.2f} times as long; the target is {TARGET}: {_kept(slowest)}.",
    )
    return 0


def _month(name: str, size: int) -> Connection:
    """A loaded month, mapped but for each twentieth customer, with a plan."""
    billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    connection = Connection.objects.create(name=name, url="https://na.myconnectwise.net", billing=billing)
    customers = size // LINES_PER_CUSTOMER
    load_invoice_lines(connection, DealtLines(OCTOBER, size, customers), LoadOptions(whole=True))
    _map(connection)
    plan = Run.objects.create(
        connection=connection, verb="plan lines", month=str(OCTOBER), state=Run.State.DONE, ended_at=MOMENT
    )
    plan.counts = {"create": size, "update": 0, "cancel": 0, "leave": 0, "blocked": 0, "warnings": 0, "lines": size}
    plan.totals, plan.result = {"planned": {"USD": "0"}}, {"complete": True}
    plan.save()
    PlanEntry.objects.bulk_create(_entries(plan, size, customers), batch_size=1000)
    Variance.objects.bulk_create(_variances(plan, customers), batch_size=1000)
    return connection


def _map(connection: Connection) -> None:
    organizations = [row for row in Organization.objects.filter(connection=connection) if row.pk % 20]
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
            difference=0,
            alerts=",price_change," if customer % 7 == 0 else "",
        )


def _compared(browser: Client, view: View, small: Connection, large: Connection) -> tuple[str, float, float]:
    """Both in turn, so that whatever else the machine does slows both."""
    addresses = [view.address(small), view.address(large)]
    took: Sequence[list[float]] = ([], [])
    for _ in range(TIMES + 1):
        for seconds, address in zip(took, addresses, strict=True):
            start = time.perf_counter()
            answer = browser.get(address)
            assert answer.status_code == 200, address
            seconds.append(time.perf_counter() - start)
    return view.name, median(took[0][1:]), median(took[1][1:])


def _ms(took: float) -> str:
    return f"{took * 1000:.0f} ms"


def _kept(value: float) -> str:
    return "kept" if value <= TARGET else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
