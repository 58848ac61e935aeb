"""Mappings changed by programs: one with its version, many at once (rules 35-50)."""

import pytest

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.store.models import AuditEntry, Connection, ListEntry, ListReading, Offer, Organization
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from tests.api.conftest import Cast, Program, error_of
from tests.usecases.world import OCTOBER, GivenLines, make_line
from tests.web.mapping.kept import keep


@pytest.fixture
def address(cast: Cast, connection: Connection) -> str:
    lines = [
        make_line(1, organization_name="Fox River", offer_id="mail", offer_name="Mail"),
        make_line(2, organization_name="Castle Rock", offer_id="office/1", offer_name="Office"),
        make_line(3, organization_name="Fox Hill", offer_id="trial", offer_name="Trial"),
    ]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions(month=OCTOBER))
    names = ((21, "FoxRiver", "Fox River"), (22, "CastleRock", "Castle Rock"), (23, "FoxHollow", "Fox Hollow"))
    keep(connection, ListKind.COMPANY, *names, trait="Active")
    keep(connection, ListKind.CATALOG_ITEM, (31, "MAIL", "Mail"), (32, "OFFICE", "Office"), trait="Service")
    return f"/connections/{connection.pk}"


def company(name: str) -> int:
    return ListEntry.objects.get(kind=ListKind.COMPANY, name=name).remote_id


def product(name: str) -> int:
    return ListEntry.objects.get(kind=ListKind.CATALOG_ITEM, name=name).remote_id


def put(program: Program, address: str, body: object) -> tuple[int, dict[str, object]]:
    answer = program.send("PUT", address, body)
    return answer.status_code, answer.json()


def organization_ids(program: Program, address: str, **query: object) -> list[str]:
    return [row["organization_id"] for row in program.get(f"{address}/organizations", **query).json()["organizations"]]


def test_rule_41_an_organization_is_mapped_to_one_company_or_several(cast: Cast, address: str) -> None:
    one = f"{address}/organization?organization_id=org-00001"
    status, shown = put(cast.operator, one, {"companies": [company("Fox River")]})
    assert (status, shown["state"]) == (200, "mapped")
    assert shown["companies"] == [{"id": company("Fox River"), "identifier": "FoxRiver", "name": "Fox River"}]
    both = [company("Fox Hollow"), company("Fox River")]
    status, shown = put(cast.operator, one, {"companies": [*both, both[0]], "version": shown["version"]})
    assert {found["id"] for found in shown["companies"]} == set(both)
    assert AuditEntry.objects.filter(action="mapping changed", channel="api").count() == 2


def test_an_offer_is_mapped_to_a_product_and_its_id_may_hold_a_slash(cast: Cast, address: str) -> None:
    status, shown = put(cast.operator, f"{address}/offer?offer_id=office/1", {"product": product("Office")})
    assert (status, shown["offer_id"], shown["product_id"]) == (200, "office/1", product("Office"))
    assert Offer.objects.get(offer_id="office/1").state == MappingState.MAPPED


def test_two_programs_map_one_organization_and_the_second_is_told(cast: Cast, address: str) -> None:
    one = f"{address}/organization?organization_id=org-00001"
    listed = cast.viewer.get(f"{address}/organizations", search="fox river").json()["organizations"]
    version = listed[0]["version"]
    assert put(cast.operator, one, {"companies": [company("Fox River")], "version": version})[0] == 200
    answer = cast.administrator.send("PUT", one, {"companies": [company("Fox Hollow")], "version": version})
    assert (answer.status_code, error_of(answer)["code"]) == (409, "changed_meanwhile")
    stored = Organization.objects.get(organization_id="org-00001")
    assert [found.company_id for found in stored.companies.all()] == [company("Fox River")]
    offer = f"{address}/offer?offer_id=mail"
    assert put(cast.operator, offer, {"product": product("Mail"), "version": "unmapped:"})[0] == 200
    assert put(cast.operator, offer, {"product": product("Office"), "version": "unmapped:"})[0] == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("organization?organization_id=org-00001", {"companies": []}, 422),
        ("organization?organization_id=org-00001", {"companies": [424242]}, 422),
        ("organization?organization_id=nobody", {"companies": [1]}, 404),
        ("organization", {"companies": [1]}, 422),
        ("offer?offer_id=mail", {"product": 424242}, 422),
        ("offer?offer_id=mail", {"product": "1"}, 422),
        ("offer?offer_id=nothing", {"product": 1}, 404),
    ],
)
def test_what_cannot_be_mapped_is_refused(path: str, body: object, status: int, cast: Cast, address: str) -> None:
    answer = cast.operator.send("PUT", f"{address}/{path}", body)
    assert answer.status_code == status, answer.content
    error_of(answer)
    assert not Organization.objects.filter(state=MappingState.MAPPED).exists()
    assert not Offer.objects.filter(state=MappingState.MAPPED).exists()


def test_rule_43_and_49_what_is_inactive_or_a_bundle_is_not_offered(cast: Cast, address: str) -> None:
    ListEntry.objects.filter(name="Fox River").update(inactive=True)
    ListEntry.objects.filter(name="Office").update(trait="Bundle")
    one = f"{address}/organization?organization_id=org-00001"
    assert put(cast.operator, one, {"companies": [company("Fox River")]})[0] == 422
    assert put(cast.operator, f"{address}/offer?offer_id=mail", {"product": product("Office")})[0] == 422


def test_without_a_list_there_is_nothing_to_map_to(cast: Cast, address: str) -> None:
    ListReading.objects.all().delete()
    status, document = put(cast.operator, f"{address}/organization?organization_id=org-00001", {"companies": [1]})
    assert status == 409
    assert "sync organizations" in str(document)


def test_rule_37_lists_are_searched_and_filtered(cast: Cast, address: str) -> None:
    assert organization_ids(cast.viewer, address, search="fox") == ["org-00003", "org-00001"]
    assert organization_ids(cast.viewer, address, search="org-00002") == ["org-00002"]
    put(cast.operator, f"{address}/organization?organization_id=org-00002", {"companies": [company("Fox Hollow")]})
    assert organization_ids(cast.viewer, address, search="hollow") == ["org-00002"]
    assert organization_ids(cast.viewer, address, search="fox", state="unmapped") == ["org-00003", "org-00001"]
    offers = cast.viewer.get(f"{address}/offers", search="OFFICE").json()["offers"]
    assert [row["offer_id"] for row in offers] == ["office/1"]


def change(program: Program, address: str, noun: str, do: str, **records: object) -> tuple[int, dict[str, object]]:
    answer = program.post(f"{address}/{noun}/change", {"do": do, "records": records})
    return answer.status_code, answer.json()


def test_rule_38_exact_suggestions_are_accepted_and_no_others(cast: Cast, address: str) -> None:
    assert change(cast.operator, address, "organizations", "accept", state="unmapped") == (
        200,
        {"changed": 2, "left": 1},
    )
    assert Organization.objects.get(name="Fox Hill").state == MappingState.UNMAPPED
    assert change(cast.operator, address, "offers", "accept", ids=["mail"]) == (200, {"changed": 1, "left": 0})
    assert Offer.objects.get(offer_id="office/1").state == MappingState.UNMAPPED


def test_rule_42_many_are_excluded_included_and_cleared(cast: Cast, address: str) -> None:
    change(cast.operator, address, "organizations", "accept", state="unmapped")
    assert change(cast.operator, address, "organizations", "exclude", search="fox")[1] == {"changed": 2, "left": 0}
    assert change(cast.operator, address, "organizations", "include", ids=["org-00001"])[1] == {"changed": 1, "left": 0}
    assert change(cast.operator, address, "organizations", "clear", ids=["org-00002"])[1] == {"changed": 1, "left": 0}
    states = dict(Organization.objects.values_list("organization_id", "state"))
    assert states == {"org-00001": "unmapped", "org-00002": "unmapped", "org-00003": "excluded"}
    assert AuditEntry.objects.filter(action__endswith="in bulk", channel="api").count() == 4


@pytest.mark.parametrize("noun", ["organizations", "offers"])
@pytest.mark.parametrize(
    "records", [{}, {"ids": ["nobody"]}, {"ids": ["org-00001"], "state": "unmapped"}, {"ids": ["x"] * 1001}]
)
def test_an_unclear_selection_changes_nothing(noun: str, records: dict[str, object], cast: Cast, address: str) -> None:
    status, _ = change(cast.operator, address, noun, "exclude", **records)
    assert status == 422
    assert not Organization.objects.filter(state=MappingState.EXCLUDED).exists()
    assert not Offer.objects.filter(state=MappingState.EXCLUDED).exists()
