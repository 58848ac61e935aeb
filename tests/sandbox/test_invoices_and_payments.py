"""What may change on an invoice, and its one payment."""

from __future__ import annotations

import httpx2
import pytest

from psa_sandbox.state.store import Store

PAYMENTS = "/finance/invoices/2/payments"
PAID = {"invoice": {"id": 2}, "amount": 40, "paymentDate": "2026-10-11T00:00:00Z"}


def patch(psa: httpx2.Client, path: str, field: str, value: object) -> httpx2.Response:
    return psa.patch(path, json=[{"op": "replace", "path": field, "value": value}])


def settled(psa: httpx2.Client, invoice: int = 2) -> tuple[float, float]:
    record = psa.get(f"/finance/invoices/{invoice}").json()
    return record["payments"], record["balance"]


def test_a_payment_changes_the_balance(psa: httpx2.Client) -> None:
    payment = psa.post(PAYMENTS, json=PAID)
    assert payment.status_code == 201
    body = payment.json()
    assert (body["invoiceBalance"], body["invoiceTotal"], body["appliedBy"]) == (60, 100, "admin")
    assert body["invoice"]["identifier"] == "1002"
    assert settled(psa) == (40, 60)
    assert [row["id"] for row in psa.get(PAYMENTS).json()] == [body["id"]]


def test_an_invoice_has_one_payment_which_can_be_changed(psa: httpx2.Client) -> None:
    path = f"{PAYMENTS}/{psa.post(PAYMENTS, json=PAID).json()['id']}"
    second = psa.post(PAYMENTS, json=PAID)
    assert (second.status_code, second.json()["errors"][0]["code"]) == (400, "ObjectExists")
    assert patch(psa, path, "amount", 100).status_code == 200
    assert settled(psa) == (100, 0)
    assert psa.put(path, json={**PAID, "amount": 25.5}).status_code == 200
    assert settled(psa) == (25.5, 74.5)
    assert psa.delete(path).status_code == 204
    assert settled(psa) == (0, 100)


@pytest.mark.parametrize("amount", [0, -1, 100.01])
def test_amounts_that_are_refused(psa: httpx2.Client, amount: float) -> None:
    assert psa.post(PAYMENTS, json={**PAID, "amount": amount}).json()["errors"][0]["field"] == "amount"
    assert settled(psa) == (0, 100)


def test_a_payment_needs_amount_and_date(psa: httpx2.Client) -> None:
    fields = {error["field"] for error in psa.post(PAYMENTS, json={}).json()["errors"]}
    assert fields == {"amount", "paymentDate"}


def test_a_payment_stays_with_its_invoice(psa: httpx2.Client) -> None:
    assert psa.post(PAYMENTS, json={**PAID, "invoice": {"id": 3}}).json()["errors"][0]["field"] == "invoice"
    assert patch(psa, "/finance/invoices/1/payments/1", "invoice", {"id": 3}).status_code == 400


def test_open_balances_can_be_found(psa: httpx2.Client) -> None:
    psa.post(PAYMENTS, json={**PAID, "amount": 100})
    found = psa.get("/finance/invoices", params={"conditions": "balance > 0 and status/isClosed = false"}).json()
    assert [row["id"] for row in found] == [1, 3]


def test_lines_are_found_by_invoice(psa: httpx2.Client) -> None:
    lines = psa.get("/procurement/products", params={"conditions": "invoice/id = 2"}).json()
    assert [line["id"] for line in lines] == [2]


def test_closing_an_invoice(psa: httpx2.Client, store: Store) -> None:
    closed = patch(psa, "/finance/invoices/1", "status", {"name": "Closed"}).json()
    assert (closed["status"]["isClosed"], closed["closedBy"]) == (True, "admin")
    assert patch(psa, "/finance/invoices/1", "customerPO", "PO 1").status_code == 400
    opened = patch(psa, "/finance/invoices/1", "status", {"id": 1}).json()
    assert "closedBy" not in opened
    assert patch(psa, "/finance/invoices/1", "customerPO", "PO 1").json()["customerPO"] == "PO 1"


def test_a_batched_invoice_keeps_its_status(psa: httpx2.Client, store: Store) -> None:
    batch = store.insert("batch", {"name": "20261031-I"})
    invoice = store.get("invoice", 1) or {}
    store.replace("invoice", 1, {**invoice, "glBatch": {"id": batch["id"]}}, by="test")
    assert psa.get("/finance/invoices/1").json()["glBatch"] == {"id": 1, "name": "20261031-I"}
    assert patch(psa, "/finance/invoices/1", "status", {"id": 2}).status_code == 409


def test_amounts_of_an_invoice_are_not_written(psa: httpx2.Client) -> None:
    assert patch(psa, "/finance/invoices/1", "total", 5).json()["total"] == 100
    assert patch(psa, "/finance/invoices/1", "taxCode", {"id": 1}).status_code == 400


def test_a_paid_invoice_number_stays_unique(psa: httpx2.Client) -> None:
    assert patch(psa, "/finance/invoices/1", "invoiceNumber", "1002").json()["errors"][0]["code"] == "ObjectExists"
