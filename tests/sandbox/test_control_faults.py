"""Faults: what is hit, how often, and what the client then sees; in process, over WSGI."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
import pytest

from psa_sandbox.control.faults import ArmedFault, ConnectionCut, Fault
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import create_app
from psa_sandbox.state.store import Store

API = "/v4_6_release/apis/3.0"
ADDITIONS = f"{API}/finance/agreements/1/additions"
FAULTS = "/_control/faults"


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    store = Store()
    seed(store)
    pair = next(pair for pair in api_keys(store) if pair.role == "Bursar Billing")
    login = (f"{store.site.company_id}+{pair.public_key}", pair.private_key)
    transport = httpx2.WSGITransport(app=create_app(store))
    headers = {"clientId": "test"}
    with httpx2.Client(transport=transport, base_url="http://psa", auth=login, headers=headers) as opened:
        yield opened


def set_fault(client: httpx2.Client, **wish: object) -> int:
    answer = client.post(FAULTS, json=wish)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def post_addition(client: httpx2.Client) -> httpx2.Response:
    body = {"product": {"identifier": "EXO-P1"}, "billCustomer": "Billable", "effectiveDate": "2026-10-01"}
    return client.post(ADDITIONS, json=body)


def arrived(client: httpx2.Client) -> int:
    return int(client.get(f"{ADDITIONS}/count").json()["count"])


def pattern(fault: Fault, requests: int) -> str:
    armed = ArmedFault(1, fault)
    return "".join("x" if armed.strikes("POST", "/a/additions") else "." for _ in range(requests))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("500"), "xxxxxx"),
        (Fault("500", times=2), "xx...."),
        (Fault("500", every=3), "..x..x"),
        (Fault("500", every=2, times=1), ".x...."),
        (Fault("500", skip=3), "...xxx"),
        (Fault("500", skip=2, times=1), "..x..."),
        (Fault("500", skip=1, every=2), "..x.x."),
        (Fault("500", chance=0.0), "......"),
        (Fault("500", chance=1.0), "xxxxxx"),
        (Fault("500", method="GET"), "......"),
        (Fault("500", route="ADDITIONS$"), "xxxxxx"),
        (Fault("500", route="companies"), "......"),
    ],
)
def test_selection(fault: Fault, expected: str) -> None:
    assert pattern(fault, 6) == expected


def test_chance_is_repeatable_and_about_right() -> None:
    fault = Fault("500", chance=0.3, seed=7)
    first = pattern(fault, 1000)
    assert first == pattern(fault, 1000) != pattern(Fault("500", chance=0.3, seed=8), 1000)
    assert 250 < first.count("x") < 350


def test_429_has_the_vendors_other_body(client: httpx2.Client) -> None:
    set_fault(client, kind="429", times=1, retry_after=2, method="post", route="/additions$")
    assert client.get(ADDITIONS).status_code == 200
    answer = post_addition(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    message = "Too many requests. Please try again in 2 seconds."
    assert answer.json() == {"error": "ConnectWiseAPI", "message": message}
    assert post_addition(client).status_code == 201


def test_429_may_leave_the_header_out(client: httpx2.Client) -> None:
    set_fault(client, kind="429", retry_after=None)
    assert "Retry-After" not in client.get(ADDITIONS).headers


def test_500_writes_nothing(client: httpx2.Client) -> None:
    before = arrived(client)
    set_fault(client, kind="500", times=1)
    answer = post_addition(client)
    assert answer.status_code == 500
    assert answer.json()["message"] == "A timeout has occured. Please try again."
    assert arrived(client) == before


def test_a_cut_before_the_write_loses_it_and_one_after_keeps_it(client: httpx2.Client) -> None:
    before = arrived(client)
    set_fault(client, kind="cut_before", method="POST", times=1)
    with pytest.raises(ConnectionCut):
        post_addition(client)
    assert arrived(client) == before
    set_fault(client, kind="cut_after", method="POST", times=1)
    with pytest.raises(ConnectionCut):
        post_addition(client)
    assert arrived(client) == before + 1
    journal = [row for row in client.get("/_control/journal").json() if row["method"] == "POST"]
    assert [(row["status"], row["faults"]) for row in journal] == [(None, ["cut_before"]), (None, ["cut_after"])]


def test_an_expired_key_is_refused_like_a_wrong_one(client: httpx2.Client) -> None:
    wrong = client.get(ADDITIONS, auth=("cedarpoint+nobody", "wrong"))
    set_fault(client, kind="expired_key", times=1)
    expired = client.get(ADDITIONS)
    assert (expired.status_code, expired.json()) == (401, wrong.json())
    assert client.get(ADDITIONS).status_code == 200


def test_a_delay_delays_and_answers(client: httpx2.Client) -> None:
    set_fault(client, kind="delay", ms=60, times=1)
    began = time.monotonic()
    assert client.get(ADDITIONS).status_code == 200
    assert time.monotonic() - began >= 0.06


def test_constant_latency(client: httpx2.Client) -> None:
    assert client.post("/_control/latency", json={"ms": 40}).json() == {"ms": 40}
    began = time.monotonic()
    client.get(ADDITIONS)
    assert time.monotonic() - began >= 0.04


def test_faults_count_and_can_be_taken_off(client: httpx2.Client) -> None:
    first, second = set_fault(client, kind="500", every=2), set_fault(client, kind="delay", ms=0)
    for _ in range(3):
        client.get(ADDITIONS)
    counts = {row["id"]: (row["matched"], row["hits"]) for row in client.get(FAULTS).json()}
    assert counts == {first: (3, 1), second: (3, 3)}
    assert client.request("DELETE", f"{FAULTS}/{first}").status_code == 200
    assert client.request("DELETE", f"{FAULTS}/{first}").status_code == 404
    assert client.request("DELETE", FAULTS).json() == []
    assert client.get(FAULTS).json() == []


def test_two_faults_on_one_request_happen_one_after_the_other(client: httpx2.Client) -> None:
    set_fault(client, kind="429", times=1)
    set_fault(client, kind="500", times=1)
    assert [client.get(ADDITIONS).status_code for _ in range(3)] == [429, 500, 200]


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "flood"},
        {"kind": "500", "route": "("},
        {"kind": "500", "every": 0},
        {"kind": "500", "times": -1},
        {"kind": "500", "chance": 1.5},
        {"kind": "500", "chance": "often"},
        {"kind": "500", "colour": "red"},
        {"kind": "delay", "ms": 1.5},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(client: httpx2.Client, wish: dict[str, object]) -> None:
    answer = client.post(FAULTS, json=wish)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert client.get(FAULTS).json() == []
