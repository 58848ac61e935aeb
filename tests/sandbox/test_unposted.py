"""The lists of the accounting interface: what waits, its taxes, conditions, paging, counts."""

from __future__ import annotations

import httpx2
import pytest
from small_books import EXPENSE, INVOICE, PROCUREMENT, change, close, expense, sell

from psa_sandbox.state.ledger.expenses import enter_expense
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.store import Store

ROOT = "/finance/accounting"


def ids(psa: httpx2.Client, path: str, **query: object) -> list[int]:
    return [row["id"] for row in psa.get(f"{ROOT}/{path}", params=query).json()]


def test_an_unposted_invoice_shows_whose_it_is_and_its_taxes(psa: httpx2.Client) -> None:
    (row,) = psa.get(f"{ROOT}/unpostedinvoices").json()
    assert (row["id"], row["billingLogId"], row["invoiceNumber"]) == (INVOICE, 4, "10004")
    assert (row["accountNumber"], row["invoiceType"], row["dueDays"]) == ("ABC-1", "Miscellaneous", "30")
    assert (row["subTotal"], row["salesTaxAmount"], row["total"]) == (25, 5.38, 30.38)
    assert (row["stateTaxFlag"], row["stateTaxXref"], row["stateTaxAmount"]) == (True, "T20", 5)
    assert (row["countyTaxXref"], row["countyTaxAmount"], row["cityTaxFlag"]) == ("T15", 0.38, False)
    assert row["_info"]["taxableLevels_href"].endswith(f"/unpostedinvoices/{INVOICE}/taxableLevels")


def test_taxable_levels(psa: httpx2.Client) -> None:
    levels = psa.get(f"{ROOT}/unpostedinvoices/{INVOICE}/taxableLevels").json()
    assert [(row["taxLevel"], row["taxCodeXref"], row["taxAmount"]) for row in levels] == [
        (1, "T20", 5),
        (2, "T15", 0.38),
    ]
    assert psa.get(f"{ROOT}/unpostedinvoices/{INVOICE}/taxableLevels/count").json() == {"count": 2}
    assert psa.get(f"{ROOT}/unpostedinvoices/{INVOICE}/taxableLevels/2").json()["taxAmount"] == 0.38
    assert psa.get(f"{ROOT}/unpostedinvoices/9/taxableLevels").status_code == 404
    purchase = psa.get(f"{ROOT}/unpostedprocurement/{PROCUREMENT}/taxableLevels").json()
    assert [(row["taxLevel"], row["taxAmount"]) for row in purchase] == [(1, 8), (2, 0.6)]
    (spent,) = psa.get(f"{ROOT}/unpostedexpenses/{EXPENSE}/taxableLevels").json()
    assert (spent["taxLevel"], spent["taxAmount"]) == (1, 4)


def test_an_unposted_expense_and_a_batched_one(psa: httpx2.Client) -> None:
    (row,) = psa.get(f"{ROOT}/unpostedexpenses", params={"conditions": "classification = 'Reimbursable'"}).json()
    assert (row["id"], row["expenseDetailId"], row["glType"], row["total"]) == (EXPENSE, 2, "EE", 24)
    assert (row["accountNumber"], row["creditAccount"], row["salesTaxAmount"]) == ("1002", "1004", 4)
    assert row["member"]["identifier"] == "ann"


@pytest.mark.parametrize(
    ("values", "waits"),
    [
        ({}, True),
        ({"status": "ReadyToBill"}, True),
        ({"status": "Open"}, False),
        ({"status": "PendingApproval"}, False),
        ({"classification": {"id": 2}}, True),
        ({"classification": {"id": 3}}, False),
    ],
)
def test_which_expenses_reach_accounting(
    psa: httpx2.Client, store: Store, values: dict[str, object], waits: bool
) -> None:
    before = psa.get(f"{ROOT}/unpostedexpenses/count").json()["count"]
    entered = enter_expense(store, expense(**values), "test")
    assert psa.get(f"{ROOT}/unpostedexpenses/count").json()["count"] - before == waits
    assert psa.get(f"/expense/entries/{entered['id']}").json()["amount"] == 24


def test_three_sorts_of_procurement(psa: httpx2.Client, store: Store) -> None:
    change(store, "procurementAdjustment", 1, {"closedFlag": True})
    transfer_stock(store, Move(item=1, quantity=1, from_warehouse=1, from_bin=1, to_warehouse=1, to_bin=1), "test")
    rows = psa.get(f"{ROOT}/unpostedprocurement").json()
    assert [(row["procurementType"], row["unpostedProductId"], row["total"]) for row in rows] == [
        ("Purchase", "1-S1-purchase", 48.6),
        ("Adjustment", "1-adjustment", 12.5),
        ("Transfer", "1-transfer", 6.25),
    ]
    assert rows[0]["vendor"]["identifier"] == "Xyz"
    assert (rows[0]["vendorAccountNumber"], rows[0]["taxTotal"]) == ("XYZ-1", 8.6)
    found = ids(psa, "unpostedprocurement", conditions="procurementType = 'Adjustment'")
    assert found == [PROCUREMENT + 1]
    assert ids(psa, "unpostedprocurement", conditions="unpostedProductId = '1-transfer'") == [PROCUREMENT + 2]


def test_conditions_order_fields_and_both_kinds_of_paging(psa: httpx2.Client, store: Store) -> None:
    for quantity in (5, 1, 3):
        close(store, sell(store, company=2, quantity=quantity))
    path = f"{ROOT}/unpostedinvoices"
    mine = {"conditions": "company/identifier = 'Xyz' and invoiceDate >= [2026-11-01]"}
    assert psa.get(f"{path}/count", params=mine).json() == {"count": 3}
    found = psa.get(path, params={**mine, "orderBy": "total desc", "fields": "billingLogId,total"}).json()
    assert [row["total"] for row in found] == [75.94, 45.56, 15.19]
    assert set(found[0]) == {"billingLogId", "total"}
    first = psa.get(path, params={"pageSize": 3}, headers={"pagination-type": "forward-only"})
    assert f"pageId={INVOICE + 2}" in first.headers["Link"]
    rest = psa.get(path, params={"pageId": INVOICE + 2}, headers={"pagination-type": "forward-only"})
    assert [row["id"] for row in rest.json()] == [INVOICE + 3]
    assert psa.get(path, params={"pageSize": 3, "page": 2}).json() == rest.json()
    assert psa.get(path, params={"conditions": "nothing = 1"}).status_code == 400


def test_a_payment_waits_until_it_is_marked_as_synced(psa: httpx2.Client) -> None:
    (row,) = psa.get(f"{ROOT}/unpostedpayments").json()
    assert (row["id"], row["invoice"]["id"], row["amount"]) == (1, 1, 10)
    assert psa.get(f"{ROOT}/unpostedPayments/1").json() == row
    synced = [{"op": "replace", "path": "paymentSyncStatus", "value": "Synced"}]
    assert psa.patch("/finance/invoices/1/payments/1", json=synced).status_code == 200
    assert psa.get(f"{ROOT}/unpostedPayments/count").json() == {"count": 0}


@pytest.mark.parametrize("path", ["unpostedinvoices", "unpostedexpenses", "unpostedprocurement", "unpostedpayments"])
def test_the_lists_are_only_read(psa: httpx2.Client, path: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert psa.request(method, f"{ROOT}/{path}", json={}).status_code == 405
    assert psa.get(f"{ROOT}/{path}/999").status_code == 404
