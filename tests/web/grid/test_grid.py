"""One grid: sorting, columns, its address, files, and what a page costs."""

import csv
import io

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from bursar.domain.lists import ListKind
from bursar.domain.roles import Role
from bursar.store.models import Connection, Organization, OrganizationCompany
from tests.web.mapping.kept import companies, keep, organization
from tests.web.mapping.test_picking import url
from tests.web.visitors import HTMX, a_connection, element, links_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db

NASTY = '=HYPERLINK("http://x")'


def names(answer_text: str) -> list[str]:
    return [word for word in ("Ash", "Birch", "Cedar") if word in answer_text]


def rows_of(connection: Connection, **query: object) -> list[str]:
    answer = visitor(Role.VIEWER).get(url("organizations", connection, **query))
    return ["".join(cell.itertext()).strip() for cell in tree_of(answer).iter("th") if cell.get("scope") == "row"]


def three(connection: Connection) -> None:
    companies(connection)
    organization(connection, "Birch", 2)
    organization(connection, "Ash")
    organization(connection, "Cedar", 1)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Ash", "Birch", "Cedar"]),
        ("-name", ["Cedar", "Birch", "Ash"]),
        ("target", ["Cedar", "Birch", "Ash"]),
        ("-target", ["Birch", "Cedar", "Ash"]),
        ("warning", ["Ash", "Birch", "Cedar"]),
        ("-nonsense", ["Ash", "Birch", "Cedar"]),
    ],
)
def test_sorted_by_the_server_and_empty_ones_last(sort: str, order: list[str]) -> None:
    connection = a_connection()
    three(connection)
    assert rows_of(connection, sort=sort) == order


def test_the_heading_says_how_it_is_sorted_and_turns_it_round() -> None:
    connection = a_connection()
    three(connection)
    answer = visitor(Role.VIEWER).get(url("organizations", connection, sort="name", q="a", status="unmapped"))
    sorted_by = [th for th in tree_of(answer).iter("th") if th.get("aria-sort") == "ascending"]
    assert [links_of(th) for th in sorted_by] == [
        [url("organizations", connection, q="a", status="unmapped", sort="-name")]
    ]


def test_page_and_part_are_one_view() -> None:
    connection = a_connection()
    three(connection)
    viewer = visitor(Role.VIEWER)
    part = viewer.get(url("organizations", connection, q="bir"), headers=HTMX)
    assert [child.get("id") for child in tree_of(part)] == ["records"]
    assert names(text_of(part)) == names(text_of(viewer.get(url("organizations", connection, q="bir")))) == ["Birch"]


def headings(connection: Connection, client_role: Role = Role.VIEWER, **query: object) -> list[str]:
    answer = visitor(client_role).get(url("organizations", connection, **query))
    return ["".join(th.itertext()).strip() for th in element(answer, "records").iter("th") if th.get("scope") == "col"]


def test_columns_are_remembered_and_an_address_that_names_them_wins() -> None:
    connection = a_connection()
    three(connection)
    viewer = visitor(Role.VIEWER)

    def shown(**query: object) -> list[str]:
        answer = viewer.get(url("organizations", connection, **query))
        return ["".join(th.itertext()).strip() for th in tree_of(answer).iter("th") if th.get("scope") == "col"]

    usual = ["Organization Name", "Platform ID", "Mapping Status", "PSA Organization Name"]
    assert shown() == usual
    kept = viewer.post(
        url("organizations-columns", connection), {"column": ["warning", "wrong"], "view": "q=a&columns=id"}
    )
    assert kept["Location"] == url("organizations", connection, q="a")
    assert shown() == ["Organization Name", "Warning"]
    assert shown(columns="id.status") == usual[:3]
    assert shown() == ["Organization Name", "Warning"]
    assert headings(connection, Role.OPERATOR)[1:] == usual
    viewer.post(url("organizations-columns", connection), {"reset": "1"})
    assert shown() == usual


def test_a_way_back_never_leaves_the_list() -> None:
    connection = a_connection()
    sent = {"view": "https://elsewhere.example/?a=1"}
    answer = visitor(Role.VIEWER).post(url("organizations-columns", connection), sent)
    assert answer["Location"].startswith(url("organizations", connection))


def test_csv_has_all_pages_of_the_view_and_no_formula() -> None:
    connection = a_connection()
    for number in range(70):
        organization(connection, f"Ash {number:02}", 1)
    organization(connection, NASTY)
    organization(connection, 'Birch, \n"quoted"')
    viewer = visitor(Role.VIEWER)
    rows = list(csv.reader(io.StringIO(streamed(viewer.get(url("organizations-export", connection))), newline="")))
    assert rows[0] == ["Organization Name", "Platform ID", "Mapping Status", "PSA Organization Name"]
    assert rows[1] == [f"'{NASTY}", f"id-{NASTY}", "unmapped", ""]
    assert rows[2] == ["Ash 00", "id-Ash 00", "mapped", "Company 1 (ID 1)"]
    assert rows[-1][0] == 'Birch, \n"quoted"'
    assert len(rows) == 1 + 72
    found = streamed(viewer.get(url("organizations-export", connection, q="birch", columns="status")))
    assert found.splitlines()[0] == "Organization Name,Mapping Status"
    assert "Ash" not in found


def test_xlsx_gives_back_what_is_shown_and_no_formula() -> None:
    connection = a_connection()
    organization(connection, NASTY)
    organization(connection, "Ash \x07bell", 1)
    answer = visitor(Role.VIEWER).get(url("organizations-export", connection, format="xlsx"))
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Organization Name", "Platform ID", "Mapping Status", "PSA Organization Name"],
        [NASTY, f"id-{NASTY}", "unmapped", None],
        ["Ash bell", "id-Ash bell", "mapped", "Company 1 (ID 1)"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}


def fill(connection: Connection, number: int) -> None:
    made = Organization.objects.bulk_create(
        Organization(
            connection=connection, organization_id=f"o{n}", name=f"Customer {n}", state=("mapped", "unmapped")[n % 2]
        )
        for n in range(number)
    )
    OrganizationCompany.objects.bulk_create(
        OrganizationCompany(organization=row, company_id=n, company_name=row.name)
        for n, row in enumerate(made)
        if row.state == "mapped"
    )
    keep(connection, ListKind.COMPANY, *((n, f"C{n}", f"Customer {n}") for n in range(number)))


def cost(connection: Connection, name: str, role: Role, **query: object) -> int:
    client = visitor(role)
    client.get(url("organizations", connection))
    with CaptureQueriesContext(
        database,
    ) as asked:
        answer = client.get(url(name, connection, **query), headers=HTMX)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(asked)


@pytest.mark.parametrize(
    ("name", "query", "price"),
    [
        ("organizations", {}, 13),
        ("organizations", {"q": "customer 1", "status": "unmapped", "sort": "-target"}, 11),
        ("organizations", {"page": 2, "sort": "-name"}, 13),
    ],
)
def test_a_page_costs_the_same_for_25_and_5000_organizations(name: str, query: dict[str, object], price: int) -> None:
    small, large = a_connection("small"), a_connection("large")
    fill(small, 25)
    fill(large, 5000)
    assert (cost(small, name, Role.OPERATOR, **query), cost(large, name, Role.OPERATOR, **query)) == (price, price)


def test_a_picker_costs_the_same_for_25_and_5000_companies() -> None:
    prices = []
    for number in (25, 5000):
        connection = a_connection(f"c{number}")
        fill(connection, number)
        row = organization(connection, "Somebody")
        prices.append(cost(connection, "organizations-pick", Role.OPERATOR, record=row.pk))
    assert prices[0] == prices[1] < 15
