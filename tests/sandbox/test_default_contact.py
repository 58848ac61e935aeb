"""A company's default contact is one of its own."""

from __future__ import annotations

import httpx2
import pytest

from psa_sandbox.state.store import Store

ABC = "/company/companies/1"


def contact(value: object) -> list[dict[str, object]]:
    return [{"op": "replace", "path": "defaultContact", "value": value}]


def test_its_own_contact_is_taken_and_may_be_cleared(psa: httpx2.Client) -> None:
    assert psa.patch(ABC, json=contact({"id": 1})).json()["defaultContact"]["id"] == 1
    assert "defaultContact" not in psa.patch(ABC, json=contact(None)).json()


@pytest.mark.parametrize("verb", ["patch", "put"])
def test_the_contact_of_another_company_is_refused(psa: httpx2.Client, store: Store, verb: str) -> None:
    before = store.dump()["tables"]
    if verb == "patch":
        response = psa.patch(ABC, json=contact({"id": 2}))
    else:
        response = psa.put(ABC, json=psa.get(ABC).json() | {"defaultContact": {"id": 2}})
    assert response.status_code == 400
    assert response.json()["message"] == "company object is invalid"
    fault = response.json()["errors"][0]
    assert (fault["code"], fault["field"]) == ("NotFound", "defaultContact/id")
    assert fault["message"] == "Contact 2 not found for Company 1"
    assert store.dump()["tables"] == before


def test_a_new_company_has_no_contact_yet(psa: httpx2.Client) -> None:
    body = {"identifier": "New", "name": "New", "city": "Bonn", "defaultContact": {"id": 1}}
    response = psa.post("/company/companies", json=body)
    assert response.status_code == 400
    assert psa.get("/company/companies", params={"conditions": 'identifier = "New"'}).json() == []


def test_a_contact_that_is_not_there(psa: httpx2.Client) -> None:
    response = psa.patch(ABC, json=contact({"id": 99}))
    assert response.json()["errors"][0]["code"] == "NotFound"


def test_what_stands_there_already_stays(psa: httpx2.Client, store: Store) -> None:
    company = store.rows("company", identifier="Abc")[0]
    store.replace("company", 1, company | {"defaultContact": {"id": 2}}, by="import")
    renamed = psa.patch(ABC, json=[{"op": "replace", "path": "name", "value": "Abc Bakeries"}])
    assert (renamed.status_code, renamed.json()["defaultContact"]["id"]) == (200, 2)
