"""The page of a month: months, columns, filters, totals, files and its cost (rules 51, 54, 58-64 and 72)."""

import csv
import io
from datetime import date

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Contract, Line, Organization, OrganizationCompany
from bursar.usecases.edit_lines import edit_line
from tests.query_plan import plan_of
from tests.web.invoices.lines import MONTH, a_line, a_load, lines, map_all, post, url
from tests.web.visitors import HTMX, a_connection, element, links_of, part_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def ago(months: int) -> str:
    month = Month.of(timezone.localdate())
    for _ in range(months):
        month = month.previous
    return str(month)


def shown(connection: Connection, **query: object) -> list[str]:
    """The customers in the rows, in order."""
    answer = visitor(Role.VIEWER).get(url("list", connection, **query))
    return ["".join(cell.itertext()) for cell in tree_of(answer).iter("th") if cell.get("scope") == "row"]


def row_of(connection: Connection, line: Line, role: Role = Role.VIEWER, **query: object) -> str:
    return part_of(visitor(role).get(url("list", connection, **query)), f"row-{line.pk}")


def test_nothing_loaded_says_how_to_load() -> None:
    text = text_of(visitor(Role.OPERATOR).get(url("list", a_connection())))
    assert "No month is loaded yet" in text
    assert "bursar lines load FILE" in text
    assert "Show invoices Search" not in text


def test_rule_51_loaded_months_up_to_fifteen_back_newest_first() -> None:
    connection = a_connection()
    a_load(connection, ago(3), ago(16), ago(15))
    a_load(connection, ago(1), ago(3))
    answer = visitor(Role.VIEWER).get(url("list", connection))
    options = [option.get("value") for option in element(answer, "grid-month").iter("option")]
    assert options == [ago(1), ago(3), ago(15)]


def test_rules_51_and_54_a_month_is_chosen_and_the_newest_is_first() -> None:
    connection = a_connection()
    load = a_load(connection, ago(2), ago(1))
    a_line(load, 1, month=ago(2)).save()
    a_line(load, 2, month=ago(1)).save()
    assert shown(connection) == ["Customer 00002"]
    assert shown(connection, month=ago(2)) == ["Customer 00001"]
    assert shown(connection, month="1999-01") == ["Customer 00002"]
    page = visitor(Role.VIEWER).get(url("list", connection, month=ago(2)))
    assert any(link.endswith(f"/plan/?month={ago(2)}") for link in links_of(element(page, "plan-link")))


def test_rule_60_an_unfinished_month_is_warned_of() -> None:
    connection = a_connection()
    load = a_load(connection, ago(0), ago(1))
    a_line(load, 1, month=ago(0)).save()
    assert "is not over yet" in text_of(visitor(Role.VIEWER).get(url("list", connection)))
    assert "is not over yet" not in text_of(visitor(Role.VIEWER).get(url("list", connection, month=ago(1))))


def test_rule_58_lines_inherit_what_their_organization_and_offer_are_mapped_to() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 2)
    assert "Lacks PSA Organization Name and PSA Product Name" in row_of(connection, line)
    map_all(connection)
    row = row_of(connection, line)
    assert "Ready Customer 00001 Inc. (C101, ID 101) Office E3 (O365-E3, ID 11) New or kept Agreement" in row


def test_rule_41_with_several_companies_the_line_says_which() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 1)
    map_all(connection)
    OrganizationCompany.objects.create(organization=Organization.objects.get(), company_id=102, company_name="Another")
    assert "2 companies are mapped: choose the one that gets this line" in row_of(connection, line)
    edit_line(connection, line.line_id, {"company": 101})
    assert "Customer 00001 Inc. (C101, ID 101) User Updated" in row_of(connection, line)


def test_rules_59_and_62_to_64_rules_and_people_leave_badges() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 1)
    map_all(connection)
    assert "Cycle Fee 2026-10-01 – 10" in row_of(connection, line)
    connection.billing |= {"end_rule.Cycle Fee": "Last day of invoice month", "name.Cycle Fee": "Monthly seats"}
    connection.save()
    edit_line(connection, line.line_id, {"start": date(2026, 10, 5)})
    row = row_of(connection, line)
    assert "2026-10-05 User Updated" in row
    assert "Monthly seats System Updated" in row
    assert "2026-10-31 System Updated" in row


def test_the_agreement_of_a_contract_and_of_a_posted_line() -> None:
    connection = a_connection()
    first, second, *_ = lines(connection, 2)
    Contract.objects.create(connection=connection, contract_id="contract-1", agreement_id=7, agreement_name="Cloud")
    post(second)
    assert "Cloud (ID 7)" in row_of(connection, first)
    assert "Posted" in row_of(connection, second)
    assert "ID 77" in row_of(connection, second)


def test_each_status_is_a_filter_and_says_why() -> None:
    connection = a_connection()
    made = lines(connection, 7)
    map_all(connection)
    Organization.objects.filter(organization_id="org-2").update(state="excluded")
    OrganizationCompany.objects.filter(organization__organization_id="org-3").delete()
    Line.objects.filter(pk=made[3].pk).update(
        blocked_code="no_contact", blocked_reason="The company has no contact.", blocked_remedy="Add one."
    )
    post(made[4])
    post(made[5], changed_values={"total": "d:120.00"})
    Line.objects.filter(pk=made[6].pk).update(vanished=True)
    expected = {
        "ready": (1, "Ready"),
        "excluded": (2, "Organization is excluded Include the organization"),
        "unmapped": (3, "Lacks PSA Organization Name Map it"),
        "blocked": (4, "The company has no contact. Add one."),
        "posted": (5, "Posted"),
        "changed": (6, "Changed since posted Correct it in ConnectWise"),
        "vanished": (7, "Gone from its source"),
    }
    for status, (number, said) in expected.items():
        assert shown(connection, status=status) == [f"Customer {number:05}"]
        assert said in row_of(connection, made[number - 1], status=status)


def test_other_filters_and_the_search() -> None:
    connection = a_connection()
    load = a_load(connection)
    a_line(load, 1, charge_type="Usage Fee").save()
    a_line(load, 2, currency="EUR").save()
    a_line(load, 3, set_charge_end=date(2026, 11, 30)).save()
    assert shown(connection, charge="Usage Fee") == ["Customer 00001"]
    assert shown(connection, currency="EUR") == ["Customer 00002"]
    assert shown(connection, overridden="yes") == ["Customer 00003"]
    assert shown(connection, overridden="no") == ["Customer 00001", "Customer 00002"]
    for text in ("customer 00002", "org-2", "of customer 2", "sub-2", "L00002", "INV-00002"):
        assert shown(connection, q=text) == ["Customer 00002"]
    assert shown(connection, q="office e3", currency="EUR") == ["Customer 00002"]


def test_totals_are_those_of_the_view_by_currency() -> None:
    connection = a_connection()
    load = a_load(connection)
    a_line(load, 1, total="100.10").save()
    a_line(load, 2, total="-0.20").save()
    a_line(load, 3, total="7.00", currency="EUR").save()
    viewer = visitor(Role.VIEWER)
    assert "3 lines 7.00 EUR · 1 line 99.90 USD · 2 lines" in text_of(viewer.get(url("list", connection)))
    assert "1 line found 7.00 EUR Show" in text_of(viewer.get(url("list", connection, currency="EUR")))
    assert "1 line found -0.20 USD Show" in text_of(viewer.get(url("list", connection, q="L00002")))
    kept = element(viewer.get(url("list", connection, q="L00002")), "grid-currency")
    assert [option.get("value") for option in kept.iter("option")] == ["", "EUR", "USD"]


def test_page_and_part_are_one_view_and_the_plan_follows_the_month() -> None:
    connection = a_connection()
    lines(connection, 3)
    part = tree_of(visitor(Role.VIEWER).get(url("list", connection, q="L00002"), headers=HTMX))
    assert [(child.get("id"), child.get("hx-swap-oob")) for child in part] == [("lines", None), ("plan-link", "true")]


def test_columns_hidden_at_first_are_there_when_wanted() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 1)
    assert "contract-1" not in row_of(connection, line)
    assert "contract-1" in row_of(connection, line, columns="contract.invoiced")
    assert "2026-10-31" in row_of(connection, line, columns="contract.invoiced")


def test_files_have_the_view_with_all_its_pages() -> None:
    connection = a_connection()
    lines(connection, 60)
    viewer = visitor(Role.VIEWER)
    rows = list(csv.reader(io.StringIO(streamed(viewer.get(url("export", connection))), newline="")))
    assert len(rows) == 61
    assert rows[1][:3] == ["Customer 00001", "Seats of customer 1", "unmapped"]
    found = streamed(viewer.get(url("export", connection, month=MONTH, q="L00007", columns="line.total")))
    assert found.splitlines() == ["Organization Name,Total,Line ID", "Customer 00007,115.00,L00007"]
    workbook = viewer.get(url("export", connection, format="xlsx"))
    assert b"".join(workbook.streaming_content)[:2] == b"PK"
    assert viewer.get(url("export", a_connection("empty"))).status_code == 302


def test_viewers_see_everything_and_edit_nothing() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 1)
    viewer = visitor(Role.VIEWER)
    page = viewer.get(url("list", connection))
    assert not [link for link in tree_of(page).iter("a") if "grid-edit" in link.get("class", "")]
    assert "Bulk Update" not in text_of(page)
    own = viewer.get(url("line", connection, line.pk, edit="start"))
    assert not [form for form in tree_of(own).iter("form") if "grid-editor" in form.get("class", "")]
    assert viewer.post(url("line", connection, line.pk), {"edit": "start", "do": "save"}).status_code == 403
    assert viewer.post(url("bulk", connection), {"do": "reset", "everything": "1"}).status_code == 403
    assert viewer.get(url("hits", connection, key="company")).status_code == 403
    assert not AuditEntry.objects.filter(action="line changed").exists()


def test_strangers_and_other_connections_see_nothing() -> None:
    connection = a_connection()
    line, *_ = lines(connection, 1)
    visitor(Role.VIEWER)
    assert visitor(None).get(url("list", connection)).status_code == 302
    assert visitor(Role.OPERATOR).get(url("line", a_connection("other"), line.pk)).status_code == 404


def cost(connection: Connection, name: str, **query: object) -> int:
    operator = visitor(Role.OPERATOR)
    operator.get(url(name, connection))
    with CaptureQueriesContext(database) as asked:
        answer = operator.get(url(name, connection, **query), headers=HTMX)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(asked)


@pytest.mark.parametrize(
    ("query", "price"),
    [
        ({}, 16),
        ({"status": "ready", "sort": "-total"}, 16),
        ({"q": "customer", "page": 2, "sort": "start"}, 16),
        ({"currency": "USD", "overridden": "no"}, 16),
    ],
)
def test_a_page_costs_the_same_for_60_and_2000_lines(query: dict[str, object], price: int) -> None:
    small, large = a_connection("small"), a_connection("large")
    for connection, number in ((small, 60), (large, 2000)):
        Line.objects.bulk_create(a_line(load, n) for load in [a_load(connection)] for n in range(1, number + 1))
        map_all(connection)
    assert (cost(small, "list", **query), cost(large, "list", **query)) == (price, price)


@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plan")
def test_the_first_view_is_read_along_an_index_without_sorting() -> None:
    connection = a_connection()
    lines(connection, 60)
    for sort in ("", "-organization"):
        with CaptureQueriesContext(database) as asked:
            visitor(Role.VIEWER).get(url("list", connection, sort=sort), headers=HTMX)
        page = next(query["sql"] for query in asked if "LIMIT 50" in query["sql"] and "store_line" in query["sql"])
        plan = plan_of(page)
        assert any("USING INDEX line_by_customer (connection_id=? AND month=?)" in step for step in plan)
        assert not [step for step in plan if "TEMP B-TREE" in step]
