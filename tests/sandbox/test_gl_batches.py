"""Batches: what may go into one, what comes back out, and that nothing is lost or doubled on the way."""

from __future__ import annotations

import json
from decimal import Decimal

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_books import (
    CLOSED_INVOICE,
    ENTRIES,
    change,
    close,
    detail,
    expense,
    order,
    order_line,
    receive,
    sell,
    write,
)
from small_export import EVERYTHING, ROOT, entry_ids, export, imbalances, rows
from small_psa import client_of, plant_member, small_store

from psa_sandbox.state.ledger.batches import close_batch, delete_batch, rebatch, unbatch
from psa_sandbox.state.ledger.entries import ENTRY, FORMS, Form, document_kind, entries_of, in_scope, unposted
from psa_sandbox.state.ledger.expenses import enter_expense
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.record import ZERO, number
from psa_sandbox.state.store import Record, Store

BATCHES = f"{ROOT}/batches"
SALE = list(range(ENTRIES, ENTRIES + 6))


def batch(psa: httpx2.Client, ids: list[int], identifier: str = "B1", **wish: object) -> httpx2.Response:
    flags = wish or {"exportInvoicesFlag": True}
    return psa.post(BATCHES, json={"batchIdentifier": identifier, "processedRecordIds": ids, **flags})


def errors(answer: httpx2.Response) -> list[tuple[str, str]]:
    assert (answer.status_code, answer.json()["message"]) == (400, "accountingBatch object is invalid")
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def facts(store: Store) -> dict[str, list[Record]]:
    """Entries, documents and invoices without the stamps that every write leaves."""
    kinds = [ENTRY, "invoice", *map(document_kind, FORMS)]
    return {kind: [{k: v for k, v in row.items() if k != "_info"} for row in store.rows(kind)] for kind in kinds}


def test_a_batch_takes_its_entries_off_the_lists(psa: httpx2.Client) -> None:
    offered = export(psa, exportInvoicesFlag=True)
    answer = batch(psa, entry_ids(offered))
    assert answer.status_code == 201
    assert answer.json()["transactions"] == psa.post(f"{BATCHES}/2/export", json=EVERYTHING).json()["transactions"]
    assert psa.get(f"{ROOT}/unpostedinvoices").json() == []
    invoice = psa.get(f"/finance/invoices/{CLOSED_INVOICE}").json()
    assert (invoice["glBatch"]["id"], invoice["glBatch"]["name"]) == (2, "B1")
    entries = psa.get(f"{BATCHES}/2/entries").json()
    assert [row["id"] for row in entries] == SALE
    assert sum(Decimal(str(row["debit"])) - Decimal(str(row["credit"])) for row in entries) == 0
    assert (entries[0]["accountType"], entries[0]["item"], entries[0]["invoice"]["identifier"]) == (
        "RP",
        "M365",
        "10004",
    )
    assert psa.get(f"{BATCHES}/2/entries/count").json() == {"count": 6}
    assert {row["isBatched"] for row in psa.get(f"/finance/invoices/{CLOSED_INVOICE}/glEntries").json()} == {True}


def test_batches_are_listed_and_found_by_name(psa: httpx2.Client) -> None:
    batch(psa, SALE, "20261102-I")
    found = psa.get(BATCHES, params={"conditions": "batchIdentifier = '20261102-I'"}).json()
    assert [(row["id"], row["exportInvoicesFlag"], row["closedFlag"]) for row in found] == [(2, True, False)]
    assert psa.get(f"{BATCHES}/count").json() == {"count": 2}
    assert psa.put(f"{BATCHES}/2", json={}).status_code == 405
    assert psa.get(f"{BATCHES}/9/entries").status_code == 404


def test_a_batch_without_a_name_is_called_after_the_time(psa: httpx2.Client) -> None:
    psa.post(BATCHES, json={"exportInvoicesFlag": True, "processedRecordIds": SALE})
    assert psa.get(f"{BATCHES}/2").json()["batchIdentifier"] == "20261102090000"


def test_what_a_batch_refuses(psa: httpx2.Client, store: Store) -> None:
    before = store.dump()["tables"]
    assert errors(batch(psa, SALE, "20261101-e")) == [("batchIdentifier", "ObjectExists")]
    assert errors(batch(psa, SALE, "x" * 51)) == [("batchIdentifier", "MaxLengthField")]
    assert errors(batch(psa, [])) == [("processedRecordIds", "MissingRequiredField")]
    assert errors(batch(psa, [*SALE, 99])) == [("processedRecordIds", "NotFound")]
    assert errors(batch(psa, [ENTRIES + 6], exportExpensesFlag=True)) == [("processedRecordIds", "ObjectExists")]
    assert errors(batch(psa, SALE, exportExpensesFlag=True))[0] == ("processedRecordIds", "InvalidObject")
    assert errors(batch(psa, SALE, exportInvoicesFlag=False)) == [
        ("exportInvoicesFlag", "InvalidObject"),
        *[("processedRecordIds", "InvalidObject")] * 6,
    ]
    assert errors(batch(psa, SALE, exportInvoicesFlag=True, closedFlag=True)) == [("closedFlag", "InvalidObject")]
    assert store.dump()["tables"] == before


def test_the_same_batch_twice_is_refused_and_changes_nothing(psa: httpx2.Client, store: Store) -> None:
    assert batch(psa, SALE).status_code == 201
    before = store.dump()["tables"]
    assert ("batchIdentifier", "ObjectExists") in errors(batch(psa, SALE))
    assert errors(batch(psa, SALE, "B2")) == [("processedRecordIds", "ObjectExists")] * 6
    assert store.dump()["tables"] == before


def test_an_id_named_twice_counts_once(psa: httpx2.Client) -> None:
    assert batch(psa, [*SALE, *SALE]).status_code == 201
    assert psa.get(f"{BATCHES}/2/entries/count").json() == {"count": 6}


def test_a_deleted_batch_gives_everything_back(psa: httpx2.Client, store: Store) -> None:
    before = facts(store)
    batch(psa, SALE)
    assert psa.delete(f"{BATCHES}/2").status_code == 204
    assert {kind: [_plain(row) for row in kept] for kind, kept in facts(store).items()} == {
        kind: [_plain(row) for row in kept] for kind, kept in before.items()
    }
    assert psa.delete(f"{BATCHES}/2").status_code == 404
    assert "glBatch" not in psa.get(f"/finance/invoices/{CLOSED_INVOICE}").json()


def _plain(row: Record) -> Record:
    """Empty members count as missing."""
    return {name: value for name, value in row.items() if value is not None}


def test_a_closed_batch_cannot_be_undone(psa: httpx2.Client, store: Store) -> None:
    batch(psa, SALE)
    close_batch(store, 2, "test")
    assert psa.delete(f"{BATCHES}/2").status_code == 409
    assert psa.get(f"{BATCHES}/2").json()["closedFlag"] is True


def test_a_batched_invoice_stays_closed(psa: httpx2.Client, store: Store) -> None:
    batch(psa, SALE)
    opened = [{"op": "replace", "path": "status", "value": {"name": "New"}}]
    for path in ("invoices", "closedInvoices"):
        assert psa.patch(f"/finance/{path}/{CLOSED_INVOICE}", json=opened).status_code == 409


def test_unbatched_edited_and_rebatched(psa: httpx2.Client, store: Store) -> None:
    batch(psa, SALE)
    document = invoice_document(store, {"id": CLOSED_INVOICE})
    assert document is not None
    assert unbatch(store, "invoice", [document], "test") == 1
    shown = psa.get(f"/finance/invoices/{CLOSED_INVOICE}").json()
    assert ("glBatch" in shown, shown["unbatchedBatch"]["name"]) == (False, "B1")
    assert [row["billingLogId"] for row in psa.get(f"{ROOT}/unpostedinvoices").json()] == [CLOSED_INVOICE]
    change(store, "invoice", CLOSED_INVOICE, {"status": {"name": "New"}})
    change(store, "product", 3, {"quantity": 1})
    change(store, "invoice", CLOSED_INVOICE, {"status": {"name": "Closed"}})
    renewed = invoice_document(store, {"id": CLOSED_INVOICE})
    assert renewed is not None
    assert rebatch(store, "invoice", [renewed], "test") == 1
    again = rows(export(psa, "batches/2/export", exportInvoicesFlag=True), "transactions")
    assert [str(row["total"]) for row in again] == ["15.19"]
    assert "unbatchedBatch" not in psa.get(f"/finance/invoices/{CLOSED_INVOICE}").json()


def test_an_unbatched_record_may_go_into_the_next_batch(psa: httpx2.Client, store: Store) -> None:
    batch(psa, SALE)
    document = invoice_document(store, {"id": CLOSED_INVOICE}) or {}
    unbatch(store, "invoice", [document], "test")
    assert batch(psa, SALE, "B2").status_code == 201
    kept = invoice_document(store, {"id": CLOSED_INVOICE}) or {}
    assert rebatch(store, "invoice", [kept], "test") == 0
    assert psa.delete(f"{BATCHES}/3").status_code == 204
    kept = invoice_document(store, {"id": CLOSED_INVOICE}) or {}
    assert rebatch(store, "invoice", [kept], "test") == 0
    assert psa.get(f"{BATCHES}/2/entries").json() == []


def test_a_purchase_order_is_unbatched_and_rebatched_over_the_api(psa: httpx2.Client) -> None:
    goods = [ENTRIES + 14, ENTRIES + 15, ENTRIES + 16]
    assert psa.post("/procurement/purchaseorders/1/unbatch").status_code == 400
    assert batch(psa, goods, exportProductsFlag=True).status_code == 201
    line = "/procurement/purchaseorders/1/lineitems/2"
    assert psa.get(line).json()["batchedFlag"] is True
    assert psa.post("/procurement/purchaseorders/1/unbatch").json()["success"] is True
    assert (psa.get(line).json()["batchedFlag"], psa.get(line).json()["unbatchedRecId"]) == (False, 2)
    assert psa.get(f"{ROOT}/unpostedprocurement/count").json() == {"count": 1}
    assert psa.post("/procurement/purchaseorders/1/rebatch").status_code == 200
    assert [row["id"] for row in psa.get(f"{BATCHES}/2/entries").json()] == goods
    psa.post("/procurement/purchaseorders/1/unbatch")
    psa.delete(f"{BATCHES}/2")
    assert psa.post("/procurement/purchaseorders/1/rebatch").status_code == 400
    assert psa.post("/procurement/purchaseorders/9/rebatch").status_code == 404


def test_a_batch_is_exported_again_as_it_was(psa: httpx2.Client, store: Store) -> None:
    close(store, sell(store))
    everything = export(psa)
    ids = sorted(set(entry_ids(everything)))
    assert batch(psa, ids, **dict.fromkeys(EVERYTHING, True)).status_code == 201
    again = export(psa, "batches/2/export")
    assert again == everything
    only = export(psa, "batches/2/export", exportInvoicesFlag=True, includedInvoiceIds=[CLOSED_INVOICE])
    assert [row["id"] for row in rows(only, "transactions")] == [CLOSED_INVOICE]
    assert entry_ids(export(psa)) == []
    assert psa.post(f"{BATCHES}/9/export", json=EVERYTHING).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "level"),
    [
        ("POST", f"{ROOT}/export", "add"),
        ("POST", BATCHES, "edit"),
        ("POST", f"{BATCHES}/1/export", "add"),
        ("DELETE", f"{BATCHES}/1", "delete"),
        ("POST", "/procurement/purchaseorders/1/unbatch", "edit"),
        ("GET", f"{ROOT}/unpostedinvoices", "inquire"),
    ],
)
def test_each_act_needs_its_level(store: Store, method: str, path: str, level: str) -> None:
    names = ("add", "edit", "delete", "inquire")
    plant_member(store, "other", {f"Accounting Interface/{name}": "All" for name in names if name != level})
    plant_member(store, "one", {f"Accounting Interface/{level}": "All"})
    with client_of(store, "other") as other, client_of(store, "one") as one:
        assert other.request(method, path, json=EVERYTHING).status_code == 403
        assert one.request(method, path, json=EVERYTHING).status_code in {200, 204, 400}


def test_the_ledger_survives_a_dump(psa: httpx2.Client, store: Store) -> None:
    batch(psa, SALE)
    copy = Store()
    copy.load(json.loads(json.dumps(store.dump())))
    with client_of(copy) as other:
        for path in ("unpostedexpenses", "unpostedprocurement", "batches", "batches/2/entries"):
            assert other.get(f"{ROOT}/{path}").json() == psa.get(f"{ROOT}/{path}").json()
        assert export(other) == export(psa)


# What happens in a month of bookkeeping, as (act, number): the number chooses a record, a quantity or some ids.
ACTS = ("sell", "spend", "receive", "adjust", "move", "batch", "delete", "unbatch", "rebatch", "reopen")
MONTH = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 50)), max_size=14)


@settings(max_examples=40, deadline=None)
@given(MONTH)
def test_nothing_is_lost_or_doubled_whatever_is_done(month: list[tuple[str, int]]) -> None:
    store = small_store()
    with client_of(store) as psa:
        for turn, (act, choice) in enumerate(month):
            _do(store, psa, act, choice, turn)
            _check(store, psa)


def _do(store: Store, psa: httpx2.Client, act: str, choice: int, turn: int) -> None:
    match act:
        case "sell":
            close(store, sell(store, quantity=choice - 25, type="CreditMemo" if choice < 25 else "Miscellaneous"))
        case "spend":
            enter_expense(store, expense(amount=Decimal(choice + 5), classification={"id": choice % 2 + 1}), "test")
        case "receive":
            purchase = write(store, "purchaseOrder", order(freightCost=Decimal(choice)))
            receive(store, write(store, "purchaseOrderLineItem", order_line(), number(purchase, "id")))
        case "adjust":
            adjustment = write(store, "procurementAdjustment", {"identifier": f"Count {turn}", "type": {"id": 1}})
            write(store, "adjustmentDetail", detail(choice - 60), number(adjustment, "id"))
            change(store, "procurementAdjustment", number(adjustment, "id"), {"closedFlag": True})
        case "move":
            places = {"from_warehouse": 1, "from_bin": 1, "to_warehouse": 1, "to_bin": 1}
            transfer_stock(store, Move(item=1, quantity=choice + 1, **places), "test")
        case "batch":
            ids = sorted(set(entry_ids(export(psa))))[: choice + 1]
            assert not ids or batch(psa, ids, f"T{turn}", **dict.fromkeys(EVERYTHING, True)).status_code == 201
        case _:
            _undo(store, act, choice)


def _undo(store: Store, act: str, choice: int) -> None:
    held = store.rows("batch")
    documents = [(form, row) for form in FORMS for row in store.rows(document_kind(form))]
    form, document = documents[choice % len(documents)]
    if act == "delete" and held:
        delete_batch(store, number(held[choice % len(held)], "id"), "test")
    elif act == "unbatch":
        unbatch(store, form, [document], "test")
    elif act == "rebatch":
        rebatch(store, form, [document], "test")
    elif form == "invoice" and act == "reopen":
        invoice = store.get("invoice", number(document, "invoice")) or {}
        if not invoice.get("glBatch"):
            change(store, "invoice", number(invoice, "id"), {"status": {"name": "New"}})
            change(store, "invoice", number(invoice, "id"), {"status": {"name": "Closed"}})


def _check(store: Store, psa: httpx2.Client) -> None:
    entries = store.rows(ENTRY)
    open_ids = [number(row, "id") for row in entries if row["batch"] is None]
    offered = export(psa)
    assert sorted(entry_ids(offered)) == open_ids
    batches = {row["id"] for row in store.rows("batch")}
    assert {row["batch"] for row in entries} - {None} <= batches
    owned = [
        entry for form in FORMS for row in store.rows(document_kind(form)) for entry in entries_of(store, form, row)
    ]
    assert sorted(number(row, "id") for row in owned) == [row["id"] for row in entries]
    waiting = [(form, row) for form in FORMS for row in unposted(store, form)]
    if not any(_is_split(store, form, row) for form, row in waiting):
        assert imbalances(offered) == []
    for invoice in store.rows("invoice"):
        document = invoice_document(store, invoice)
        if document is not None:
            assert sum((Decimal(str(row["amount"])) for row in entries_of(store, "invoice", document)), ZERO) == ZERO


def _is_split(store: Store, form: Form, document: Record) -> bool:
    """Whether only a part of a document is in a batch: such a rest need not balance."""
    return len(in_scope(store, form, document, None)) < len(entries_of(store, form, document))
