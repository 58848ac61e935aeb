"""The habits of clients that exist: what works against the vendor must work here."""

from __future__ import annotations

import httpx2
from small_psa import client_of

from psa_sandbox.state.store import Store

VENDOR_TYPE = "application/vnd.connectwise.com+json; version=2021.1, application/json"


def test_a_client_that_always_ends_lists_with_a_slash(psa: httpx2.Client) -> None:
    junk = {"recordId": "whatever", "recordType": "", "pagesize": "1"}
    response = psa.get("/finance/agreements/", params=junk, headers={"Accept": "*/*"})
    assert (response.status_code, len(response.json())) == (200, 1)
    assert psa.get("/Finance/AGREEMENTS/1/").json()["id"] == 1
    assert psa.get("/procurement/subcategories/").json()[0]["name"] == "Seats"
    assert psa.get("/finance/agreements//").status_code == 404


def test_both_spellings_of_security_roles(psa: httpx2.Client) -> None:
    assert psa.get("/system/securityRoles").json() == psa.get("/system/securityroles").json()
    assert psa.get("/system/securityroles/1/settings").status_code == 200
    assert psa.get("/system/mycompany/corporateStructure").json()[0]["baseCurrency"]["name"] == "US Dollars"


def test_a_client_that_patches_with_slashes_and_combines_types(store: Store) -> None:
    with client_of(store, Accept=VENDOR_TYPE, **{"Content-Type": "application/json"}) as client:
        operation = {"op": "replace", "path": "/serialNumber", "value": "S-1"}
        response = client.patch("/finance/agreements/1/additions/1", json=[operation])
    assert (response.status_code, response.json()["serialNumber"]) == (200, "S-1")


def test_a_client_that_writes_back_all_it_read(psa: httpx2.Client) -> None:
    addition = psa.get("/finance/agreements/1/additions/1").json()
    addition["quantity"] = 9
    response = psa.put("/finance/agreements/1/additions/1", json=addition)
    assert (response.status_code, response.json()["extPrice"]) == (200, 112.5)


def test_a_client_that_copies_a_record(psa: httpx2.Client) -> None:
    item = psa.get("/procurement/catalog/1").json() | {"identifier": "COPY"}
    created = psa.post("/procurement/catalog", json=item)
    assert (created.status_code, created.json()["id"]) == (201, 3)


def test_query_names_in_any_case(psa: httpx2.Client) -> None:
    query = {"CONDITIONS": "id = 2", "Fields": "id", "PAGESIZE": "5"}
    assert psa.get("/company/companies", params=query).json() == [{"id": 2}]


def test_percent_and_plus_in_a_query(psa: httpx2.Client) -> None:
    response = psa.get("/company/companies?conditions=name+like+%22%2A100%25%22&fields=id")
    assert response.json() == [{"id": 3}]
