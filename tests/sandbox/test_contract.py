"""The official OpenAPI subset judges every route and every answer of the sandbox; skipped where it is absent."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx2
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from small_books import CLOSED_INVOICE, ENTRIES, OPEN_INVOICE, SAMPLES, detail, order, order_line, write
from small_psa import ROOT, client_of, small_store

from psa_sandbox.rest import create_rest_app
from psa_sandbox.rest.accounting import BATCH_REQUEST, EXPORT_REQUEST
from psa_sandbox.rest.routes import Routes
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.state.ledger.export import cost_shapes, sales_shapes
from psa_sandbox.state.resources import RESOURCES, Resource
from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.store import Record, Store

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("BURSAR_SHARED") or Path(__file__).parents[3] / "shared")
CONTRACT = SHARED / "connectwise" / "openapi-subset.json"
NOT_IN_THE_SUBSET = {"/system/members/{memberIdentifier}/tokens"}
URN = "urn:psa"

BODIES: dict[str, Record] = {
    "company": {"identifier": "New", "name": "New", "city": "Bonn", "types": [{"id": 2}]},
    "companySite": {"name": "Warehouse"},
    "companyTypeAssociation": {"type": {"id": 2}, "company": {"id": 1}},
    "companyStatus": {"name": "New"},
    "companyType": {"name": "New"},
    "agreement": {"name": "New", "type": {"id": 1}, "company": {"id": 1}, "contact": {"id": 1}},
    "addition": {"product": {"id": 1}, "billCustomer": "Billable", "effectiveDate": "2026-12-01T00:00:00Z"},
    "adjustment": {"amount": 1.5, "effectiveDate": "2026-12-01T00:00:00Z"},
    "payment": {"amount": 50, "paymentDate": "2026-11-01T00:00:00Z"},
    "billingCycle": {"identifier": "Q", "name": "Quarterly", "billingOptions": "Quarterly"},
    "billingTerm": {"name": "New", "dueDays": 3},
    "billingStatus": {"name": "New status"},
    "currency": {"currencyIdentifier": "EUR", "name": "Euro", "currencyCode": {"id": 1}},
    "taxCode": {"identifier": "T2", "description": "New", "invoiceCaption": "New", "effectiveDate": "2026-01-01"},
    "catalogItem": {
        "identifier": "NEW",
        "description": "New",
        "customerDescription": "New",
        "subcategory": {"id": 1},
        "type": {"id": 1},
    },
    "category": {"name": "New"},
    "subcategory": {"name": "New", "category": {"id": 1}},
    "productType": {"name": "New"},
    "unitOfMeasure": {"name": "New"},
    "manufacturer": {"name": "New"},
    "member": {
        "identifier": "new",
        "firstName": "New",
        "lastName": "Member",
        "hireDate": "2026-01-01",
        "licenseClass": "F",
        "defaultEmail": "Office",
        "defaultPhone": "Office",
        "securityRole": {"id": 1},
        "password": "not kept",
    },
    "apiMember": {"identifier": "new", "name": "New", "securityRole": {"id": 1}},
    "securityRole": {"name": "New"},
    "location": {"name": "New", "structureLevel": {"id": 1}},
    "department": {"identifier": "NEW", "name": "New"},
    "userDefinedField": {"podId": 1, "caption": "New", "sequenceNumber": 9, "fieldTypeIdentifier": "Text"},
}
BODIES["agreementType"] = {
    "name": "New",
    "employeeCompRate": "Actual",
    "employeeCompNotExceed": "Billing",
    "invoicingCycle": "CalendarYear",
    "billTime": "Billable",
    "billExpenses": "Billable",
    "billProducts": "Billable",
}


BODIES |= {
    "glAccount": {"glType": "AR", "mappedType": {"id": 22}, "mappedRecord": {"id": 1}, "segment1": "1"},
    "invoice": {"type": "Miscellaneous", "company": {"id": 1}},
    "product": {"catalogItem": {"id": 1}, "billableOption": "Billable", "invoice": {"id": OPEN_INVOICE}},
    "purchaseOrder": order(),
    "purchaseOrderLineItem": {**order_line(9), "unitCost": 10},
    "purchaseOrderStatus": {"name": "New"},
    "shipmentMethod": {"name": "New"},
    "warehouse": {"name": "New", "location": {"id": 1}, "department": {"id": 1}},
    "adjustmentType": {"identifier": "New"},
    "procurementAdjustment": {"identifier": "New", "type": {"id": 1}},
    "adjustmentDetail": detail(),
}
ACTIONS: dict[str, Record] = {
    "/finance/accounting/export": {
        "exportInvoicesFlag": True,
        "exportExpensesFlag": True,
        "exportProductsFlag": True,
    },
    "/finance/accounting/batches": {"exportInvoicesFlag": True, "processedRecordIds": [ENTRIES]},
    "/finance/accounting/batches/{id}/export": {"exportExpensesFlag": True},
}
GOODS_BATCH = {"batchIdentifier": "G", "exportProductsFlag": True, "processedRecordIds": [ENTRIES + 14]}


@cache
def contract() -> Record:
    if not CONTRACT.is_file():
        pytest.skip(f"no contract at {CONTRACT}")
    document: Record = json.loads(CONTRACT.read_text())
    return document


def at(value: object, *path: object) -> Record:
    """A mapping somewhere inside the contract."""
    for step in path:
        assert isinstance(value, dict)
        value = value[step]
    assert isinstance(value, dict)
    return value


@cache
def operations() -> dict[str, Record]:
    """Operations by path in lower case, placeholders without their names, no trailing slash."""
    return {plain(path): at(contract(), "paths", path) for path in at(contract(), "paths")}


def plain(path: str) -> str:
    words = path.lower().removesuffix("/").split("/")
    return "/".join("{}" if word.startswith("{") else word for word in words)


@cache
def validator(schema: str) -> Draft202012Validator:
    resource = DRAFT202012.create_resource(contract())
    return Draft202012Validator(json.loads(schema), registry=Registry().with_resource(URN, resource))


def answer_schema(operation: Record, status: int) -> Record | None:
    answers = at(operation, "responses")
    assert str(status) in answers, f"{status} is none of {sorted(answers)}"
    content = at(answers, str(status)).get("content")
    return at(content, "application/json", "schema") if content else None


def schema_errors(schema: Record, body: object) -> list[str]:
    text = json.dumps(schema).replace('"#/', f'"{URN}#/')
    return [f"{error.json_path}: {error.message}" for error in validator(text).iter_errors(body)]


def strangers(schema: Record, body: object) -> set[str]:
    """Members of records that the contract does not know."""
    if isinstance(body, list):
        return set().union(*(strangers(at(schema, "items"), item) for item in body))
    if not isinstance(body, dict):
        return set()
    return set(body) - set(properties(schema))


def properties(schema: Record) -> Record:
    name = str(schema["$ref"]).rpartition("/")[2]
    return at(contract(), "components", "schemas", name, "properties")


ROUTES = {route.path: route for route in Routes()}
CALLS = [(method, path) for path, route in ROUTES.items() for method in sorted(route.methods)]


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_every_route_is_in_the_contract(path: str) -> None:
    if path not in NOT_IN_THE_SUBSET:
        known = {method.upper() for method in operations()[plain(path)]}
        assert set(ROUTES[path].methods) <= known


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_answer_follows_the_contract(method: str, path: str) -> None:
    if path in NOT_IN_THE_SUBSET:
        pytest.skip("not in the subset")
    operation = at(operations()[plain(path)], method.lower())
    store = small_store()
    with client_of(store) as psa:
        response = CALLERS[method](psa, store, path)
    assert response.status_code in {200, 201, 204}, response.text
    schema = answer_schema(operation, response.status_code)
    if schema is None:
        assert response.content == b""
        return
    assert schema_errors(schema, response.json()) == []
    assert strangers(schema, response.json()) == set()


def kind_of(path: str) -> str:
    base = path.removesuffix("/{id}")
    return next(found.kind for found in RESOURCES.values() for mount in found.mounts if mount.path == base)


def address(path: str, key: int | None = None) -> str:
    parent, sample = SAMPLES.get(path.removesuffix("/{id}").removesuffix("/count"), ("1", 1))
    # Invoice 1 has its payment; the one of invoice 3 is still to come.
    parent = "3" if path.endswith("/payments") else parent
    return path.replace("{parentId}", parent).replace("{id}", str(sample if key is None else key))


def get(psa: httpx2.Client, _store: Store, path: str) -> httpx2.Response:
    return psa.get(address(path))


def post(psa: httpx2.Client, store: Store, path: str) -> httpx2.Response:
    if path.endswith("/invoice"):
        return psa.post(address(path))
    if path.endswith(("/unbatch", "/rebatch")):
        assert psa.post("/finance/accounting/batches", json=GOODS_BATCH).status_code == 201
        assert path.endswith("/unbatch") or psa.post("/procurement/purchaseorders/1/unbatch").status_code == 200
        return psa.post(address(path))
    if path in ACTIONS:
        return psa.post(address(path), json=ACTIONS[path])
    if path.startswith("/procurement/adjustments/{parentId}"):
        write(store, "procurementAdjustment", {"identifier": "Another", "type": {"id": 1}})
    return psa.post(address(path), json=BODIES[kind_of(path)])


def put(psa: httpx2.Client, _store: Store, path: str) -> httpx2.Response:
    if path.startswith("/finance/closedInvoices"):
        return psa.put(address(path, CLOSED_INVOICE), json={"status": {"id": 1}})
    return psa.put(address(path), json=psa.get(address(path)).json())


def patch(psa: httpx2.Client, _store: Store, path: str) -> httpx2.Response:
    if path.startswith("/finance/closedInvoices"):
        return psa.patch(address(path, CLOSED_INVOICE), json=[{"op": "add", "path": "internalNotes", "value": "x"}])
    text = next((field for field in RESOURCES[kind_of(path)].fields.values() if is_free_text(field)), None)
    operations = [{"op": "replace", "path": text.name, "value": "Patched"}] if text else []
    return psa.patch(address(path), json=operations)


def is_free_text(field: Field) -> bool:
    long_enough = field.max_length is None or field.max_length > 10
    return field.type == "text" and long_enough and not (field.computed or field.secret)


def delete(psa: httpx2.Client, _store: Store, path: str) -> httpx2.Response:
    base, kind = path.removesuffix("/{id}"), kind_of(path)
    if kind in {"payment", "batch"}:
        return psa.delete(address(path))
    created = psa.post(address(base), json=BODIES[kind])
    assert created.status_code == 201, created.text
    return psa.delete(address(path, created.json()["id"]))


CALLERS: dict[str, Callable[[httpx2.Client, Store, str], httpx2.Response]] = {
    "GET": get,
    "POST": post,
    "PUT": put,
    "PATCH": patch,
    "DELETE": delete,
}

SINGLES = sorted(path for path, route in ROUTES.items() if path.endswith("/{id}") and "GET" in route.methods)
JSON_TYPES = {"text": "string", "choice": "string", "moment": "string", "integer": "integer", "number": "number"}
JSON_TYPES |= {"flag": "boolean", "list": "array", "references": "array", "reference": "object", "object": "object"}


@pytest.mark.parametrize("path", SINGLES)
def test_the_table_knows_every_field_of_the_contract(path: str) -> None:
    schema = answer_schema(at(operations()[plain(path)], "get"), 200)
    assert schema is not None
    official = properties(schema)
    fields = RESOURCES[kind_of(path)].fields
    assert set(fields) == set(official) - {"id", "_info", "customFields"}
    for name, field in fields.items():
        assert differences(field, at(official, name)) == [], name


def differences(field: Field, official: Record) -> list[str]:
    found = []
    kind = official.get("type", "object")
    if JSON_TYPES[field.type] != kind:
        found.append(f"{field.type} is no {kind}")
    if field.type == "choice" and list(field.choices) != official.get("enum"):
        found.append(f"choices {field.choices}")
    limit = str(official.get("description", "")).partition("Max length: ")[2].partition(";")[0]
    if limit and field.max_length != int(limit):
        found.append(f"max length {limit}")
    return found


@pytest.mark.parametrize("path", SINGLES)
def test_the_table_requires_what_the_contract_requires(path: str) -> None:
    schema = answer_schema(at(operations()[plain(path)], "get"), 200)
    assert schema is not None
    definition = at(contract(), "components", "schemas", str(schema["$ref"]).rpartition("/")[2])
    required = definition.get("required", [])
    assert isinstance(required, list)
    table = {name for name, field in RESOURCES[kind_of(path)].fields.items() if field.required}
    assert set(required) <= table


EXPORT_SHAPES = {
    "Customer": sales_shapes.CUSTOMER,
    "CustomerTaxLevel": sales_shapes.CUSTOMER_LEVEL,
    "Vendor": sales_shapes.VENDOR,
    "Transaction": sales_shapes.TRANSACTION,
    "TransactionTaxLevel": sales_shapes.TRANSACTION_LEVEL,
    "TransactionDetail": sales_shapes.TRANSACTION_DETAIL,
    "TransactionDetailTaxLevel": sales_shapes.DETAIL_LEVEL,
    "Expense": cost_shapes.EXPENSE,
    "ExpenseOffset": cost_shapes.EXPENSE_OFFSET,
    "ExpenseBill": cost_shapes.EXPENSE_BILL,
    "ExpenseBillDetail": cost_shapes.EXPENSE_BILL_DETAIL,
    "PurchaseTransaction": cost_shapes.PURCHASE,
    "PurchaseTransactionTaxLevel": cost_shapes.PURCHASE_LEVEL,
    "PurchaseTransactionDetail": cost_shapes.PURCHASE_DETAIL,
    "PurchaseTransactionDetailTax": cost_shapes.PURCHASE_DETAIL_TAX,
    "AdjustmentTransaction": cost_shapes.ADJUSTMENT,
    "AdjustmentTransactionDetail": cost_shapes.ADJUSTMENT_DETAIL,
    "InventoryTransfer": cost_shapes.TRANSFER,
    "InventoryTransferOffset": cost_shapes.TRANSFER_OFFSET,
}


@pytest.mark.parametrize("name", sorted(EXPORT_SHAPES))
def test_the_export_knows_every_field_of_the_contract(name: str) -> None:
    official = properties({"$ref": f"#/components/schemas/GLExport{name}"})
    assert set(EXPORT_SHAPES[name]) == set(official) - {"id"}
    for member, field in EXPORT_SHAPES[name].items():
        assert differences(field, at(official, member)) == [], member


@pytest.mark.parametrize("request_", [EXPORT_REQUEST, BATCH_REQUEST], ids=lambda found: found.kind)
def test_the_requests_are_those_of_the_contract(request_: Resource) -> None:
    name = request_.kind[0].upper() + request_.kind[1:]
    official = properties({"$ref": f"#/components/schemas/{name}"})
    assert set(request_.fields) == set(official) - {"id"}
    for member, field in request_.fields.items():
        assert differences(field, at(official, member)) == [], member


def test_a_whole_export_follows_the_contract() -> None:
    store = Store()
    seed(store)
    login = next(pair for pair in api_keys(store) if pair.role == "Admin")
    transport = httpx2.WSGITransport(app=create_rest_app(store))
    auth = (f"{store.site.company_id}+{login.public_key}", login.private_key)
    with httpx2.Client(transport=transport, base_url=ROOT, auth=auth, headers={"clientId": "x"}) as psa:
        export = psa.post("/finance/accounting/export", json=ACTIONS["/finance/accounting/export"]).json()
    assert schema_errors({"$ref": "#/components/schemas/GLExport"}, export) == []
    assert set(export) == set(properties({"$ref": "#/components/schemas/GLExport"}))
    assert all(export[section] for section in export)


def test_system_info_and_errors_follow_the_contract() -> None:
    with client_of(small_store()) as psa:
        info, error = psa.get("/system/info"), psa.patch("/finance/agreements/1", json=[{"op": "x", "path": "name"}])
    assert schema_errors({"$ref": "#/components/schemas/Info"}, info.json()) == []
    assert schema_errors({"$ref": "#/components/schemas/ErrorResponseMessage"}, error.json()) == []
    assert set(error.json()["errors"][0]) <= set(properties({"$ref": "#/components/schemas/ValidationError"}))
