"""The database and the domain agree on where every line stands, whatever was done to it (rules 42, 55, 56 and 73)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bursar.domain.mapping import MappingState
from bursar.store.models import AdditionLink, Connection, Line, Offer, Organization, OrganizationCompany
from bursar.store.queries.line_grid import lines_of, sums_of
from bursar.store.queries.line_list import LineStatus, listed_lines
from tests.web.invoices.lines import a_line, a_load
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db

ORGANIZATIONS = ("mapped", "several", "none", "left out", "never seen")
OFFERS = ("mapped", "none", "left out", "never seen")
STATUSES = (None, "Verified", " VERIFIED ", "verified", "Draft", "New Corrected", "")

one_line = st.fixed_dictionaries(
    {
        "organization_id": st.sampled_from(ORGANIZATIONS),
        "offer_id": st.sampled_from(OFFERS),
        "invoice_status": st.sampled_from(STATUSES),
        "set_company_id": st.sampled_from((None, 5)),
        "set_product_id": st.sampled_from((None, 6)),
        "by_hand": st.booleans(),
        "blocked_code": st.sampled_from(("", "drift")),
        "vanished": st.booleans(),
        "changed_values": st.sampled_from((None, {}, {"total": "d:1.00"})),
        "posted": st.booleans(),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(one_line, min_size=1, max_size=12))
def test_the_status_of_the_database_is_that_of_the_domain(facts: list[dict[str, object]]) -> None:
    for model in (Line, AdditionLink, Connection):
        model.objects.all().delete()
    connection = a_connection()
    _mappings(connection)
    load = a_load(connection)
    for number, fact in enumerate(facts):
        values = dict(fact)
        link = None
        if values.pop("posted"):
            link = AdditionLink.objects.create(
                connection=connection, marker=f"m{number}", series="s", agreement_id=1, addition_id=number,
                company_id=1, organization_id="x", recurring=False, last_month="2026-10", written={},
            )  # fmt: skip
        a_line(load, number, link=link, **values).save()
    rows = lines_of(connection)
    by_database = {
        pk: status for status in LineStatus for pk in rows.filter(standing=status).values_list("pk", flat=True)
    }
    by_domain = {item.row.pk: item.status for item in listed_lines(connection)}
    assert by_database == by_domain
    assert sum(rows.filter(standing=status).count() for status in LineStatus) == len(facts)


def _mappings(connection: Connection) -> None:
    for name in ORGANIZATIONS[:-1]:
        state = MappingState.EXCLUDED if name == "left out" else MappingState.MAPPED
        row = Organization.objects.create(connection=connection, organization_id=name, name=name, state=state)
        for company in range({"mapped": 1, "several": 2, "left out": 1}.get(name, 0)):
            OrganizationCompany.objects.create(organization=row, company_id=company + 1)
    for name in OFFERS[:-1]:
        state = MappingState.EXCLUDED if name == "left out" else MappingState.MAPPED
        product = None if name == "none" else 9
        Offer.objects.create(connection=connection, offer_id=name, name=name, state=state, product_id=product)


def test_sums_are_exact_to_the_cent_however_many_and_by_currency() -> None:
    connection = a_connection()
    load = a_load(connection)
    amounts = [Decimal("0.07"), Decimal("-0.01"), Decimal("1234567890.33"), Decimal("0.29")]
    Line.objects.bulk_create(
        a_line(load, n, total=amounts[n % 4], currency=("USD", "EUR")[n % 8 // 4]) for n in range(800)
    )
    Line.objects.bulk_create([a_line(load, 900, currency="SEK", invoice_date=date(2026, 10, 1))])
    sums = sums_of(lines_of(connection), ~Q(currency="SEK"))
    each = sum(amounts) * 100
    assert {currency: (found.lines, found.total) for currency, found in sums.items()} == {
        "EUR": (400, each),
        "SEK": (0, Decimal(0)),
        "USD": (400, each),
    }
