"""Pilot mode on Mapping › Organizations: who is posted, for one customer and for many (rule 150)."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Organization
from bursar.usecases.billing_settings import billing_settings, set_billing_setting
from bursar.usecases.pilot import chosen_for_pilot, enabled_companies, pilot_state, set_posting
from tests.web.mapping.kept import offer, organization
from tests.web.mapping.test_bulk import do
from tests.web.mapping.test_picking import url
from tests.web.visitors import VISIT, a_connection, part_of, text_of, visitor

pytestmark = pytest.mark.django_db


def a_pilot(name: str = "main") -> Connection:
    connection = a_connection(name)
    set_billing_setting(connection, "pilot_mode", "yes")
    return connection


def posted(connection: Connection) -> set[str]:
    rows = Organization.objects.filter(connection=connection, posting=True)
    return set(rows.values_list("name", flat=True))


def names_in(client: Client, address: str) -> set[str]:
    text = part_of(client.get(address), "records")
    return {name for name in ("Alder", "Birch", "Cedar") if f"{name} id-{name}" in text}


def test_rule_150_outside_pilot_mode_nothing_of_it_is_shown() -> None:
    connection = a_connection()
    row = organization(connection, "Alder", 1)
    text = text_of(visitor(Role.OPERATOR).get(url("organizations", connection)))
    assert not {"Preview only", "Enable posting", "Pilot mode"} & {
        w for w in ("Preview only", "Pilot mode") if w in text
    }
    assert "Nothing was done" in do(visitor(Role.OPERATOR), connection, do="enable-posting", row=row.pk, confirmed=1)
    assert posted(connection) == set()
    assert billing_settings(connection).pilot is False


def test_rule_150_posting_is_enabled_and_taken_back_for_many_and_asked_before() -> None:
    connection = a_pilot()
    rows = [organization(connection, name, number) for number, name in enumerate(("Alder", "Birch", "Cedar"), start=1)]
    operator = visitor(Role.OPERATOR)
    ticked = [rows[0].pk, rows[1].pk]
    assert "2 organizations" in do(operator, connection, do="enable-posting", row=ticked)
    assert posted(connection) == set()
    assert "Enable posting: 2 changed." in do(operator, connection, do="enable-posting", row=ticked, confirmed=2)
    assert posted(connection) == {"Alder", "Birch"}
    assert enabled_companies(connection) == {1, 2}
    said = do(operator, connection, do="preview-only", everything=1, view="posting=1&q=birch", confirmed=1)
    assert "Preview only: 1 changed." in said
    assert (posted(connection), enabled_companies(connection)) == ({"Alder"}, frozenset({1}))
    told = AuditEntry.objects.filter(action__startswith="posting ").order_by("number")
    assert [(entry.action, entry.subject, entry.actor) for entry in told] == [
        ("posting enabled", "2 organizations", "operator@cedarpoint.example"),
        ("posting set to preview only", "1 organization", "operator@cedarpoint.example"),
    ]
    assert told[0].after == {"organizations": 2, "first": ["Alder", "Birch"]}


def test_rule_150_column_filter_and_banner() -> None:
    connection = a_pilot()
    rows = [organization(connection, name, number) for number, name in enumerate(("Alder", "Birch", "Cedar"), start=1)]
    organization(connection, "Dogwood", state=MappingState.EXCLUDED)
    set_posting(connection, Organization.objects.filter(pk=rows[0].pk), enabled=True)
    viewer = visitor(Role.VIEWER)
    text = text_of(viewer.get(url("organizations", connection)))
    assert "Pilot mode: 1 of 3 customers is posted." in text
    assert names_in(viewer, url("organizations", connection, posting="1")) == {"Alder"}
    assert names_in(viewer, url("organizations", connection, posting="0")) == {"Birch", "Cedar"}
    assert "Enabled" in part_of(viewer.get(url("organizations", connection, q="alder")), "records")
    assert "Pilot mode: 1 of 3 customers is posted." in text_of(viewer.get(url("products", connection)))
    assert viewer.post(url("organizations-bulk", connection), {"do": "enable-posting"}).status_code == 403


def test_the_banner_costs_one_question_and_none_outside_pilot_mode(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pilot, other = a_pilot(), a_connection("other")
    for number in range(30):
        organization(pilot, f"Customer {number}", number)
    with django_assert_num_queries(1):
        assert pilot_state(pilot) is not None
    with django_assert_num_queries(0):
        assert pilot_state(other) is None
    viewer = visitor(Role.VIEWER)
    viewer.get(url("organizations", pilot))
    with django_assert_num_queries(VISIT + 9):
        viewer.get(url("organizations", pilot))


def test_a_company_that_two_organizations_share_is_posted_as_one() -> None:
    connection = a_pilot()
    first, second = organization(connection, "Alder", 7), organization(connection, "Birch", 7, 8)
    set_posting(connection, Organization.objects.filter(pk=first.pk), enabled=True)
    assert enabled_companies(connection) == {7}
    set_posting(connection, Organization.objects.filter(pk=second.pk), enabled=True)
    assert enabled_companies(connection) == {7, 8}


def test_organizations_of_another_connection_stay_as_they_are() -> None:
    connection, other = a_pilot(), a_pilot("other")
    organization(connection, "Alder", 1)
    organization(other, "Birch", 2)
    set_posting(connection, Organization.objects.all(), enabled=True)
    assert (posted(connection), posted(other)) == ({"Alder"}, set())
    assert enabled_companies(other) == frozenset()


def test_who_is_named_must_be_known() -> None:
    connection = a_pilot()
    organization(connection, "Alder", 1)
    offer(connection, "Birch")
    assert chosen_for_pilot(connection, ["id-Alder"]).get().name == "Alder"
    assert chosen_for_pilot(connection, ["alder"]).get().name == "Alder"
    for names in ([], ["Birch"]):
        with pytest.raises(InvalidInput):
            chosen_for_pilot(connection, names)
