"""What goes wrong at the accounting interface in the field, as the README lists it: each trap by its number."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from small_books import CLOSED_INVOICE, ENTRIES, close, expense, order, order_line, receive, sell, write
from small_export import EVERYTHING, ROOT, entry_ids, export, imbalances, mapping, money, rows
from small_psa import ROOT as API
from small_psa import small_store

from psa_sandbox.rest import create_rest_app
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.state.ledger.batches import unbatch
from psa_sandbox.state.ledger.entries import entries_of, unposted
from psa_sandbox.state.ledger.expenses import enter_expense
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.record import number
from psa_sandbox.state.store import Store

INVOICES = {"exportInvoicesFlag": True}
PRODUCTS = {"exportProductsFlag": True}
LISTS = ("unpostedinvoices", "unpostedexpenses", "unpostedprocurement")


def batch(psa: httpx2.Client, ids: list[int], **flags: object) -> int:
    answer = psa.post(f"{ROOT}/batches", json={"batchIdentifier": "T", "processedRecordIds": ids, **flags})
    return answer.status_code


def blank(store: Store, kind: str, key: int, field: str) -> None:
    record = store.get(kind, key) or {}
    store.replace(kind, key, {**record, field: " "}, by="test")


def test_1_lines_and_quantities_are_negative_and_credits_the_other_way_round(psa: httpx2.Client, store: Store) -> None:
    close(store, sell(store, quantity=-2, type="CreditMemo"))
    sale, memo = rows(export(psa, **INVOICES), "transactions")
    assert (money(sale) > 0, {money(row) < 0 for row in rows(sale, "detail")}) == (True, {True})
    assert (money(memo) < 0, {money(row) > 0 for row in rows(memo, "detail")}) == (True, {True})
    (bill,) = rows(export(psa, exportExpensesFlag=True), "expenseBills")
    assert all(money(row) > 0 for row in rows(bill, "detail"))


def test_2_every_list_has_ids_of_its_own(psa: httpx2.Client) -> None:
    """The list's id, the id that a request takes, the document's id and the GL entry ids are four different things."""
    invoice = psa.get(f"{ROOT}/unpostedinvoices").json()[0]
    spent = psa.get(f"{ROOT}/unpostedexpenses").json()[0]
    goods = psa.get(f"{ROOT}/unpostedprocurement").json()[0]
    assert (invoice["id"], invoice["billingLogId"]) == (3001, CLOSED_INVOICE)
    assert (spent["id"], spent["expenseDetailId"]) == (5002, 2)
    assert (goods["id"], goods["unpostedProductId"]) == (7001, "1-S1-purchase")
    by_row = export(psa, **INVOICES, includedInvoiceIds=[invoice["id"]])
    by_invoice = export(psa, **INVOICES, includedInvoiceIds=[invoice["billingLogId"]])
    assert (len(rows(by_row, "transactions")), len(rows(by_invoice, "transactions"))) == (0, 1)
    sale = rows(by_invoice, "transactions")[0]
    assert sale["id"] not in entry_ids(by_invoice)
    assert (type(sale["glEntryIds"]), type(rows(sale, "detail")[0]["id"])) == (str, int)


def test_3_header_ids_alone_leave_the_lines_unposted(psa: httpx2.Client) -> None:
    (sale,) = rows(export(psa, **INVOICES), "transactions")
    assert batch(psa, [int(key) for key in str(sale["glEntryIds"]).split(",")], **INVOICES) == 201
    assert psa.get(f"{ROOT}/unpostedinvoices/count").json() == {"count": 1}
    (rest,) = rows(export(psa, **INVOICES), "transactions")
    assert (money(rest), rest["glEntryIds"], len(rows(rest, "detail"))) == (0, "", 3)


def test_4_a_filtered_export_leaves_purchase_tax_out(psa: httpx2.Client) -> None:
    whole = export(psa, **PRODUCTS)
    short = export(psa, **PRODUCTS, includedProductIds=["1-S1-purchase"])
    assert (imbalances(whole), len(entry_ids(whole)), len(entry_ids(short))) == ([], 3, 1)
    (bill,) = rows(short, "purchaseTransactions")
    assert (bill["purchaseDetailTax"], money(bill)) == ([], Decimal("48.60"))
    assert imbalances(short) == ["PO #1, Packing Slip: S1"]
    assert batch(psa, entry_ids(short), **PRODUCTS) == 201
    (half,) = psa.get(f"{ROOT}/unpostedprocurement").json()
    assert half["unpostedProductId"] == "1-S1-purchase"
    (rest,) = rows(export(psa, **PRODUCTS), "purchaseTransactions")
    assert (rest["purchaseDetail"], [money(row) for row in rows(rest, "purchaseDetailTax")]) == (
        [],
        [Decimal("-8.00"), Decimal("-0.60")],
    )


@pytest.mark.parametrize(
    ("kind", "key", "field", "section", "path"),
    [
        ("company", 1, "accountNumber", "transactions", "unpostedinvoices"),
        ("company", 2, "accountNumber", "purchaseTransactions", "unpostedprocurement"),
        ("member", 1, "vendorNumber", "expenseBills", "unpostedexpenses"),
    ],
)
def test_5_without_a_number_nothing_is_exported_and_nothing_is_said(
    psa: httpx2.Client, store: Store, kind: str, key: int, field: str, section: str, path: str
) -> None:
    assert len(rows(export(psa), section)) == 1
    blank(store, kind, key, field)
    assert rows(export(psa), section) == []
    assert psa.get(f"{ROOT}/{path}/count").json() == {"count": 1}


def test_6_an_invoice_without_entries_waits_for_ever(psa: httpx2.Client, store: Store) -> None:
    tax = store.rows("glAccount", glType="ST")[0]
    assert psa.delete(f"/finance/glAccounts/{tax['id']}").status_code == 204
    stuck = close(store, sell(store))
    path = f"/finance/invoices/{stuck['id']}"
    assert psa.get(f"{path}/glEntries").json() == []
    assert psa.get(f"{ROOT}/unpostedinvoices/count").json() == {"count": 2}
    assert [row["id"] for row in rows(export(psa, **INVOICES), "transactions")] == [CLOSED_INVOICE]
    mapping_ = {name: tax[name] for name in ("glType", "mappedType", "mappedRecord", "segment1")}
    assert psa.post("/finance/glAccounts", json=mapping_).status_code == 201
    assert len(rows(export(psa, **INVOICES), "transactions")) == 1
    for name in ("New", "Closed"):
        psa.patch(path, json=[{"op": "replace", "path": "status", "value": {"name": name}}])
    assert len(rows(export(psa, **INVOICES), "transactions")) == 2


def test_7_what_is_still_open_is_not_on_the_list(psa: httpx2.Client, store: Store) -> None:
    sell(store)
    assert psa.get(f"{ROOT}/unpostedinvoices/count").json() == {"count": 1}


def test_8_two_receipts_of_one_order_have_the_same_vendor_invoice_number(psa: httpx2.Client, store: Store) -> None:
    purchase = write(store, "purchaseOrder", order(vendorInvoiceNumber="V-9", poNumber="P9"))
    for position, slip in ((1, "A"), (2, "B")):
        receive(store, write(store, "purchaseOrderLineItem", order_line(position), number(purchase, "id")), slip)
    bills = [row for row in rows(export(psa, **PRODUCTS), "purchaseTransactions") if row["documentNumber"] == "P9"]
    assert [(row["vendorInvoiceNumber"], row["packingSlip"]) for row in bills] == [("V-9", "A"), ("V-9", "B")]


def test_9_freight_is_a_line_with_an_entry_of_its_own(psa: httpx2.Client, store: Store) -> None:
    purchase = write(store, "purchaseOrder", order(freightCost=Decimal(15), poNumber="F1"))
    receive(store, write(store, "purchaseOrderLineItem", order_line(), number(purchase, "id")))
    bill = next(row for row in rows(export(psa, **PRODUCTS), "purchaseTransactions") if row["documentNumber"] == "F1")
    assert [(row["glTypeId"], money(row)) for row in rows(bill, "purchaseDetail")] == [("RP", -40), ("PF", -15)]


def test_10_account_numbers_may_end_in_a_colon() -> None:
    store = Store()
    seed(store)
    entries = [row for row in store.rows("ledgerEntry") if row["account"] == _with_colon(store)]
    assert entries


def _with_colon(store: Store) -> object:
    account = next(row for row in store.rows("glAccount") if row.get("segment3") == "")
    return {name: account[name] for name in ("segment1", "segment3", "cogs1", "inventory")}


def test_11_unbatching_tells_the_books_nothing_and_offers_the_record_again(psa: httpx2.Client, store: Store) -> None:
    ids = entry_ids(export(psa, **INVOICES))
    batch(psa, ids, **INVOICES)
    unbatch(store, "invoice", [invoice_document(store, {"id": CLOSED_INVOICE}) or {}], "test")
    assert sorted(entry_ids(export(psa, **INVOICES))) == sorted(ids)


def test_12_paid_by_the_company_is_no_bill(psa: httpx2.Client, store: Store) -> None:
    enter_expense(store, expense(classification={"id": 2}, taxes=[]), "test")
    document = export(psa, exportExpensesFlag=True)
    assert [len(rows(document, name)) for name in ("expenseBills", "expenses")] == [1, 1]
    listed = {row["classification"] for row in psa.get(f"{ROOT}/unpostedexpenses").json()}
    assert listed == {"Reimbursable", "NonReimbursable"}


def test_the_demo_has_one_of_each_awkward_thing() -> None:
    store = Store()
    seed(store)
    waiting = unposted(store, "invoice")
    assert [entries_of(store, "invoice", row) for row in waiting].count([]) == 2
    owners = [store.get("invoice", number(row, "invoice")) or {} for row in waiting]
    assert {str(row["type"]) for row in owners} == {"Agreement", "Standard", "Miscellaneous", "CreditMemo"}
    assert "" in {row["accountNumber"] for row in owners}
    kinds = [row["procurementType"] for row in unposted(store, "procurement")]
    assert kinds == ["Purchase", "Purchase", "Adjustment", "Transfer"]
    assert {row["location"] for row in waiting} == {1, 2}
    assert [row["batchIdentifier"] for row in store.rows("batch")] == ["20260930TL-I", "20260930TL-E"]
    assert [row["receivedStatus"] for row in store.rows("purchaseOrderLineItem")].count("Waiting") == 2


def test_the_small_psa_is_whole() -> None:
    store = small_store()
    assert [number(row, "id") for row in store.rows("ledgerEntry")] == list(range(ENTRIES, ENTRIES + 17))
    assert mapping(store.rows("batch")[0])["batchIdentifier"] == "20261101-E"


@pytest.mark.parametrize(
    ("role", "allowed"), [("Bursar Accounting", True), ("Bursar Billing", False), ("Read Only", False)]
)
def test_the_accounting_role_of_the_demo_can_close_the_month(role: str, allowed: bool) -> None:
    store = Store()
    seed(store)
    pair = next(pair for pair in api_keys(store) if pair.role == role)
    auth = (f"{store.site.company_id}+{pair.public_key}", pair.private_key)
    transport = httpx2.WSGITransport(app=create_rest_app(store))
    with httpx2.Client(transport=transport, base_url=API, auth=auth, headers={"clientId": "x"}) as psa:
        if not allowed:
            assert psa.post(f"{ROOT}/export", json=EVERYTHING).status_code == 403
            return
        document = export(psa)
        assert imbalances(document) == []
        assert batch(psa, sorted(set(entry_ids(document))), **EVERYTHING) == 201
        left = {path: psa.get(f"{ROOT}/{path}/count").json()["count"] for path in LISTS}
    # Two invoices without an account, one without a customer number; one expense of a member without a vendor number.
    assert left == {"unpostedinvoices": 3, "unpostedexpenses": 1, "unpostedprocurement": 0}
