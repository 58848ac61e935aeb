"""The control plane: seed, reset, clock, journal, records, invoicing; in process, over WSGI."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from psa_sandbox.control.journal import MAX_BODY, REDACTED
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.store import Store

API = "/v4_6_release/apis/3.0"
CONTROL = "/_control"


@pytest.fixture
def app() -> Sandbox:
    store = Store()
    seed(store)
    return create_app(store)


@pytest.fixture
def client(app: Sandbox) -> Iterator[httpx2.Client]:
    pair = next(pair for pair in api_keys(app.store) if pair.role == "Admin")
    login = (f"{app.store.site.company_id}+{pair.public_key}", pair.private_key)
    transport = httpx2.WSGITransport(app=app)
    headers = {"clientId": "test"}
    with httpx2.Client(transport=transport, base_url="http://psa", auth=login, headers=headers) as opened:
        yield opened


def additions(client: httpx2.Client, agreement: int = 1) -> httpx2.Response:
    return client.get(f"{API}/finance/agreements/{agreement}/additions")


def test_seed_replaces_everything(client: httpx2.Client) -> None:
    wish = {"name": "scale", "options": {"companies": 3, "agreements": 6, "additions": 12}}
    answer = client.post(f"{CONTROL}/seed", json=wish)
    assert answer.status_code == 200
    counts = answer.json()["records"]
    assert (counts["company"], counts["agreement"], counts["addition"]) == (3, 6, 12)
    assert client.get(f"{API}/company/companies/count").json() == {"count": 3}


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"name": "nowhere"}, "nowhere"),
        ({}, "name"),
        ({"name": "msp", "options": {"companies": 3}}, "companies"),
        ({"name": "scale", "options": {"companies": "3"}}, "companies"),
        ({"name": "scale", "options": {"companies": 0}}, "agreements need companies"),
        ({"name": "scale", "options": [3]}, "options"),
    ],
)
def test_a_seed_that_makes_no_sense_is_refused(client: httpx2.Client, wish: object, word: str) -> None:
    answer = client.post(f"{CONTROL}/seed", json=wish)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_reset_goes_back_to_the_last_seed_without_faults_and_journal(client: httpx2.Client) -> None:
    client.post(f"{CONTROL}/seed", json={"name": "empty"})
    client.post(f"{CONTROL}/faults", json={"kind": "500", "times": 1, "skip": 100})
    client.post(f"{API}/finance/billingTerms", json={"name": "Net 90", "dueDays": 90})
    assert client.get(f"{API}/finance/billingTerms/count").json() == {"count": 6}
    client.post(f"{CONTROL}/clock", json={"advance_days": 40})
    answer = client.post(f"{CONTROL}/reset").json()
    assert (answer["seed"], answer["now"]) == ("empty", "2026-11-02T09:00:00Z")
    assert client.get(f"{CONTROL}/faults").json() == []
    assert client.get(f"{CONTROL}/journal").json() == []
    assert client.get(f"{API}/finance/billingTerms/count").json() == {"count": 5}


def test_the_clock_moves_and_agreements_expire(client: httpx2.Client) -> None:
    wanted = {"endDate": "2026-11-30T00:00:00Z", "noEndingDateFlag": False}
    ending = [{"op": "replace", "path": name, "value": value} for name, value in wanted.items()]
    assert client.patch(f"{API}/finance/agreements/1", json=ending).json()["agreementStatus"] == "Active"
    moved = client.post(f"{CONTROL}/clock", json={"advance_days": 29}).json()
    assert moved == {"now": "2026-12-01T09:00:00Z", "frozen": True}
    assert client.get(f"{API}/finance/agreements/1").json()["agreementStatus"] == "Expired"
    assert {row["agreementStatus"] for row in additions(client).json()} == {"Expired"}
    client.post(f"{CONTROL}/clock", json={"now": "2026-11-05"})
    assert client.get(f"{CONTROL}/clock").json()["now"] == "2026-11-05T00:00:00Z"
    assert {row["agreementStatus"] for row in additions(client).json()} == {"Active"}


@pytest.mark.parametrize("wish", [{}, {"now": "soon"}, {"now": 5}, {"now": "2026-11-05", "advance_days": 1}])
def test_a_clock_that_makes_no_sense_is_refused(client: httpx2.Client, wish: object) -> None:
    assert client.post(f"{CONTROL}/clock", json=wish).status_code == 400


def test_invoice_due_makes_the_open_october_invoices_once(client: httpx2.Client) -> None:
    before = client.get(f"{API}/finance/invoices/count").json()["count"]
    answer = client.post(f"{CONTROL}/invoice-due", json={"through": "2026-10-31"}).json()
    assert len(answer["invoices"]) == 13
    assert client.get(f"{API}/finance/invoices/count").json()["count"] == before + 13
    again = client.post(f"{CONTROL}/invoice-due", json={"through": "2026-10-31"}).json()
    assert again["invoices"] == []


def test_records_can_be_counted_and_read_exactly(client: httpx2.Client) -> None:
    client.post(
        f"{API}/finance/agreements/1/additions",
        json={
            "product": {"identifier": "M365-BP"},
            "billCustomer": "Billable",
            "quantity": 3,
            "unitPrice": 21.4375,
            "effectiveDate": "2026-10-01",
        },
    )
    rows = client.get(f"{CONTROL}/records/addition").json()
    assert len(rows) == client.get(f"{CONTROL}/records").json()["addition"] == 184
    assert (rows[-1]["unitPrice"], rows[-1]["extPrice"]) == ("21.4375", "64.31")
    assert client.get(f"{CONTROL}/records/unicorn").status_code == 404


def test_the_journal_tells_everything_but_secrets(client: httpx2.Client, app: Sandbox) -> None:
    client.post(f"{API}/finance/billingTerms?x=1", json={"name": "Net 90", "dueDays": 90, "password": "pw-1"})
    additions(client)
    first, second = client.get(f"{CONTROL}/journal").json()
    assert (first["number"], first["method"], first["query"], first["status"]) == (1, "POST", "x=1", 400)
    assert first["path"] == f"{API}/finance/billingTerms"
    assert first["at"] == "2026-11-02T09:00:00Z"
    assert first["body"] == {"name": "Net 90", "dueDays": 90, "password": REDACTED}
    assert first["response"]["code"] == "InvalidObject"
    assert first["headers"]["authorization"] == REDACTED
    assert first["headers"]["clientid"] == "test"
    assert second["response"][0]["id"] == 1
    everything = client.get(f"{CONTROL}/journal").text
    assert "pw-1" not in everything
    assert not any(pair.private_key in everything for pair in api_keys(app.store))
    assert client.request("DELETE", f"{CONTROL}/journal").json() == []
    assert client.get(f"{CONTROL}/journal").json() == []


def test_the_journal_shortens_long_answers(client: httpx2.Client) -> None:
    rows = client.get(f"{API}/procurement/products?pageSize=1000").json()
    assert len(rows) > 100
    (entry,) = client.get(f"{CONTROL}/journal").json()
    assert len(entry["response"]) == MAX_BODY


def test_unknown_control_paths_and_methods_are_refused(client: httpx2.Client) -> None:
    assert client.get(f"{CONTROL}/nothing").status_code == 404
    assert client.get(f"{CONTROL}/reset").status_code == 405
    assert client.post(f"{CONTROL}/seed", content=b"[1]").status_code == 400
    assert client.post(f"{CONTROL}/seed", content=b"{").status_code == 400


def test_changes_are_announced_after_writes_only(app: Sandbox) -> None:
    heard: list[str] = []
    listening = create_app(app.store, changed=lambda: heard.append("changed"))
    with httpx2.Client(transport=httpx2.WSGITransport(app=listening), base_url="http://psa") as client:
        client.get(f"{CONTROL}/clock")
        client.get(f"{API}/system/info")
        assert heard == []
        client.post(f"{CONTROL}/clock", json={"advance_days": 1})
        client.post(f"{API}/finance/billingTerms", json={})
        assert heard == ["changed", "changed"]
