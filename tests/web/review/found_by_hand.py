"""What a plan found that people made or changed by hand in ConnectWise, as a run would have kept it."""

from decimal import Decimal

from bursar.domain.lines import InvoiceLine
from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.store.models import (
    AdditionLink,
    Connection,
    Drift,
    HandAddition,
    Line,
    Organization,
    OrganizationCompany,
    Run,
)
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from tests.usecases.world import GivenLines, make_line

OCTOBER = Month(2026, 10)


def lines_of(connection: Connection, *numbers: int) -> None:
    """A line of October for each of these customers, mapped to the company of the same number."""
    items: list[InvoiceLine] = [make_line(number) for number in numbers]
    load_invoice_lines(connection, GivenLines(items), LoadOptions(month=OCTOBER))
    for organization in Organization.objects.filter(connection=connection, state=MappingState.UNMAPPED):
        number = int(organization.organization_id.removeprefix("org-"))
        OrganizationCompany.objects.create(
            organization=organization,
            company_id=number,
            company_identifier=f"CUST{number:05}",
            company_name=f"Customer {number:05}",
        )
    Organization.objects.filter(connection=connection).update(state=MappingState.MAPPED)
    connection.offer_set.update(state=MappingState.MAPPED, product_id=7, product_identifier="SKU-7")


def made_by_hand(plan: Run, number: int, score: int = 100, **values: object) -> HandAddition:
    """An Addition of 10 × 11.50 at customer `number`, proposed for that customer's line when it has a score."""
    facts: dict[str, object] = {
        "company_id": number,
        "company_name": f"Customer {number:05}",
        "agreement_id": 50,
        "agreement_name": "Managed services",
        "addition_id": 7000 + number,
        "product_id": 7,
        "product_identifier": "SKU-7",
        "description": f"Seats of customer {number}",
        "quantity": Decimal(10),
        "unit_price": Decimal("11.50"),
        "total": Decimal("115.00"),
        "currency": "USD",
        "line_id": f"L{number:05}" if score else "",
        "evidence": ["The product is the same.", "The quantity is 10 in both."] if score else [],
        "score": score,
    }
    return HandAddition.objects.create(run=plan, **(facts | values))


def drifted(plan: Run, number: int, kind: str = Drift.Kind.EDITED, **values: object) -> Drift:
    """Customer `number`'s posted Addition, with 9 instead of 11.50 as its unit price."""
    connection = plan.connection
    link = AdditionLink.objects.create(
        connection=connection,
        marker=f"bursar:r:{number:a>16}:0",
        series=f"r:{number:a>16}",
        agreement_id=50,
        addition_id=8000 + number,
        company_id=number,
        organization_id=f"org-{number:05}",
        subscription_id=f"sub-{number:05}",
        subscription_name=f"Seats of customer {number}",
        recurring=True,
        last_month="2026-10",
        written={"unit_price": "d:11.5000", "quantity": "d:10", "cancelled": None, "marker": "s:bursar"},
    )
    Line.objects.filter(connection=connection, line_id=f"L{number:05}").update(link=link, posted_total=115)
    edits: dict[str, list[object]] = {
        Drift.Kind.EDITED: {"unit_price": ["d:11.5000", "d:9"]},
        Drift.Kind.ENDED: {"cancelled": [None, "t:2026-10-15"]},
        Drift.Kind.DELETED: {"exists": [True, False]},
    }[Drift.Kind(kind)]
    facts: dict[str, object] = {
        "company_id": number,
        "company_name": f"Customer {number:05}",
        "agreement_name": "Cloud Subscriptions USD",
        "edits": edits,
        "line_id": f"L{number:05}",
    }
    return Drift.objects.create(run=plan, link=link, kind=kind, **(facts | values))
