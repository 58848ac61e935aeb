"""Security roles: three people, four levels, one message."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from small_books import SAMPLES
from small_psa import client_of, plant_member, small_store

from psa_sandbox.rest.routes import Routes
from psa_sandbox.seeds.roles import FUNCTIONS
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Store

DENIED = {
    "code": "Security",
    "message": "You do not have security permission to perform this action.",
    "errors": None,
}
ADJUSTMENTS = "/finance/agreements/1/adjustments"


@pytest.fixture
def reader(store: Store) -> Iterator[httpx2.Client]:
    with client_of(store, "reader") as client:
        yield client


@pytest.fixture
def nobody(store: Store) -> Iterator[httpx2.Client]:
    with client_of(store, "nobody") as client:
        yield client


def path_of(route: str) -> str:
    parent, key = SAMPLES.get(route.removesuffix("/{id}").removesuffix("/count"), ("1", 1))
    route = route.replace("{parentId}", parent).replace("{id}", str(key))
    return route.replace("{memberIdentifier}", "ann").replace("{parentId}", "1").replace("{id}", "1")


def requests(*methods: str) -> list[tuple[str, str]]:
    return [(method, path_of(route.path)) for route in Routes() for method in route.methods if method in methods]


@pytest.mark.parametrize(("method", "path"), requests("GET", "POST", "PUT", "PATCH", "DELETE"))
def test_nobody_may_do_anything(store: Store, method: str, path: str) -> None:
    with client_of(store, "nobody") as nobody:
        body: object = [] if method == "PATCH" else {}
        response = nobody.request(method, path, json=body) if method != "GET" else nobody.get(path)
    assert (response.status_code, response.json()) == (403, DENIED)


def test_a_reader_reads_everything_and_writes_nothing() -> None:
    store = small_store()
    before = store.dump()["tables"]
    with client_of(store, "reader") as reader:
        for _, path in requests("GET"):
            assert reader.get(path).status_code == 200, path
        for method, path in requests("POST", "PUT", "PATCH", "DELETE"):
            assert reader.request(method, path, json=[]).status_code == 403, (method, path)
    assert store.dump()["tables"] == before


def test_one_level_at_a_time(store: Store) -> None:
    for level in ("add", "edit", "delete", "inquire"):
        plant_member(store, level, {f"Agreements/{level}": "All"})
    for level, wanted in {"add": 201, "edit": 200, "inquire": 200, "delete": 204}.items():
        with client_of(store, level) as client:
            statuses = {
                "inquire": client.get(f"{ADJUSTMENTS}/1").status_code,
                "add": client.post(ADJUSTMENTS, json={"amount": 1}).status_code,
                "edit": client.patch(f"{ADJUSTMENTS}/1", json=[]).status_code,
                "delete": client.delete(f"{ADJUSTMENTS}/1").status_code,
            }
        allowed = {name: status for name, status in statuses.items() if status != 403}
        assert allowed == {level: wanted}


def test_my_means_what_i_entered(store: Store) -> None:
    mine = {f"Agreements/{level}": "My" for level in ("add", "edit", "delete", "inquire")}
    plant_member(store, "me", mine)
    with client_of(store, "me") as me:
        assert me.get(ADJUSTMENTS).json() == []
        own = me.post(ADJUSTMENTS, json={"amount": 1}).json()["id"]
        assert [row["id"] for row in me.get(ADJUSTMENTS).json()] == [own]
        assert me.get(f"{ADJUSTMENTS}/count").json() == {"count": 1}
        assert me.get(f"{ADJUSTMENTS}/1").status_code == 403
        assert me.delete(f"{ADJUSTMENTS}/1").status_code == 403
        assert me.delete(f"{ADJUSTMENTS}/{own}").status_code == 204


def test_invoicing_an_agreement_is_a_line_of_its_own(store: Store) -> None:
    plant_member(store, "biller", {"Agreement Invoicing/add": "All"})
    plant_member(store, "seller", {"Agreements/add": "All", "Agreements/edit": "All"})
    with client_of(store, "seller") as seller, client_of(store, "biller") as biller:
        assert seller.post("/finance/agreements/1/invoice").status_code == 403
        assert biller.post("/finance/agreements/1/invoice").status_code == 201


def test_a_payment_is_an_edit_of_the_invoice(store: Store) -> None:
    plant_member(store, "payer", {"Invoicing/edit": "All"})
    with client_of(store, "payer") as payer:
        body = {"amount": 5, "paymentDate": "2026-11-01T00:00:00Z"}
        assert payer.post("/finance/invoices/2/payments", json=body).status_code == 201


def test_an_inactive_role_allows_nothing(store: Store, reader: httpx2.Client) -> None:
    role = store.find("securityRole", name="reader")[0]
    store.replace("securityRole", int(str(role["id"])), {**role, "inactiveFlag": True}, by="test")
    assert reader.get("/finance/agreements").status_code == 403


def test_settings_can_be_read_by_role(reader: httpx2.Client) -> None:
    lines = reader.get("/system/securityRoles/2/settings", params={"pageSize": 100}).json()
    agreements = next(line for line in lines if line["moduleFunctionName"] == "Agreements")
    assert (agreements["inquireLevel"], agreements["addLevel"]) == ("All", "None")


def test_every_line_that_is_asked_for_is_on_the_seeded_roles() -> None:
    asked = {(resource.module, resource.function) for resource in RESOURCES.values() if resource.mounts}
    assert ("Finance", "Accounting Interface") in asked
    assert asked <= set(FUNCTIONS)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/finance/agreements", {}),
        ("POST", "/finance/agreements", {"name": "x" * 101}),
        ("POST", "/finance/agreements/999/additions", {}),
        ("POST", "/procurement/catalog", {}),
        ("PATCH", "/finance/agreements/0", []),
        ("PATCH", "/finance/agreements/0", {"op": "unknown"}),
        ("PATCH", "/finance/invoices/0", []),
        ("DELETE", "/finance/agreements/0", None),
    ],
)
def test_permission_comes_before_validation_and_before_the_record(
    store: Store, reader: httpx2.Client, psa: httpx2.Client, method: str, path: str, body: object
) -> None:
    before = store.dump()["tables"]
    refused, allowed = (client.request(method, path, json=body) for client in (reader, psa))
    assert (refused.status_code, refused.json()) == (403, DENIED)
    assert allowed.status_code in {400, 404}
    assert store.dump()["tables"] == before
