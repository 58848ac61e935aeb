"""*Click to select*: finding, saving, clearing and excluding, one record at a time (rules 32-43)."""

import pytest
from django.test import Client
from django.urls import reverse

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Organization
from tests.web.mapping.kept import catalogue, companies, keep, offer, organization, state_of
from tests.web.visitors import HTMX, a_connection, element, part_of, text_of, visitor

pytestmark = pytest.mark.django_db


def url(name: str, connection: Connection, **query: object) -> str:
    return reverse(f"mapping:{name}", args=[connection.pk], query=query)


def picks(client: Client, address: str) -> list[tuple[str, bool]]:
    """What a picker offers, by id, and whether it is ticked."""
    fields = element(client.get(address, headers=HTMX), "picks").iter("input")
    return [(field.get("value", ""), "checked" in field.attrib) for field in fields]


def change(client: Client, row: Organization, do: str, *targets: int, shown: str) -> int:
    sent = {"record": row.pk, "do": do, "target": targets, "shown": shown}
    return client.post(url("organizations-change", row.connection), sent).status_code


def test_rule_32_best_practices_are_six() -> None:
    connection = a_connection()
    window = element(visitor(Role.VIEWER).get(url("organizations", connection)), "best-practices")
    assert len(list(window.iter("li"))) == 6


def test_rules_35_and_36_the_picker_shows_name_identifier_and_id() -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Somebody Else")
    operator = visitor(Role.OPERATOR)
    assert "Click to select" in text_of(operator.get(url("organizations", connection)))
    picker = operator.get(url("organizations-pick", connection, record=row.pk), headers=HTMX)
    assert "Alder Brook Dental (AlderBrook, ID 1)" in text_of(picker)
    whole = operator.get(url("organizations-pick", connection, record=row.pk))
    assert "Save mapping" in text_of(whole)
    assert "Back to the list" in text_of(whole)


@pytest.mark.parametrize(
    ("find", "found"), [("fox", ["2"]), ("alderbr", ["1"]), ("2", ["2"]), ("%", []), ("x\x00y", [])]
)
def test_rule_37_search_is_done_by_the_server(find: str, found: list[str]) -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Nobody")
    address = url("organizations-pick", connection, record=row.pk, find=find)
    assert [key for key, _ in picks(visitor(Role.OPERATOR), address)] == found


def test_rule_37_twenty_hits_and_what_is_ticked_stays() -> None:
    connection = a_connection()
    keep(connection, ListKind.COMPANY, *((n, f"C{n}", f"Customer {n:03}") for n in range(1, 60)))
    row = organization(connection, "Nobody")
    address = url("organizations-pick", connection, record=row.pk, find="customer", target=59)
    assert picks(visitor(Role.OPERATOR), address) == [("59", True), *((str(n), False) for n in range(1, 21))]


def test_rule_38_exact_names_are_filled_in_and_likeness_only_proposed() -> None:
    connection = a_connection()
    companies(connection)
    exact, alike = organization(connection, "ALDER-BROOK Dental"), organization(connection, "Fox Rivers")
    operator = visitor(Role.OPERATOR)
    page = text_of(operator.get(url("organizations", connection)))
    assert "Alder Brook Dental (AlderBrook, ID 1) Suggested, exact name" in page
    assert "Fox River (" not in page
    assert picks(operator, url("organizations-pick", connection, record=exact.pk))[0] == ("1", True)
    assert picks(operator, url("organizations-pick", connection, record=alike.pk))[0] == ("2", False)
    said = part_of(operator.get(url("organizations-pick", connection, record=alike.pk), headers=HTMX), "picks")
    assert "Fox River (FoxRiver, ID 2) Suggested, likeness 9" in said
    assert state_of(exact) == state_of(alike) == ("unmapped", [])


def test_rules_41_and_123_one_organization_to_several_companies() -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Nobody")
    assert change(visitor(Role.OPERATOR), row, "map", 2, 1, shown="unmapped:") == 302
    assert state_of(row) == ("mapped", [1, 2])
    entry = AuditEntry.objects.get(action="mapping changed")
    assert (entry.actor, entry.subject) == ("operator@cedarpoint.example", "organization Nobody")
    assert entry.before == {"state": "unmapped", "companies": []}
    assert entry.after == {"state": "mapped", "companies": ["Alder Brook Dental (1)", "Fox River (2)"]}


@pytest.mark.parametrize(
    ("do", "before", "after"),
    [
        ("clear", MappingState.MAPPED, "unmapped"),
        ("exclude", MappingState.MAPPED, "excluded"),
        ("include", MappingState.EXCLUDED, "unmapped"),
    ],
)
def test_rules_37_and_42_clear_exclude_and_include(do: str, before: MappingState, after: str) -> None:
    connection = a_connection()
    row = organization(connection, "Nobody", *([1] if before is MappingState.MAPPED else []), state=before)
    shown = "mapped:1" if before is MappingState.MAPPED else "excluded:"
    assert change(visitor(Role.OPERATOR), row, do, shown=shown) == 302
    assert state_of(row) == (after, [])
    assert AuditEntry.objects.filter(action="mapping changed").count() == 1


@pytest.mark.parametrize("target", [3, 4, 5, 999])
def test_rule_43_what_is_not_active_is_neither_offered_nor_taken(target: int) -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Fox River")
    operator = visitor(Role.OPERATOR)
    offered = picks(operator, url("organizations-pick", connection, record=row.pk, find="fox"))
    assert [key for key, _ in offered] == ["2"]
    assert change(operator, row, "map", target, shown="unmapped:") == 302
    assert f"ConnectWise has no company '{target}'" in text_of(operator.get(url("organizations", connection)))
    assert state_of(row) == ("unmapped", [])


@pytest.mark.parametrize(
    ("target", "warning"),
    [
        (2, ""),
        (3, "This company's status is Inactive."),
        (4, "This company is deleted in ConnectWise."),
        (5, "This company is no longer in ConnectWise."),
    ],
)
def test_rule_43_a_mapping_to_one_of_them_is_a_warning(target: int, warning: str) -> None:
    connection = a_connection()
    companies(connection)
    organization(connection, "Fox River", target)
    text = part_of(visitor(Role.VIEWER).get(url("organizations", connection)), "records")
    assert (warning or "This company") in text if warning else "This company" not in text


def test_rules_46_and_48_and_49_products_of_the_catalogue_but_no_bundle() -> None:
    connection = a_connection()
    catalogue(connection)
    first, second = offer(connection, "Office E3"), offer(connection, "Office E3 yearly", 11)
    operator = visitor(Role.OPERATOR)
    assert [k for k, _ in picks(operator, url("products-pick", connection, record=first.pk, find="office"))] == ["11"]
    for target in (13, 11):
        sent = {"record": first.pk, "do": "map", "target": target, "shown": "unmapped:"}
        operator.post(url("products-change", connection), sent)
        assert state_of(first) == (("mapped", [11]) if target == 11 else ("unmapped", []))
    assert state_of(second) == ("mapped", [11])
    assert "2 products of the platform are mapped to this one" in text_of(operator.get(url("products", connection)))


def test_of_two_people_the_second_is_told_and_nothing_is_lost() -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Nobody")
    first, second = visitor(Role.OPERATOR), visitor(Role.ADMINISTRATOR)
    assert change(first, row, "map", 1, shown="unmapped:") == 302
    sent = {"record": row.pk, "do": "map", "target": [2], "shown": "unmapped:"}
    answer = second.post(url("organizations-change", connection), sent)
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Stored now Mapped Alder Brook Dental (AlderBrook, ID 1)" in text
    assert "Yours Mapped Fox River (FoxRiver, ID 2)" in text
    assert state_of(row) == ("mapped", [1])
    assert change(second, row, "map", 2, shown="mapped:1") == 302
    assert state_of(row) == ("mapped", [2])
    assert AuditEntry.objects.filter(action="mapping changed").count() == 2


@pytest.mark.parametrize("who", [None, Role.VIEWER])
def test_only_operators_change(who: Role | None) -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "Nobody")
    refused = 302 if who is None else 403
    assert visitor(who).get(url("organizations-pick", connection, record=row.pk)).status_code == refused
    assert change(visitor(who), row, "map", 1, shown="unmapped:") == refused
    assert visitor(who).post(url("organizations-bulk", connection), {"do": "exclude"}).status_code == refused
    assert state_of(row) == ("unmapped", [])


def test_another_connections_record_cannot_be_named() -> None:
    row = organization(a_connection("other"), "Nobody")
    connection = a_connection()
    operator = visitor(Role.OPERATOR)
    assert operator.get(url("organizations-pick", connection, record=row.pk)).status_code == 404
    sent = {"record": row.pk, "do": "exclude", "shown": "unmapped:"}
    assert operator.post(url("organizations-change", connection), sent).status_code == 404
    assert state_of(row) == ("unmapped", [])


def test_nothing_chosen_changes_nothing() -> None:
    connection = a_connection()
    row = organization(connection, "Nobody", 1)
    operator = visitor(Role.OPERATOR)
    assert change(operator, row, "map", shown="mapped:1") == 302
    assert "Nothing was chosen." in text_of(operator.get(url("organizations", connection)))
    assert state_of(row) == ("mapped", [1])
