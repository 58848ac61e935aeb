"""POST, PUT, PATCH and DELETE, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from small_psa import ROOT

from psa_sandbox.state.store import Record, Store

ADDITIONS = "/finance/agreements/1/additions"
ADDITION: Record = {"product": {"id": 1}, "billCustomer": "Billable", "effectiveDate": "2026-12-01T00:00:00Z"}


def errors(response: httpx2.Response) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.text
    return [(error["code"], error["field"]) for error in response.json()["errors"] or []]


def patch(psa: httpx2.Client, path: str, **changes: object) -> httpx2.Response:
    return psa.patch(path, json=[{"op": "replace", "path": name, "value": value} for name, value in changes.items()])


def test_post_answers_the_whole_record_and_where_it_is(psa: httpx2.Client) -> None:
    response = psa.post(ADDITIONS, json={**ADDITION, "quantity": 2})
    assert response.status_code == 201
    assert response.headers["Location"] == f"{ROOT}{ADDITIONS}/3"
    assert psa.get(f"{ADDITIONS}/3").json() == response.json()
    info = response.json()["_info"]
    assert (info["enteredBy"], info["lastUpdated"]) == ("admin", "2026-11-02T09:00:00Z")


def test_post_answers_only_the_fields_asked_for(psa: httpx2.Client) -> None:
    response = psa.post(ADDITIONS, params={"fields": "id,agreementId"}, json=ADDITION)
    assert response.json() == {"id": 3, "agreementId": 1}


def test_amounts_stay_exact(psa: httpx2.Client, store: Store) -> None:
    body = b'{"product":{"id":1},"billCustomer":"Billable","quantity":3,"unitPrice":0.1,"effectiveDate":"2026-12-01"}'
    response = psa.post(ADDITIONS, content=body, headers={"Content-Type": "application/json"})
    assert '"extPrice":0.30' in response.text
    addition = store.get("addition", 3)
    assert addition is not None
    assert addition["unitPrice"] == Decimal("0.1")


def test_nulls_are_left_out(psa: httpx2.Client) -> None:
    assert None not in psa.get("/finance/agreements/1").json().values()
    assert "parentAgreement" not in psa.get("/finance/agreements/1").json()


def test_put_clears_what_it_leaves_out(psa: httpx2.Client) -> None:
    company = psa.get("/company/companies/2").json()
    assert company["city"] == "Oslo"
    response = psa.put("/company/companies/2", json={"identifier": "Xyz", "name": "Xyz"})
    assert response.status_code == 200
    assert {"city", "parentCompany", "status"} & set(response.json()) == set()
    assert response.json()["site"]["name"] == "Main"


def test_put_takes_back_what_get_gave(psa: httpx2.Client) -> None:
    before = psa.get("/finance/agreements/2").json()
    after = psa.put("/finance/agreements/2", json=before).json()
    del before["_info"], after["_info"]
    assert after == before


def test_put_needs_the_fields_that_updates_require(psa: httpx2.Client) -> None:
    agreement = psa.get("/finance/agreements/1").json()
    del agreement["billTime"]
    assert errors(psa.put("/finance/agreements/1", json=agreement)) == [("MissingRequiredField", "billTime")]


def test_a_put_leaves_computed_fields_alone(psa: httpx2.Client) -> None:
    agreement = psa.get("/finance/agreements/1").json() | {
        "nextInvoiceDate": "1999-01-01",
        "agreementStatus": "Expired",
    }
    after = psa.put("/finance/agreements/1", json=agreement).json()
    assert (after["nextInvoiceDate"], after["agreementStatus"]) == ("2026-11-01T00:00:00Z", "Active")


def test_patch_with_and_without_slash(psa: httpx2.Client) -> None:
    operations = [
        {"op": "replace", "path": "/name", "value": "Renamed"},
        {"op": "add", "path": "customerPO", "value": "PO 7"},
    ]
    agreement = psa.patch("/finance/agreements/1", json=operations).json()
    assert (agreement["name"], agreement["customerPO"]) == ("Renamed", "PO 7")
    agreement = psa.patch("/finance/agreements/1", json=[{"op": "remove", "path": "/customerPO"}]).json()
    assert "customerPO" not in agreement


def test_a_path_into_a_reference_changes_nothing(psa: httpx2.Client) -> None:
    response = patch(psa, "/finance/agreements/1", **{"company/identifier": "Xyz", "/company/id": 2})
    assert (response.status_code, response.json()["company"]["id"]) == (200, 1)


def test_references_are_replaced_whole(psa: httpx2.Client) -> None:
    response = patch(psa, "/finance/agreements/1", company={"identifier": "XYZ"}, contact={"id": 2})
    assert response.json()["company"]["id"] == 2


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "Name", "value": "x"},
        {"op": "replace", "path": "nonsense", "value": "x"},
        {"op": "replace", "path": "name/first", "value": "x"},
        {"op": "replace", "path": "customFields/0/value", "value": "x"},
        {"op": "test", "path": "name", "value": "x"},
        {"op": "replace", "value": "x"},
        "name",
    ],
)
def test_other_patches_are_refused(psa: httpx2.Client, operation: object) -> None:
    response = psa.patch("/finance/agreements/1", json=[operation])
    assert (response.status_code, response.json()["code"]) == (400, "InvalidObject")
    assert psa.get("/finance/agreements/1").json()["name"] == "Agreement 1"


def test_a_patch_must_be_a_list(psa: httpx2.Client) -> None:
    assert psa.patch("/finance/agreements/1", json={"name": "x"}).status_code == 400


def test_a_failed_patch_changes_nothing(psa: httpx2.Client) -> None:
    assert errors(patch(psa, "/finance/agreements/1", customerPO="PO 8", name="x" * 101)) == [
        ("MaxLengthField", "name")
    ]
    assert "customerPO" not in psa.get("/finance/agreements/1").json()


def test_max_length_in_the_vendors_words(psa: httpx2.Client) -> None:
    response = psa.post(ADDITIONS, json={**ADDITION, "serialNumber": "x" * 51})
    assert response.json() == {
        "code": "InvalidObject",
        "message": "addition object is invalid",
        "errors": [
            {
                "code": "MaxLengthField",
                "message": "The field serialNumber must be a string with a maximum length of 50.",
                "resource": "addition",
                "field": "serialNumber",
            }
        ],
    }
    assert psa.post(ADDITIONS, json={**ADDITION, "serialNumber": "x" * 50}).status_code == 201


def test_every_problem_is_reported_once(psa: httpx2.Client) -> None:
    body = {"product": {"id": 99}, "quantity": "3", "nonsense": 1, "_info": {}, "id": 5, "extPrice": 7}
    assert errors(psa.post(ADDITIONS, json=body)) == [
        ("InvalidObject", "nonsense"),
        ("NotFound", "product/id"),
        ("InvalidObject", "quantity"),
        ("MissingRequiredField", "billCustomer"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("billCustomer", "billable"),
        ("billCustomer", 1),
        ("quantity", True),
        ("quantity", [1]),
        ("taxableFlag", "true"),
        ("taxableFlag", 0),
        ("effectiveDate", "2026-02-30"),
        ("effectiveDate", "20261201"),
        ("effectiveDate", 20261201),
        ("serialNumber", 5),
        ("product", 1),
        ("product", {}),
        ("product", {"description": "M365 seat"}),
    ],
)
def test_values_of_the_wrong_type(psa: httpx2.Client, field: str, value: object) -> None:
    assert errors(psa.post(ADDITIONS, json={**ADDITION, field: value})) == [("InvalidObject", field)]


def test_whole_numbers(psa: httpx2.Client) -> None:
    body: Record = {"name": "Net 5", "dueDays": 5.0}
    assert psa.post("/finance/billingTerms", json=body).json()["dueDays"] == 5
    for wrong in (5.5, 2**31, "5"):
        response = psa.post("/finance/billingTerms", json={"name": "Net x", "dueDays": wrong})
        assert errors(response) == [("InvalidObject", "dueDays")]


def test_dates_are_kept_as_the_wire_writes_them(psa: httpx2.Client) -> None:
    response = psa.post(
        "/finance/agreements/1/adjustments", json={"amount": 1, "effectiveDate": "2026-12-01T02:00:00+02:00"}
    )
    assert response.json()["effectiveDate"] == "2026-12-01T00:00:00Z"


def test_what_must_be_unique(psa: httpx2.Client) -> None:
    company = {"identifier": "ABC", "name": "Another", "city": "Bonn"}
    assert errors(psa.post("/company/companies", json=company)) == [("ObjectExists", "identifier")]
    assert errors(patch(psa, "/company/companies/2", identifier="abc")) == [("ObjectExists", "identifier")]
    assert patch(psa, "/company/companies/1", identifier="ABC").status_code == 200
    seats = {"name": "seats", "category": {"id": 1}}
    assert errors(psa.post("/procurement/subcategories", json=seats)) == [("ObjectExists", "name")]
    assert psa.post("/procurement/subcategories", json=seats | {"category": {"id": 2}}).status_code == 201


def test_children_belong_to_their_parent(psa: httpx2.Client) -> None:
    assert psa.get("/finance/agreements/2/additions/1").status_code == 404
    assert psa.get("/finance/agreements/99/additions").status_code == 404
    assert psa.get("/finance/agreements/2/additions").json() == []
    moved = {"name": "Side", "company": {"id": 2}}
    assert errors(psa.post("/company/companies/1/sites", json=moved)) == [("InvalidObject", "company")]


def test_delete(psa: httpx2.Client) -> None:
    response = psa.delete("/finance/agreements/1/adjustments/1")
    assert (response.status_code, response.content) == (204, b"")
    assert psa.get("/finance/agreements/1/adjustments/1").status_code == 404
    assert psa.post("/finance/agreements/1/adjustments", json={"amount": 1}).json()["id"] == 2


def test_a_record_in_use_cannot_be_deleted(psa: httpx2.Client) -> None:
    response = psa.delete("/procurement/catalog/1")
    assert (response.status_code, response.json()["errors"]) == (409, None)
    assert psa.delete("/procurement/catalog/2").status_code == 204


def test_an_agreement_goes_with_its_additions(psa: httpx2.Client, store: Store) -> None:
    created = psa.post("/finance/agreements/2/additions", json=ADDITION)
    assert created.status_code == 201
    assert psa.delete("/finance/agreements/2").status_code == 204
    assert store.rows("addition", agreementId=2) == []
    assert psa.delete("/finance/agreements/1").status_code == 409


def test_the_rules_of_the_addition_are_asked(psa: httpx2.Client) -> None:
    early = {**ADDITION, "effectiveDate": "2025-12-31T00:00:00Z"}
    message = psa.post(ADDITIONS, json=early).json()["errors"][0]["message"]
    assert message == "effectiveDate cannot be less than the agreement billing start date"


def test_a_new_agreement_takes_over_from_its_type(psa: httpx2.Client) -> None:
    body = {"name": "New", "type": {"name": "managed"}, "company": {"identifier": "Abc"}, "contact": {"id": 1}}
    agreement = psa.post("/finance/agreements", json=body).json()
    assert (agreement["billTime"], agreement["agreementStatus"]) == ("Billable", "Active")
    assert psa.post("/finance/agreements", json=body | {"contact": {"id": 2}}).status_code == 400


def test_cancelling_an_agreement_reaches_its_additions(psa: httpx2.Client) -> None:
    assert patch(psa, "/finance/agreements/1", cancelledFlag=True).json()["agreementStatus"] == "Cancelled"
    assert psa.get(f"{ADDITIONS}/1").json()["agreementStatus"] == "Cancelled"


def test_invoicing_answers_a_bare_number(psa: httpx2.Client) -> None:
    response = psa.post("/finance/agreements/1/invoice")
    assert (response.status_code, response.text) == (201, "6")
    lines = psa.get("/procurement/products", params={"conditions": "invoice/id = 6"}).json()
    assert len(lines) == 2
    assert psa.post("/finance/agreements/99/invoice").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"quantity": NaN}', b'{"quantity": 1.5e999}'])
def test_bodies_that_are_no_record(psa: httpx2.Client, body: bytes) -> None:
    response = psa.post(ADDITIONS, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "InvalidObject")


def test_other_media_types(psa: httpx2.Client) -> None:
    response = psa.post(ADDITIONS, data={"product": "1"})
    assert response.status_code == 415


def test_methods_that_a_path_does_not_have(psa: httpx2.Client) -> None:
    response = psa.delete("/finance/invoices/1")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, PATCH")
    assert response.json()["code"] == "ConnectWiseApi"
    for path in ("/system/securityroles/1", "/system/securityRoles/1/settings/1"):
        assert psa.patch(path, json=[]).status_code == 405


@pytest.mark.parametrize("path", ["/nonsense", "/finance/agreements/one", "/finance/invoices/1/payments/count", "/"])
def test_paths_that_do_not_exist(psa: httpx2.Client, path: str) -> None:
    response = psa.get(path)
    assert response.status_code == 404
    assert response.json() == {"code": "ConnectWiseApi", "message": "The endpoint does not exist.", "errors": None}


def test_a_record_that_is_not_there(psa: httpx2.Client) -> None:
    response = psa.get("/finance/agreements/99")
    assert response.status_code == 404
    assert response.json() == {"code": "NotFound", "message": "Agreement 99 not found", "errors": None}
