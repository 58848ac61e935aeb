"""What may change on an invoice, and its one payment."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import OPEN_INVOICE, close, sell
from small_psa import client_of, small_store

from psa_sandbox.state.record import number
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
    assert [row["id"] for row in found] == [1, 3, OPEN_INVOICE]


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
    batch = store.insert("batch", {"batchIdentifier": "20261031-I"})
    invoice = store.get("invoice", 1) or {}
    store.replace("invoice", 1, {**invoice, "glBatch": {"id": batch["id"]}}, by="test")
    assert psa.get("/finance/invoices/1").json()["glBatch"]["name"] == "20261031-I"
    assert patch(psa, "/finance/invoices/1", "status", {"id": 2}).status_code == 409


def test_amounts_of_an_invoice_are_not_written(psa: httpx2.Client) -> None:
    assert patch(psa, "/finance/invoices/1", "total", 5).json()["total"] == 100
    assert patch(psa, "/finance/invoices/1", "taxCode", {"id": 1}).status_code == 400


def test_a_paid_invoice_number_stays_unique(psa: httpx2.Client) -> None:
    assert patch(psa, "/finance/invoices/1", "invoiceNumber", "1002").json()["errors"][0]["code"] == "ObjectExists"


def credit_memo(store: Store, quantity: int = -2) -> int:
    return number(close(store, sell(store, quantity=quantity, type="CreditMemo")), "id")


def balances(psa: httpx2.Client, *invoices: int) -> list[tuple[float, float]]:
    shown = [psa.get(f"/finance/invoices/{key}").json() for key in invoices]
    return [(row["credits"], row["balance"]) for row in shown]


def test_a_credit_memo_is_applied_beside_the_payment(psa: httpx2.Client, store: Store) -> None:
    memo = credit_memo(store)
    assert psa.post(PAYMENTS, json=PAID).status_code == 201
    applied = psa.post(PAYMENTS, json={**PAID, "credit": {"id": memo}, "amount": 20})
    assert applied.status_code == 201, applied.text
    assert balances(psa, 2, memo) == [(20, 40), (-20, -10.38)]
    assert settled(psa) == (40, 40)
    path = f"{PAYMENTS}/{applied.json()['id']}"
    assert patch(psa, path, "amount", 30.38).status_code == 200
    assert balances(psa, 2, memo) == [(30.38, 29.62), (-30.38, 0)]
    assert psa.delete(path).status_code == 204
    assert balances(psa, 2, memo) == [(0, 60), (0, -30.38)]


def test_a_payment_has_a_type(psa: httpx2.Client, store: Store) -> None:
    body = {**PAID, "amount": 5}
    written = {**body, "credit": {"id": credit_memo(store)}}
    paid, applied = psa.post(PAYMENTS, json=body).json(), psa.post(PAYMENTS, json=written).json()
    assert (paid["type"], applied["type"]) == ("P", "C")
    assert patch(psa, f"{PAYMENTS}/{paid['id']}", "type", "Card").json()["type"] == "Card"


def test_credits_that_are_refused(psa: httpx2.Client, store: Store) -> None:
    memo = credit_memo(store)
    body = {**PAID, "credit": {"id": memo}}
    assert psa.post(PAYMENTS, json={**body, "amount": 30.39}).json()["errors"][0]["field"] == "amount"
    assert psa.post(PAYMENTS, json={**body, "credit": {"id": 1}}).json()["errors"][0]["field"] == "credit/id"
    assert psa.post(PAYMENTS, json={**body, "amount": 5}).status_code == 201
    assert psa.post(PAYMENTS, json={**body, "amount": 5}).json()["errors"][0]["code"] == "ObjectExists"


def test_a_refund_pays_a_credit_memo(psa: httpx2.Client, store: Store) -> None:
    memo = credit_memo(store)
    path = f"/finance/invoices/{memo}/payments"
    assert psa.post(path, json={"amount": 5, "paymentDate": "2026-11-01"}).status_code == 400
    assert psa.post(path, json={"amount": -30.38, "paymentDate": "2026-11-01"}).status_code == 201
    assert settled(psa, memo) == (-30.38, 0)


STEPS = st.lists(st.tuples(st.sampled_from(["pay", "change", "delete", "credit", "uncredit"]), st.integers(0, 120)))


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_the_balance_is_always_total_less_payments_less_credits(steps: list[tuple[str, int]]) -> None:
    store = small_store()
    memo = credit_memo(store, -8)
    with client_of(store) as psa:
        for act, value in steps:
            _settle(psa, act, value, memo)
            invoice, credit = (psa.get(f"/finance/invoices/{key}").json() for key in (2, memo))
            held = psa.get(PAYMENTS).json()
            paid = sum(Decimal(str(row["amount"])) for row in held if "credit" not in row)
            credited = sum(Decimal(str(row["amount"])) for row in held if "credit" in row)
            assert len(held) <= 2
            assert Decimal(str(invoice["balance"])) == 100 - paid - credited
            assert Decimal(str(credit["balance"])) == Decimal("-121.50") + credited


def _settle(psa: httpx2.Client, act: str, value: int, memo: int) -> None:
    held = psa.get(PAYMENTS).json()
    wanted = [row for row in held if ("credit" in row) == (act in {"credit", "uncredit"})]
    body: dict[str, object] = {"amount": value, "paymentDate": "2026-11-01"}
    match act:
        case "pay":
            psa.post(PAYMENTS, json=body)
        case "credit":
            psa.post(PAYMENTS, json={**body, "credit": {"id": memo}})
        case "change" if wanted:
            patch(psa, f"{PAYMENTS}/{wanted[0]['id']}", "amount", value)
        case "delete" | "uncredit" if wanted:
            assert psa.delete(f"{PAYMENTS}/{wanted[0]['id']}").status_code == 204
