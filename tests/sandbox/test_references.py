"""References: written by id, identifier or name, read expanded."""

from __future__ import annotations

import httpx2
import pytest
from small_psa import ROOT

from psa_sandbox.state.store import Store

ITEM = {
    "identifier": "NEW",
    "description": "New",
    "customerDescription": "New",
    "subcategory": {"id": 1},
    "type": {"id": 1},
}


@pytest.mark.parametrize("reference", [{"id": 1}, {"name": "MICROSOFT"}, {"id": 1, "name": "ignored", "_info": {}}])
def test_a_reference_by_id_or_name(psa: httpx2.Client, reference: dict[str, object]) -> None:
    item = psa.post("/procurement/catalog", json={**ITEM, "manufacturer": reference}).json()
    link = {"manufacturer_href": f"{ROOT}/procurement/manufacturers/1"}
    assert item["manufacturer"] == {"id": 1, "name": "Microsoft", "_info": link}


def test_a_reference_by_identifier(psa: httpx2.Client) -> None:
    item = psa.post("/procurement/catalog", json={**ITEM, "vendor": {"identifier": "xyz"}}).json()
    link = {"company_href": f"{ROOT}/company/companies/2"}
    assert item["vendor"] == {"id": 2, "identifier": "Xyz", "name": "Xyz Yachts", "_info": link}


@pytest.mark.parametrize(
    ("field", "reference", "message"),
    [
        ("manufacturer", {"id": 9}, "Manufacturer 9 not found"),
        ("manufacturer", {"name": "Nobody"}, "Manufacturer Nobody not found"),
        ("unitOfMeasure", {"id": "1"}, "Unit Of Measure 1 not found"),
        ("vendor", {"identifier": "nobody"}, "Company nobody not found"),
        ("sla", {"id": 1}, "Sla 1 not found"),
    ],
)
def test_what_is_not_found(psa: httpx2.Client, field: str, reference: dict[str, object], message: str) -> None:
    response = psa.post("/procurement/catalog", json={**ITEM, field: reference})
    key = next(iter(reference))
    error = {"code": "NotFound", "message": message, "resource": "catalogItem", "field": f"{field}/{key}"}
    assert (response.status_code, response.json()["errors"]) == (400, [error])


def test_a_site_is_one_of_the_company(psa: httpx2.Client) -> None:
    def put_site(**site: object) -> httpx2.Response:
        return psa.patch("/finance/agreements/2", json=[{"op": "replace", "path": "site", "value": site}])

    assert put_site(name="main").json()["site"]["id"] == 2
    assert put_site(id=2).json()["site"]["_info"] == {"site_href": f"{ROOT}/company/companies/2/sites/2"}
    error = put_site(id=1).json()["errors"][0]
    assert error["message"] == "Company Site 1 not found for Company 2"


def test_an_addition_shows_its_product_without_a_name(psa: httpx2.Client) -> None:
    product = psa.get("/finance/agreements/1/additions/1").json()["product"]
    assert (product["identifier"], product["serializedFlag"], "name" in product) == ("M365", False, False)


def test_a_currency_shows_its_code(psa: httpx2.Client) -> None:
    created = psa.post("/company/companies", json={"identifier": "c", "name": "c", "city": "c", "currency": {"id": 1}})
    currency = created.json()["currency"]
    assert (currency["currencyCode"], currency["symbol"]) == ("USD", "$")


def test_names_of_people_are_put_together(psa: httpx2.Client) -> None:
    assert psa.get("/finance/agreements/1").json()["contact"]["name"] == "John Doe"


def test_the_category_comes_from_the_subcategory(psa: httpx2.Client) -> None:
    item = psa.post("/procurement/catalog", json=ITEM).json()
    assert (item["category"]["name"], item["productClass"], item["unitOfMeasure"]["name"]) == (
        "Cloud",
        "NonInventory",
        "Each",
    )
    path = f"/procurement/catalog/{item['id']}"
    moved = psa.patch(path, json=[{"op": "replace", "path": "subcategory", "value": {"name": "Laptops"}}])
    assert moved.json()["category"]["name"] == "Hardware"
    wrong = {**ITEM, "identifier": "NEW2", "category": {"id": 2}}
    assert psa.post("/procurement/catalog", json=wrong).status_code == 400


def test_a_reference_to_a_record_that_is_gone_shows_its_id(psa: httpx2.Client, store: Store) -> None:
    store.delete("contact", 1)
    assert psa.get("/finance/agreements/1").json()["contact"] == {"id": 1}


def test_a_new_company_brings_a_site_and_types(psa: httpx2.Client) -> None:
    body = {"identifier": "New", "name": "New", "addressLine1": "1 Road", "types": [{"id": 1}, {"name": "Vendor"}]}
    company = psa.post("/company/companies", json=body).json()
    assert [kind["name"] for kind in company["types"]] == ["Client", "Vendor"]
    assert (company["status"]["name"], company["site"]["name"]) == ("Active", "Main")
    path = f"/company/companies/{company['id']}"
    assert psa.get(f"{path}/sites").json()[0]["addressLine1"] == "1 Road"
    assert len(psa.get(f"{path}/typeAssociations").json()) == 2
    psa.patch(path, json=[{"op": "replace", "path": "types", "value": []}])
    assert len(psa.get(path).json()["types"]) == 2


def test_a_company_needs_an_address(psa: httpx2.Client) -> None:
    response = psa.post("/company/companies", json={"identifier": "New", "name": "New"})
    assert response.json()["errors"][0]["code"] == "MissingRequiredField"


def test_types_are_added_and_removed_by_association(psa: httpx2.Client) -> None:
    path = "/company/companies/1/typeAssociations"
    added = psa.post("/company/companyTypeAssociations", json={"type": {"id": 2}, "company": {"id": 1}})
    assert added.status_code == 201
    assert psa.post(path, json={"type": {"id": 2}}).json()["errors"][0]["code"] == "ObjectExists"
    assert psa.delete(f"{path}/{added.json()['id']}").status_code == 204
    assert [kind["id"] for kind in psa.get("/company/companies/1").json()["types"]] == [1]
