"""A small world for use-case tests: a sandbox in process, a connection in the store, and lines to load."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from bursar.connectors.connectwise.client import ConnectWise
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine, RejectedRow
from bursar.domain.period import Month
from bursar.store.models import Connection, Line, PlanEntry, Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.agreed_plan import agree
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.carry_out import carry_out
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.load_invoice_lines import LoadOptions, LoadReport, load_invoice_lines
from bursar.usecases.make_plan import make_plan
from bursar.usecases.mappings import accept, suggest_mappings
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions, post_run
from bursar.usecases.run_report import RunReport
from bursar.usecases.run_requests import agreed_request, plan_request
from bursar.usecases.runs import PLAN_LINES, POST_LINES, begin, request_run
from bursar.usecases.watch import Watch
from bursar.wiring import connectwise
from psa_sandbox.control.faults import Fault
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.record import Record
from psa_sandbox.state.store import Store
from tests.sandbox_transport import SandboxTransport

OCTOBER = Month(2026, 10)
NOVEMBER = Month(2026, 11)


class PatientClock:
    """A clock that tests need not wait for: sleeping moves it."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass
class GivenLines:
    """A billing source that holds what a test gives it."""

    items: Sequence[InvoiceLine | RejectedRow]
    name: str = "given lines"

    def months(self) -> Sequence[Month] | None:
        return None

    def read(self, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        yield from self.items


def make_line(number: int, **changes: object) -> InvoiceLine:
    """A monthly Cycle Fee of October 2026 for customer `number`: 10 × 11.50 = 115.00 USD."""
    values: dict[str, object] = {
        "line_id": f"L{number:05}",
        "invoice_number": f"INV-{number:05}",
        "invoice_date": date(2026, 10, 31),
        "organization_id": f"org-{number:05}",
        "organization_name": f"Customer {number:05}",
        "offer_id": "offer-1",
        "offer_name": "Subscription 001",
        "charge_type": ChargeType.CYCLE_FEE,
        "billing_cycle": BillingCycle.MONTHLY,
        "charge_start": date(2026, 10, 1),
        "charge_end": date(2026, 10, 31),
        "quantity": Decimal(10),
        "unit_price": Decimal("11.50"),
        "total": Decimal("115.00"),
        "currency": "USD",
        "unit_cost": Decimal("9.20"),
        "invoice_status": "Verified",
        "subscription_id": f"sub-{number:05}",
        "subscription_name": f"Seats of customer {number}",
    }
    return InvoiceLine(**(values | changes))


@dataclass
class World:
    """Everything a test touches."""

    sandbox: Sandbox
    connection: Connection
    psa: ConnectWise
    clock: PatientClock = field(default_factory=PatientClock)

    @property
    def store(self) -> Store:
        return self.sandbox.store

    def load(self, items: Iterable[InvoiceLine | RejectedRow], **options: object) -> LoadReport:
        return load_invoice_lines(self.connection, GivenLines(list(items)), LoadOptions(**options))

    def map_exactly(self) -> int:
        return accept(self.connection, suggest_mappings(self.connection, self.psa))

    def post(self, month: Month = OCTOBER, **options: object) -> RunReport:
        wanted = PlanOptions(month, **options)
        return post_additions(self.connection, self.psa, self.clock, wanted)

    def plan(self, month: Month = OCTOBER, *, survey: bool = True, **options: object) -> Run:
        """A plan for people to look at, made at once."""
        request = plan_request(PlanOptions(month, survey=survey, **options))
        return self.carry(request_run(self.connection, PLAN_LINES, request, month=str(month)))

    def post_agreed(self, plan: Run, entries: QuerySet[PlanEntry] | None = None) -> Run:
        """Post what a person agreed to in the plan: these entries, or everything."""
        run = request_run(
            self.connection, POST_LINES, agreed_request(plan, everything=entries is None), month=plan.month
        )
        agree(plan, run, entries)
        return self.carry(run)

    def carry(self, run: Run) -> Run:
        """Carry a plan or a posting out, as a worker would."""
        with sole_writer(self.connection):
            assert begin(run, "a worker")
            if run.verb == POST_LINES:
                carry_out(run, self.clock, lambda: post_run(run, self.psa, self.clock, Watch()))
            else:
                carry_out(run, self.clock, lambda: make_plan(run, self.psa, Watch()))
        return run

    def additions(self) -> list[Record]:
        return self.store.rows("addition")

    def fault(self, **wish: object) -> None:
        self.sandbox.faults.arm(Fault(**wish))

    def writes(self) -> int:
        return sum(entry.method in {"POST", "PATCH", "PUT", "DELETE"} for entry in self.sandbox.journal.entries())

    def line(self, line_id: str) -> Line:
        return Line.objects.get(connection=self.connection, line_id=line_id)


def make_world(companies: int = 20, **options: str) -> World:
    """Companies CUST00001 … with a contact each, products SKU-001 …, no agreements; Cloud Subscriptions chosen."""
    store = Store()
    seed(store, "scale", companies=companies, agreements=0, additions=0)
    sandbox = create_app(store)
    key = next(key for key in api_keys(store) if key.role == "Bursar Billing")
    connection = add_connection(
        NewConnection(
            name="main",
            url="http://127.0.0.1",
            company=store.site.company_id,
            client_id="00000000-0000-0000-0000-000000000000",
            public_key=key.public_key,
            private_key=key.private_key,
        )
    )
    connection.options = {"requests_per_minute": "0", **options}
    connection.save()
    clock = PatientClock()
    psa = connectwise(connection, SandboxTransport(sandbox), clock)
    set_billing_setting(connection, "agreement_type", "Cloud Subscriptions", psa)
    return World(sandbox, connection, psa, clock)
