"""Every request that the client sends fits ConnectWise's published document."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft4Validator
from jsonschema.protocols import Validator

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.lists import ListKind
from bursar.domain.plan import Action, Resource
from bursar.ports import Write
from psa_sandbox.control.journal import Entry
from psa_sandbox.server import Sandbox
from tests.conftest import shared_folder
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.ledger_writes import (
    INVOICE,
    MEMO,
    PAID_ON,
    batch_of,
    change_payment,
    create_payment,
    delete,
    documents,
    invoice_id,
)
from tests.connectors.connectwise.sample_writes import (
    agreement_fields,
    agreement_named,
    change_addition,
    create_addition,
)

pytestmark = pytest.mark.shared
Json = dict[str, object]


@pytest.fixture(scope="module")
def document() -> Json:
    folder = shared_folder()
    assert folder is not None
    loaded: Json = json.loads((folder / "connectwise" / "openapi-subset.json").read_text())
    return nullable_as_types(loaded)


def nullable_as_types(node: Json) -> Json:
    """OpenAPI 3.0 says `nullable`; JSON Schema wants null among the types."""
    changed = {name: _nullable(value) for name, value in node.items()}
    if changed.pop("nullable", False) is True:
        changed["type"] = [changed["type"], "null"]
        changed.pop("enum", None)
    return changed


def _nullable(value: object) -> object:
    if isinstance(value, dict):
        return nullable_as_types(value)
    return [_nullable(item) for item in value] if isinstance(value, list) else value


def do_everything(psa: ConnectWise) -> None:
    """Each call that the port has, and writes with every field they may carry."""
    psa.info()
    psa.agreement_types()
    for kind in ListKind:
        assert psa.choices(kind)
    for stream in (psa.companies(), psa.companies([1, 2]), psa.catalog_items(), psa.catalog_items([1])):
        list(stream)
    agreement = agreement_named(psa)
    list(psa.agreements([agreement.company_id]))
    list(psa.additions([agreement.id]))
    company = next(psa.companies([agreement.company_id]))
    fields = agreement_fields(company.id, company.contact_id)
    create = Write(Action.CREATE, Resource.AGREEMENT, "k", fields)
    made = psa.send(create)
    psa.look(create)
    psa.send(Write(Action.UPDATE, Resource.AGREEMENT, "k", fields, remote_id=made.remote_id))
    addition = create_addition(agreement.id, unit_cost=Decimal("1.1"), cancelled=date(2026, 11, 30))
    receipt = psa.send(addition)
    psa.look(addition)
    changed = change_addition(agreement.id, receipt, Action.CANCEL, **{**addition.fields, "cancelled": None})
    psa.send(changed)
    psa.look(changed)
    read_the_ledger(psa)
    write_to_the_ledger(psa)


def read_the_ledger(psa: ConnectWise) -> None:
    """Each call of the accounting port, with every member that a request may carry."""
    ledger = psa.accounting
    waiting = {family: list(ledger.unposted(family)) for family in Family}
    ledger.explain([row for rows in waiting.values() for row in rows])
    for batch in ledger.batches():
        list(ledger.batch_entries(batch.id))
        list(ledger.batch_export(batch.id, Wish()))
    ids = {family: frozenset(row.unposted_id for row in rows) for family, rows in waiting.items()}
    for wish in (Wish(included=ids, location="Madison", thru=date(2026, 11, 2)), Wish(excluded=ids)):
        list(ledger.export(wish))
    assert dict(ledger.payments([each.id for each in ledger.invoices([INVOICE, MEMO])]))


def write_to_the_ledger(psa: ConnectWise) -> None:
    """A batch and payments, made, changed and taken back."""
    batch = batch_of(documents(psa)[0])
    undo = delete(psa.send(batch), Resource.BATCH)
    psa.look(batch)
    psa.send(undo)
    psa.look(undo)
    invoice = invoice_id(psa)
    psa.send(create_payment(invoice, amount=Decimal(1), kind="C", credit_id=invoice_id(psa, MEMO)))
    payment = psa.send(create_payment(invoice))
    psa.look(create_payment(invoice))
    psa.send(change_payment(invoice, payment, amount=Decimal(2), day=PAID_ON))
    psa.send(delete(payment, Resource.PAYMENT, invoice))


@pytest.fixture(params=[None, "Bursar Key"], ids=["serial number", "custom field"])
def requests(request: pytest.FixtureRequest, connect: Connect, sandbox: Sandbox) -> list[Entry]:
    do_everything(connect("Admin", marker_field=request.param, page_size=20))
    return [entry for entry in sandbox.journal.entries() if "/apis/3.0" in entry.path]


def operation_of(document: Json, entry: Entry) -> Json:
    """The document's entry for a request; literal paths win over those with parameters.

    A few lists end with a slash in the document; the server does not mind either way.
    """
    path = entry.path.split("/apis/3.0")[1]
    paths = document["paths"]
    assert isinstance(paths, dict)
    known = path_in_document(tuple(paths), re.sub(r"/\d+", "/0", path))
    assert known, f"{path} is not in the document"
    operation = paths[known].get(entry.method.lower())
    assert isinstance(operation, dict), f"{entry.method} {path} is not in the document"
    return operation


@cache
def path_in_document(paths: tuple[str, ...], path: str) -> str:
    fitting = (known for known in paths if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", known.rstrip("/")), path))
    return next(fitting, "")


def answers_of(operation: Json) -> set[str]:
    responses = operation["responses"]
    assert isinstance(responses, dict)
    return set(responses)


def body_validator(document: Json, operation: Json) -> Validator:
    body = operation["requestBody"]
    assert isinstance(body, dict)
    schema = body["content"]["application/json"]["schema"]
    return Draft4Validator({**schema, "components": document["components"]})


def unknown_properties(document: Json, schema_name: str, names: set[str]) -> set[str]:
    components = document["components"]
    assert isinstance(components, dict)
    return names - set(components["schemas"][schema_name]["properties"])


def test_every_call_is_in_the_document(document: Json, requests: list[Entry]) -> None:
    assert {entry.method for entry in requests} == {"GET", "POST", "PATCH", "DELETE"}
    for entry in requests:
        assert str(entry.status) in answers_of(operation_of(document, entry))


def test_every_query_parameter_is_declared(document: Json, requests: list[Entry]) -> None:
    for entry in requests:
        parameters = operation_of(document, entry).get("parameters", [])
        assert isinstance(parameters, list)
        declared = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        assert {name for name, _ in parse_qsl(entry.query)} <= declared


def test_every_field_that_is_asked_for_exists(document: Json, requests: list[Entry]) -> None:
    asked = 0
    for entry in requests:
        fields = dict(parse_qsl(entry.query)).get("fields")
        if fields:
            name = schema_of_list(operation_of(document, entry))
            assert unknown_properties(document, name, set(fields.split(","))) == set()
            asked += 1
    assert asked > 10


def schema_of_list(operation: Json) -> str:
    responses = operation["responses"]
    assert isinstance(responses, dict)
    reference = str(responses["200"]["content"]["application/json"]["schema"]["items"]["$ref"])
    return reference.rpartition("/")[2]


def test_every_body_fits_its_schema(document: Json, requests: list[Entry]) -> None:
    writes = [entry for entry in requests if entry.body]
    assert len(writes) == 13
    for entry in writes:
        body = json.loads(entry.body)
        faults = list(body_validator(document, operation_of(document, entry)).iter_errors(body))
        assert faults == []


WRITTEN = {
    "/additions": "Addition",
    "/agreements": "Agreement",
    "/export": "ExportAccountingBatchRequest",
    "/batches": "CreateAccountingBatchRequest",
    "/payments": "InvoicePayment",
}
"""What is in the body of a request, by a part of its address."""


def test_every_written_property_exists(document: Json, requests: list[Entry]) -> None:
    for entry in requests:
        if entry.body:
            name = next(name for part, name in WRITTEN.items() if part in entry.path)
            assert unknown_properties(document, name, written_properties(entry)) == set()


def written_properties(entry: Entry) -> set[str]:
    body = json.loads(entry.body)
    return set(body) if entry.method == "POST" else {operation["path"] for operation in body}


def test_patches_speak_the_vendors_dialect(requests: list[Entry]) -> None:
    operations: Iterator[Json] = (o for entry in requests if entry.method == "PATCH" for o in json.loads(entry.body))
    checked = 0
    for operation in operations:
        assert set(operation) == {"op", "path", "value"}
        assert operation["op"] == "replace"
        assert "/" not in str(operation["path"])
        checked += 1
    assert checked > 20


def test_the_validator_can_say_no(document: Json, sandbox: Sandbox, connect: Connect) -> None:
    psa = connect()
    with pytest.raises(RemoteError):
        psa.send(create_addition(1, bill_customer="Perhaps"))
    entry = sandbox.journal.entries()[-1]
    body = {**json.loads(entry.body), "quantity": "three", "product": None}
    faults = list(body_validator(document, operation_of(document, entry)).iter_errors(body))
    assert {fault.path[0] for fault in faults} == {"quantity", "product"}
