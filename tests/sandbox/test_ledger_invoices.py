"""Closing an invoice: what it posts, balanced and to the cent."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import CLOSED_INVOICE, OPEN_INVOICE, close, sell, write
from small_psa import small_store

from psa_sandbox.state.ledger.entries import entries_of, total
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.record import ZERO, amount, number
from psa_sandbox.state.store import Record, Store


def entries(store: Store, invoice: Record) -> list[Record]:
    document = invoice_document(store, invoice)
    assert document is not None
    return entries_of(store, "invoice", document)


def of_type(rows: list[Record], kind: str) -> Decimal:
    return total(row for row in rows if row["type"] == kind)


def patch(psa: httpx2.Client, path: str, field: str, value: object) -> httpx2.Response:
    return psa.patch(path, json=[{"op": "replace", "path": field, "value": value}])


def test_a_closed_invoice_posts_receivable_revenue_and_tax_by_level(psa: httpx2.Client) -> None:
    rows = psa.get(f"/finance/invoices/{CLOSED_INVOICE}/glEntries").json()
    posted = [(row["type"], row["amount"], row["segment1"]) for row in rows]
    assert posted == [
        ("RP", -25.00, "1013"),
        ("AR", 25.00, "1001"),
        ("AR", 5.00, "1001"),
        ("AR", 0.38, "1001"),
        ("ST", -5.00, "1014"),
        ("ST", -0.38, "1014"),
    ]
    assert rows[0]["cost"] == 12.5
    assert {row["isBatched"] for row in rows} == {False}


def test_an_open_invoice_posts_nothing(psa: httpx2.Client) -> None:
    assert psa.get(f"/finance/invoices/{OPEN_INVOICE}/glEntries").json() == []
    assert psa.get(f"/finance/invoices/{OPEN_INVOICE}/glEntries/20001").status_code == 404


def test_opened_again_it_leaves_the_ledger_and_comes_back_with_other_ids(psa: httpx2.Client) -> None:
    path = f"/finance/invoices/{CLOSED_INVOICE}"
    before = {row["id"] for row in psa.get(f"{path}/glEntries").json()}
    assert patch(psa, f"/finance/closedInvoices/{CLOSED_INVOICE}", "status", {"name": "New"}).status_code == 200
    assert psa.get(f"{path}/glEntries").json() == []
    assert patch(psa, path, "status", {"name": "Closed"}).status_code == 200
    after = {row["id"] for row in psa.get(f"{path}/glEntries").json()}
    assert len(after) == len(before)
    assert not after & before


def test_the_closed_door_knows_two_fields_and_only_closed_invoices(psa: httpx2.Client) -> None:
    path = f"/finance/closedInvoices/{CLOSED_INVOICE}"
    noted = psa.put(path, json={"internalNotes": "Checked", "status": {"name": "Closed"}}).json()
    assert (noted["internalNotes"], noted["status"]["isClosed"]) == ("Checked", True)
    assert patch(psa, path, "customerPO", "x").status_code == 400
    assert patch(psa, f"/finance/closedInvoices/{OPEN_INVOICE}", "internalNotes", "x").status_code == 404


def test_an_agreement_invoice_posts_its_amount_by_agreement(psa: httpx2.Client, store: Store) -> None:
    patch(psa, "/finance/agreements/1", "billAmount", 80)
    invoice = psa.post("/finance/agreements/1/invoice").json()
    patch(psa, f"/finance/invoices/{invoice}", "status", {"name": "Closed"})
    rows = entries(store, {"id": invoice})
    # 5.00 of goodwill goes against the agreement's own revenue.
    assert of_type(rows, "RA") == Decimal("-75.00")
    assert of_type(rows, "RP") == ZERO
    assert total(rows) == ZERO


def test_a_credit_memo_posts_the_other_way_round(store: Store) -> None:
    memo = close(store, sell(store, quantity=-2, type="CreditMemo"))
    assert memo["total"] == Decimal("-30.38")
    rows = entries(store, memo)
    assert (of_type(rows, "AR"), of_type(rows, "RP"), of_type(rows, "ST")) == (
        Decimal("-30.38"),
        Decimal("25.00"),
        Decimal("5.38"),
    )


QUANTITIES = st.lists(st.integers(-40, 40).map(lambda n: Decimal(n) / 4), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(QUANTITIES, st.booleans())
def test_every_closed_invoice_balances_and_its_receivable_is_its_total(wanted: list[Decimal], taxed: bool) -> None:
    store = small_store()
    invoice = sell(store, quantity=wanted[0])
    for quantity in wanted[1:]:
        line: Record = {"catalogItem": {"id": 2}, "billableOption": "Billable", "quantity": quantity}
        write(store, "product", {**line, "taxableFlag": taxed, "invoice": {"id": invoice["id"]}})
    closed = close(store, store.get("invoice", number(invoice, "id")) or {})
    rows = entries(store, closed)
    assert total(rows) == ZERO
    assert of_type(rows, "AR") == amount(closed, "total")
    assert -of_type(rows, "ST") == amount(closed, "salesTax")


def test_an_invoice_is_entered_by_hand(psa: httpx2.Client) -> None:
    created = psa.post("/finance/invoices", json={"type": "Standard", "company": {"identifier": "Xyz"}})
    assert created.status_code == 201, created.text
    body = created.json()
    assert (body["invoiceNumber"], body["accountNumber"], body["total"]) == ("10006", "XYZ-1", 0)
    assert body["billToCompany"]["identifier"] == "Xyz"
    line = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": 3, "invoice": {"id": body["id"]}}
    made = psa.post("/procurement/products", json=line).json()
    assert (made["price"], made["extPrice"], made["extCost"], made["margin"]) == (12.5, 37.5, 18.75, 18.75)
    path = f"/finance/invoices/{body['id']}"
    assert (psa.get(path).json()["total"], psa.get(path).json()["balance"]) == (37.5, 37.5)
    patch(psa, f"/procurement/products/{made['id']}", "quantity", 1)
    assert psa.get(path).json()["total"] == 12.5
    assert psa.delete(f"/procurement/products/{made['id']}").status_code == 204
    assert psa.get(path).json()["total"] == 0


@pytest.mark.parametrize(
    ("invoice", "status"), [({"id": 1}, 400), ({"id": CLOSED_INVOICE}, 409), (None, 400), ({"id": 99}, 400)]
)
def test_lines_go_on_open_invoices_of_our_own(psa: httpx2.Client, invoice: object, status: int) -> None:
    line = {"catalogItem": {"id": 1}, "billableOption": "Billable", "invoice": invoice}
    assert psa.post("/procurement/products", json=line).status_code == status


def test_only_plain_types_are_entered(psa: httpx2.Client) -> None:
    refused = psa.post("/finance/invoices", json={"type": "Agreement", "company": {"id": 1}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "type")
