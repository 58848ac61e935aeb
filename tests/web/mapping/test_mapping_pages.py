"""Organizations and products as they are mapped (rules 31-33)."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization, OrganizationCompany
from tests.web.visitors import HTMX, VISIT, a_connection, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db

TABS = ("organizations", "products")


def address(connection: Connection, tab: str, **query: object) -> str:
    return reverse(f"mapping:{tab}", args=[connection.pk], query=query)


def organization(connection: Connection, number: int, state: MappingState, *companies: str) -> None:
    row = Organization.objects.create(
        connection=connection, organization_id=f"org-{number}", name=f"Customer {number:03}", state=state
    )
    for company_id, name in enumerate(companies, start=100):
        OrganizationCompany.objects.create(
            organization=row, company_id=company_id, company_identifier=name.replace(" ", ""), company_name=name
        )


def some_of_each(connection: Connection) -> None:
    organization(connection, 1, MappingState.MAPPED, "Alder Brook Dental")
    organization(connection, 2, MappingState.MAPPED, "Fox River", "Fox River North")
    organization(connection, 3, MappingState.UNMAPPED)
    organization(connection, 4, MappingState.EXCLUDED)
    Offer.objects.create(
        connection=connection, offer_id="CFQ7", name="Office E3", state=MappingState.MAPPED, product_id=9,
        product_identifier="SKU-009",
    )  # fmt: skip
    Offer.objects.create(connection=connection, offer_id="CFQ8", name="Backup 1 TB")


@pytest.mark.parametrize("tab", TABS)
def test_rule_31_nothing_loaded_says_what_to_do_next(tab: str) -> None:
    text = text_of(visitor(Role.VIEWER).get(address(a_connection(), tab)))
    assert "Nothing is loaded yet" in text
    for command in ("bursar lines load FILE", "bursar mapping suggest", "bursar mapping set"):
        assert command in text


def test_rule_33_organizations_with_status_and_companies() -> None:
    connection = a_connection()
    some_of_each(connection)
    text = part_of(visitor(Role.VIEWER).get(address(connection, "organizations")), "records")
    assert "2 mapped 1 unmapped 1 excluded" in text
    assert "Customer 001 org-1 Mapped Alder Brook Dental (AlderBrookDental, ID 100)" in text
    assert "Mapped Fox River (FoxRiver, ID 100) Fox River North (FoxRiverNorth, ID 101)" in text
    assert "Customer 003 org-3 Unmapped –" in text
    assert "Customer 004 org-4 Excluded –" in text


def test_rule_33_products_with_status_and_catalogue_item() -> None:
    connection = a_connection()
    some_of_each(connection)
    text = part_of(visitor(Role.VIEWER).get(address(connection, "products")), "records")
    assert "1 mapped 1 unmapped 0 excluded" in text
    assert "Office E3 CFQ7 Mapped SKU-009 (ID 9)" in text
    assert "Backup 1 TB CFQ8 Unmapped –" in text


@pytest.mark.parametrize(
    ("tab", "query", "shown"),
    [
        ("organizations", {"status": "unmapped"}, {"Customer 003"}),
        ("organizations", {"q": "CUSTOMER 002"}, {"Customer 002"}),
        ("organizations", {"q": "org-4"}, {"Customer 004"}),
        ("organizations", {"q": "customer", "status": "mapped"}, {"Customer 001", "Customer 002"}),
        ("organizations", {"q": "%"}, set()),
        ("organizations", {"status": "mad"}, {f"Customer 00{n}" for n in range(1, 5)}),
        ("products", {"q": "cfq8"}, {"Backup 1 TB"}),
        ("products", {"status": "mapped"}, {"Office E3"}),
    ],
)
def test_search_and_status_narrow_the_list(tab: str, query: dict[str, object], shown: set[str]) -> None:
    connection = a_connection()
    some_of_each(connection)
    answer = visitor(Role.VIEWER).get(address(connection, tab, **query), headers=HTMX)
    assert [part.get("id") for part in tree_of(answer)] == ["records"]
    names = {
        " ".join("".join(cell.itertext()).split()) for cell in tree_of(answer).iter("th") if cell.get("scope") == "row"
    }
    assert names == shown
    assert ("Nothing found" in text_of(answer)) == (not shown)


def test_pages_keep_the_search(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    connection = a_connection()
    for number in range(120):
        organization(connection, number, MappingState.MAPPED, "One", "Two")
    viewer = visitor(Role.VIEWER)
    viewer.get(address(connection, "organizations"))
    with django_assert_num_queries(VISIT + 8):
        # refused? statuses, was the list read (page, rows), how many, this page, its companies, what is kept of them
        answer = viewer.get(address(connection, "organizations", q="cust"))
    following = [link.get("href") for link in tree_of(answer).iter("a") if link.get("rel") == "next"]
    assert following == [address(connection, "organizations") + "?q=cust&page=2"]
    assert "page 3 of 3" in text_of(viewer.get(address(connection, "organizations", page=3)))


def test_other_connections_show_nothing_of_it() -> None:
    some_of_each(a_connection())
    assert "Nothing is loaded yet" in text_of(visitor(Role.VIEWER).get(address(a_connection("other"), "organizations")))


@pytest.mark.parametrize("tab", TABS)
def test_who_may_look_and_who_may_sync(tab: str) -> None:
    connection = a_connection()
    some_of_each(connection)
    for role, may in ((Role.VIEWER, False), (Role.OPERATOR, True), (Role.ADMINISTRATOR, True)):
        text = text_of(visitor(role).get(address(connection, tab)))
        assert ("Click to select" in text, "Accept exact suggestions" in text, "Import" in text) == (may, may, may)
        assert "Best Practices" in text
    assert visitor(None).get(address(connection, tab)).status_code == 302
