"""Every request of the permission check fits the published document, where the sandbox has no such list too."""

import json
from urllib.parse import parse_qsl

import pytest

from bursar.connectors.connectwise.permission_probes import ADDS, EDITS, READS, TABLES
from bursar.domain.permissions import NEEDS
from psa_sandbox.control.journal import Entry
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.test_contract import Json, document, operation_of, schema_of_list, unknown_properties

__all__ = ["document"]
pytestmark = pytest.mark.shared


@pytest.fixture(params=["", "api-admin", "dmorgan"], ids=["probes", "API member", "member"])
def requests(request: pytest.FixtureRequest, connect: Connect, sandbox: Sandbox) -> list[Entry]:
    connect("Admin").granted(list(NEEDS), request.param)
    return [entry for entry in sandbox.journal.entries() if "/apis/3.0" in entry.path]


def test_every_call_is_in_the_document(document: Json, requests: list[Entry]) -> None:
    asked = {entry.path.partition("/apis/3.0")[2] for entry in requests}
    lists = {endpoint.path for endpoint in (*READS.values(), *TABLES.values())}
    assert lists <= asked
    for entry in requests:
        operation = operation_of(document, entry)
        parameters = operation.get("parameters", [])
        assert isinstance(parameters, list)
        declared = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
        assert {name for name, _ in parse_qsl(entry.query)} <= declared


def test_every_field_that_is_asked_for_exists(document: Json, requests: list[Entry]) -> None:
    for entry in requests:
        fields = dict(parse_qsl(entry.query)).get("fields")
        if fields:
            name = schema_of_list(operation_of(document, entry))
            assert unknown_properties(document, name, set(fields.split(","))) == set()


@pytest.mark.parametrize("path", sorted({endpoint.path for endpoint in ADDS.values()}))
def test_an_empty_record_lacks_what_the_document_requires(document: Json, path: str) -> None:
    paths, components = document["paths"], document["components"]
    assert isinstance(paths, dict)
    assert isinstance(components, dict)
    reference = json.dumps(paths[path]["post"]["requestBody"])
    name = reference.rpartition("#/components/schemas/")[2].partition('"')[0]
    assert components["schemas"][name]["required"]


def test_what_is_edited_can_be_patched(document: Json) -> None:
    paths = document["paths"]
    assert isinstance(paths, dict)
    assert all("patch" in paths[f"{endpoint.path}/{{id}}"] for endpoint in EDITS.values())
