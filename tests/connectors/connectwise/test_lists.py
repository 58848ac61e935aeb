"""The lists that people choose settings from, as the sandbox serves them."""

import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.connectors.connectwise.resources import LISTS
from bursar.domain.errors import NotPermitted
from bursar.domain.lists import SETTING_LISTS, Choice, ListKind
from psa_sandbox.server import Sandbox
from psa_sandbox.state.store import Record
from tests.connectors.connectwise.conftest import Connect

KINDS = {
    ListKind.AGREEMENT_TYPE: "agreementType",
    ListKind.BILLING_CYCLE: "billingCycle",
    ListKind.BILLING_TERM: "billingTerm",
    ListKind.CATALOG_ITEM: "catalogItem",
    ListKind.COMPANY: "company",
    ListKind.COMPANY_STATUS: "companyStatus",
    ListKind.DEPARTMENT: "department",
    ListKind.LOCATION: "location",
    ListKind.PRODUCT_CATEGORY: "category",
    ListKind.PRODUCT_SUBCATEGORY: "subcategory",
    ListKind.PRODUCT_TYPE: "productType",
    ListKind.UNIT_OF_MEASURE: "unitOfMeasure",
}
RETIRED = {
    ListKind.AGREEMENT_TYPE: {"Legacy Web Hosting"},
    ListKind.CATALOG_ITEM: {"Office 365 E1 (retired)"},
    ListKind.COMPANY: {"Valley Glassworks"},
    ListKind.COMPANY_STATUS: {"Collections (old)"},
    ListKind.PRODUCT_CATEGORY: {"Fax and Paging"},
    ListKind.PRODUCT_SUBCATEGORY: {"Fax Lines"},
    ListKind.PRODUCT_TYPE: {"Shared Hosting (old)"},
    ListKind.UNIT_OF_MEASURE: {"Block of 10"},
}
WITH_IDENTIFIER = {ListKind.BILLING_CYCLE, ListKind.CATALOG_ITEM, ListKind.COMPANY, ListKind.DEPARTMENT}


def as_choice(row: Record) -> tuple[object, object]:
    return row["id"], row.get("name") or row["description"]


@pytest.mark.parametrize("kind", ListKind)
def test_every_list_is_read_whole_with_what_is_inactive(psa: ConnectWise, sandbox: Sandbox, kind: ListKind) -> None:
    found = psa.choices(kind)
    assert [(choice.id, choice.name) for choice in found] == [as_choice(r) for r in sandbox.store.rows(KINDS[kind])]
    assert {choice.name for choice in found if choice.inactive} == RETIRED.get(kind, set())
    assert all(bool(choice.identifier) is (kind in WITH_IDENTIFIER) for choice in found)
    assert all((choice.parent_id is not None) is (kind is ListKind.PRODUCT_SUBCATEGORY) for choice in found)


def test_a_subcategory_names_its_category(psa: ConnectWise) -> None:
    categories = {choice.id: choice.name for choice in psa.choices(ListKind.PRODUCT_CATEGORY)}
    shelves = {choice.name: categories[choice.parent_id or 0] for choice in psa.choices(ListKind.PRODUCT_SUBCATEGORY)}
    assert shelves["Productivity"] == "Cloud"
    assert shelves["Telephony"] == "Voice and Internet"


def test_a_company_is_told_apart_by_its_identifier(psa: ConnectWise) -> None:
    companies = {choice.identifier: choice for choice in psa.choices(ListKind.COMPANY)}
    found = companies["FernhillDental"]
    assert found == Choice(found.id, "Fernhill Dental Group", "FernhillDental", inactive=False, trait="Active")
    assert companies["ValleyGlass"].inactive


def test_lists_longer_than_a_page(connect: Connect) -> None:
    large, small = connect(), connect(page_size=2)
    for kind in ListKind:
        assert sorted(small.choices(kind), key=lambda choice: choice.id) == list(large.choices(kind))


def test_one_request_reads_a_short_list(psa: ConnectWise, sandbox: Sandbox) -> None:
    psa.info()
    before = len(sandbox.journal.entries())
    for kind in sorted(SETTING_LISTS):
        psa.choices(kind)
    assert len(sandbox.journal.entries()) - before == len(SETTING_LISTS)


def test_a_list_that_the_role_may_not_read_names_the_row(connect: Connect, sandbox: Sandbox) -> None:
    row = next(
        row
        for row in sandbox.store.rows("securityRoleSetting", moduleFunctionName="My Company")
        if sandbox.store.rows("securityRole", id=row["securityRoleId"], name="Bursar Billing")
    )
    sandbox.store.replace("securityRoleSetting", int(str(row["id"])), row | {"inquireLevel": "None"}, by="test")
    with pytest.raises(NotPermitted) as caught:
        connect().choices(ListKind.DEPARTMENT)
    assert caught.value.module == "System > My Company"


def test_every_kind_has_a_place() -> None:
    assert set(LISTS) == set(ListKind)
