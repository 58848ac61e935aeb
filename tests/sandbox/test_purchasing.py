"""Purchase orders, receiving, adjustments and transfers: amounts, and what reaches the ledger."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from small_books import change, detail, order, order_line, receive, write

from psa_sandbox.state.ledger.entries import entries_of, total
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.record import ZERO, number
from psa_sandbox.state.store import Record, Store

ORDERS = "/procurement/purchaseorders"
ADJUSTMENTS = "/procurement/adjustments"


def patch(psa: httpx2.Client, path: str, **values: object) -> httpx2.Response:
    return psa.patch(path, json=[{"op": "replace", "path": name, "value": value} for name, value in values.items()])


def documents(store: Store) -> list[Record]:
    """Documents beyond the one that the small PSA begins with."""
    return store.rows("ledgerProcurement")[1:]


def postings(store: Store, document: Record) -> list[tuple[object, object]]:
    return [(entry["type"], entry["amount"]) for entry in entries_of(store, "procurement", document)]


@pytest.fixture
def bought(store: Store) -> tuple[Record, list[Record]]:
    """An order with freight and two lines of 4, nothing received."""
    terms: Record = {"freightCost": Decimal(30), "taxFreightFlag": True, "vendorInvoiceNumber": "V-1"}
    purchase = write(store, "purchaseOrder", order(**terms))
    lines = [write(store, "purchaseOrderLineItem", order_line(n), number(purchase, "id")) for n in (1, 2)]
    return purchase, lines


def test_an_order_is_worked_out_from_its_lines(psa: httpx2.Client, bought: tuple[Record, list[Record]]) -> None:
    shown = psa.get(f"{ORDERS}/{bought[0]['id']}").json()
    assert (shown["poNumber"], shown["enteredBy"]) == ("2", "seed")
    assert (shown["subTotal"], shown["salesTax"], shown["freightTaxTotal"], shown["total"]) == (80, 17.2, 6.45, 133.65)
    line = psa.get(f"{ORDERS}/2/lineitems/{bought[1][0]['id']}").json()
    assert (line["extCost"], line["tax"], line["receivedStatus"], line["batchedFlag"]) == (40, 8.6, "Waiting", False)


def test_a_received_line_posts_goods_tax_and_once_the_freight(
    store: Store, bought: tuple[Record, list[Record]]
) -> None:
    for line, slip in zip(bought[1], ("A", "B"), strict=True):
        receive(store, line, slip)
    first, second = documents(store)
    assert (first["number"], second["number"]) == ("2-A-purchase", "2-B-purchase")
    goods = [("RP", Decimal("40.00")), ("PT", Decimal("8.00")), ("PT", Decimal("0.60"))]
    freight = [("PF", Decimal(30)), ("FT", Decimal("6.00")), ("FT", Decimal("0.45"))]
    assert postings(store, first) == [*goods, *freight]
    assert postings(store, second) == goods


def test_lines_of_one_packing_slip_and_day_are_one_document(store: Store, bought: tuple[Record, list[Record]]) -> None:
    for line in bought[1]:
        receive(store, line, "A")
    (document,) = documents(store)
    assert total(entries_of(store, "procurement", document)) == Decimal("133.65")


def test_part_of_a_line_can_come_and_the_rest_waits(
    psa: httpx2.Client, store: Store, bought: tuple[Record, list[Record]]
) -> None:
    line = bought[1][0]
    receive(store, line, receivedStatus="PartiallyReceiveCloneRest", receivedQuantity=3)
    rows = psa.get(f"{ORDERS}/2/lineitems").json()
    shown = [(row["lineNumber"], row["quantity"], row["receivedQuantity"], row["receivedStatus"]) for row in rows[::2]]
    assert shown == [(1, 3, 3, "PartiallyReceiveCloneRest"), (3, 1, 0, "Waiting")]
    assert psa.get(f"{ORDERS}/2").json()["subTotal"] == 80
    receive(store, {"id": rows[2]["id"]}, "later")
    assert [row["number"] for row in documents(store)] == ["2-S1-purchase", "2-later-purchase"]


def test_the_rest_of_a_line_can_be_cancelled(
    psa: httpx2.Client, store: Store, bought: tuple[Record, list[Record]]
) -> None:
    receive(store, bought[1][0], receivedStatus="PartiallyReceiveCancelRest", receivedQuantity=1)
    assert [row["quantity"] for row in psa.get(f"{ORDERS}/2/lineitems").json()] == [1, 4]
    assert psa.get(f"{ORDERS}/2").json()["subTotal"] == 50


@pytest.mark.parametrize(
    "values",
    [
        {"receivedStatus": "PartiallyReceiveCloneRest", "receivedQuantity": 4},
        {"receivedStatus": "PartiallyReceiveCloneRest", "receivedQuantity": 0},
        {"receivedStatus": "PartiallyReceiveCancelRest", "receivedQuantity": 5},
        {"receivedQuantity": 2},
    ],
)
def test_receipts_that_make_no_sense(
    psa: httpx2.Client, store: Store, bought: tuple[Record, list[Record]], values: dict[str, object]
) -> None:
    assert patch(psa, f"{ORDERS}/2/lineitems/{bought[1][0]['id']}", **values).status_code == 400
    assert documents(store) == []


def test_what_was_received_stays(psa: httpx2.Client, store: Store, bought: tuple[Record, list[Record]]) -> None:
    receive(store, bought[1][0])
    path = f"{ORDERS}/2/lineitems/{bought[1][0]['id']}"
    assert patch(psa, path, unitCost=1).status_code == 400
    assert patch(psa, path, internalNotes="Box was open").status_code == 200
    assert patch(psa, f"{ORDERS}/2", taxPoFlag=False).status_code == 400
    assert psa.delete(f"{ORDERS}/2").status_code == 409


def test_an_order_closes_with_its_status(psa: httpx2.Client, bought: tuple[Record, list[Record]]) -> None:
    done = patch(psa, f"{ORDERS}/2", status={"name": "Done"}).json()
    assert (done["closedFlag"], done["dateClosed"]) == (True, "2026-11-02T09:00:00Z")
    assert "dateClosed" not in patch(psa, f"{ORDERS}/2", status={"name": "Open"}).json()
    assert psa.delete(f"{ORDERS}/2").status_code == 204


def test_an_adjustment_posts_when_it_is_closed(psa: httpx2.Client, store: Store) -> None:
    assert psa.post(f"{ADJUSTMENTS}/1/details", json=detail(-5)).status_code == 201
    closed = patch(psa, f"{ADJUSTMENTS}/1", closedFlag=True).json()
    assert (closed["closedBy"], closed["closedDate"]) == ("admin", "2026-11-02T09:00:00Z")
    (document,) = documents(store)
    assert document["number"] == "1-adjustment"
    # Two in, five out, at 6.25 each: the adjustment account gets the other side of the stock.
    assert postings(store, document) == [("IA", Decimal("-12.50")), ("IA", Decimal("31.25"))]
    assert psa.post(f"{ADJUSTMENTS}/1/details", json=detail()).status_code == 400
    assert psa.delete(f"{ADJUSTMENTS}/1/details/1").status_code == 400
    assert psa.delete(f"{ADJUSTMENTS}/1").status_code == 409
    assert patch(psa, f"{ADJUSTMENTS}/1", reason="x").status_code == 400


def test_an_adjustment_that_is_opened_again_leaves_the_ledger(psa: httpx2.Client, store: Store) -> None:
    patch(psa, f"{ADJUSTMENTS}/1", closedFlag=True)
    opened = patch(psa, f"{ADJUSTMENTS}/1", closedFlag=False).json()
    assert "closedBy" not in opened
    assert documents(store) == []


def test_adjustments_that_are_refused(psa: httpx2.Client) -> None:
    created = psa.post(ADJUSTMENTS, json={"identifier": "Empty", "type": {"id": 1}}).json()
    assert patch(psa, f"{ADJUSTMENTS}/{created['id']}", closedFlag=True).status_code == 400
    assert psa.post(f"{ADJUSTMENTS}/1/details", json=detail(0)).status_code == 400
    brought = {"identifier": "Full", "type": {"id": 1}, "adjustmentDetails": [detail()]}
    assert psa.post(ADJUSTMENTS, json=brought).json()["errors"][0]["field"] == "adjustmentDetails"


def test_a_transfer_moves_value_between_two_postings(store: Store) -> None:
    move = Move(item=1, quantity=3, from_warehouse=1, from_bin=1, to_warehouse=1, to_bin=1)
    transfer_stock(store, move, "test")
    (document,) = documents(store)
    assert document["number"] == "1-transfer"
    assert postings(store, document) == [("IT", Decimal("18.75")), ("IT", Decimal("-18.75"))]
    assert total(entries_of(store, "procurement", document)) == ZERO


def test_a_member_of_the_order_still_matters_when_lines_change(store: Store) -> None:
    purchase = write(store, "purchaseOrder", order(taxPoFlag=False))
    line = write(store, "purchaseOrderLineItem", order_line(), number(purchase, "id"))
    assert (store.get("purchaseOrder", number(purchase, "id")) or {})["salesTax"] == ZERO
    change(store, "purchaseOrder", number(purchase, "id"), {"taxPoFlag": True})
    assert (store.get("purchaseOrder", number(purchase, "id")) or {})["salesTax"] == Decimal("8.60")
    receive(store, line)
    assert [kind for kind, _ in postings(store, documents(store)[0])] == ["RP", "PT", "PT"]
