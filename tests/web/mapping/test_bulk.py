"""Many mappings at once, across pages, and asked for before (rules 37, 38 and 42)."""

import pytest
from django.test import Client

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Organization
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from tests.usecases.world import GivenLines, make_line
from tests.web.mapping.kept import catalogue, keep, offer, organization, state_of
from tests.web.mapping.test_picking import url
from tests.web.visitors import a_connection, text_of, visitor

pytestmark = pytest.mark.django_db


def many(connection: Connection, number: int) -> None:
    Organization.objects.bulk_create(
        Organization(connection=connection, organization_id=f"o-{n}", name=f"Customer {n:04}") for n in range(number)
    )
    keep(connection, ListKind.COMPANY, *((n + 1, f"C{n}", f"Customer {n:04}") for n in range(0, number, 2)))


def do(client: Client, connection: Connection, tab: str = "organizations", **sent: object) -> str:
    answer = client.post(url(f"{tab}-bulk", connection), sent, follow=True)
    assert answer.status_code == 200
    return text_of(answer)


def test_rule_38_exact_suggestions_are_accepted_across_pages() -> None:
    connection = a_connection()
    many(connection, 130)
    operator = visitor(Role.OPERATOR)
    asked = do(operator, connection, do="accept", everything=1)
    assert "130 organizations" in asked
    assert Organization.objects.filter(state="mapped").count() == 0
    assert "65 changed. 65 stay as they were." in do(operator, connection, do="accept", everything=1, confirmed=130)
    mapped = Organization.objects.filter(state="mapped").values_list("name", "companies__company_id")
    assert set(mapped) == {(f"Customer {n:04}", n + 1) for n in range(0, 130, 2)}
    entry = AuditEntry.objects.get(action="mappings: accept in bulk")
    assert entry.after == {"records": 65, "left as they were": 65}


def test_all_matching_is_what_the_view_shows_and_nothing_else() -> None:
    connection = a_connection()
    many(connection, 130)
    operator = visitor(Role.OPERATOR)
    view = "q=customer+00&status=unmapped&page=2"
    do(operator, connection, do="exclude", everything=1, view=view, confirmed=100)
    assert set(Organization.objects.filter(state="excluded").values_list("name", flat=True)) == {
        f"Customer {n:04}" for n in range(100)
    }


def test_a_list_that_changed_since_the_question_is_asked_again() -> None:
    connection = a_connection()
    many(connection, 4)
    asked = do(visitor(Role.OPERATOR), connection, do="exclude", everything=1, confirmed=3)
    assert "The list has changed since you were asked: there are 4 rows now." in asked
    assert Organization.objects.filter(state="excluded").count() == 0


def test_rule_42_ticked_rows_are_excluded_included_and_cleared() -> None:
    connection = a_connection()
    mapped, other = organization(connection, "A", 1), organization(connection, "B", 2)
    excluded = organization(connection, "C", state=MappingState.EXCLUDED)
    operator = visitor(Role.OPERATOR)
    do(operator, connection, do="clear", row=[mapped.pk, excluded.pk], confirmed=2)
    assert [state_of(row) for row in (mapped, other, excluded)] == [("unmapped", []), ("mapped", [2]), ("excluded", [])]
    do(operator, connection, do="include", row=[excluded.pk, other.pk], confirmed=2)
    assert [state_of(row)[0] for row in (other, excluded)] == ["mapped", "unmapped"]
    do(operator, connection, do="exclude", row=[other.pk], confirmed=1)
    assert state_of(other) == ("excluded", [])


def test_rule_38_products_too() -> None:
    connection = a_connection()
    catalogue(connection)
    exact, bundle = offer(connection, "Office E3"), offer(connection, "Office Suite")
    do(visitor(Role.OPERATOR), connection, "products", do="accept", everything=1, confirmed=2)
    assert (state_of(exact), state_of(bundle)) == (("mapped", [11]), ("unmapped", []))


@pytest.mark.parametrize("sent", [{"do": "exclude"}, {"do": "burn", "everything": 1}, {}, {"do": "clear", "row": "x"}])
def test_nothing_selected_does_nothing(sent: dict[str, object]) -> None:
    connection = a_connection()
    row = organization(connection, "A", 1)
    assert "Nothing was done" in do(visitor(Role.OPERATOR), connection, **sent)
    assert state_of(row) == ("mapped", [1])


def test_rows_of_another_connection_are_out_of_reach() -> None:
    row = organization(a_connection("other"), "A", 1)
    do(visitor(Role.OPERATOR), a_connection(), do="exclude", row=[row.pk], confirmed=1)
    assert state_of(row) == ("mapped", [1])


@pytest.mark.parametrize("tab", ["organizations", "products"])
def test_rule_42_what_arrives_excluded_is_found_by_its_status_and_included(tab: str) -> None:
    connection = a_connection()
    lines = [make_line(number, offer_id=f"offer-{number}", offer_name=f"Offer {number}") for number in (1, 2)]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions(new_records_excluded=True))
    operator = visitor(Role.OPERATOR)
    assert "0 mapped 0 unmapped 2 excluded" in text_of(operator.get(url(tab, connection)))
    sent = {"do": "include", "everything": 1, "view": "status=excluded"}
    assert "Include: 2 changed." in do(operator, connection, tab, **sent, confirmed=2)
    assert "0 mapped 2 unmapped 0 excluded" in text_of(operator.get(url(tab, connection)))
