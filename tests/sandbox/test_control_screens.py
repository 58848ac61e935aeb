"""What the control plane does in the place of the PSA's screens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import httpx2
import pytest
from small_books import CLOSED_INVOICE, ENTRIES
from small_psa import small_store

from psa_sandbox.server import create_app
from psa_sandbox.state.store import Store

SPENT = {
    "type": {"name": "Meals"},
    "member": {"identifier": "ann"},
    "classification": {"name": "Reimbursable"},
    "amount": 12.34,
    "date": "2026-10-30",
    "status": "ApprovedByTierTwo",
}
MOVE = {"item": 1, "quantity": 2, "from_warehouse": 1, "from_bin": 1, "to_warehouse": 1, "to_bin": 1}


@pytest.fixture
def books() -> Store:
    return small_store()


@pytest.fixture
def control(books: Store) -> Iterator[httpx2.Client]:
    transport = httpx2.WSGITransport(app=create_app(books))
    with httpx2.Client(transport=transport, base_url="http://sandbox.test/_control") as client:
        yield client


def test_an_expense_is_entered(control: httpx2.Client, books: Store) -> None:
    assert control.post("/expenses", json=SPENT).json() == {"expense": 3}
    assert len(books.rows("ledgerExpense", expense=3)) == 1
    assert (books.get("expenseEntry", 3) or {})["amount"] == Decimal("12.34")
    control.post("/expenses", json={**SPENT, "status": "Open"})
    assert books.rows("ledgerExpense", expense=4) == []


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ({"amount": None}, "amount"),
        ({"member": {"identifier": "nobody"}}, "member/identifier"),
        ({"status": "Paid"}, "status"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_expenses_that_are_refused(control: httpx2.Client, wish: dict[str, object], named: str) -> None:
    answer = control.post("/expenses", json=SPENT | wish)
    assert answer.status_code == 400
    assert named in answer.json()["error"]


def test_stock_is_moved(control: httpx2.Client, books: Store) -> None:
    assert control.post("/transfers", json=MOVE).json() == {"transfer": 1}
    assert [row["number"] for row in books.rows("ledgerProcurement")][-1] == "1-transfer"
    assert control.post("/transfers", json={**MOVE, "to_bin": 9}).json() == {"error": "there is no to_bin 9"}
    assert control.post("/transfers", json={**MOVE, "quantity": 0}).status_code == 400


def test_an_expense_is_unbatched_and_rebatched(control: httpx2.Client, books: Store) -> None:
    entry = books.get("ledgerEntry", ENTRIES + 6)
    assert entry is not None
    assert control.post("/unbatch", json={"expense": 1}).json() == {"moved": 1}
    assert (books.get("ledgerEntry", ENTRIES + 6) or {})["batch"] is None
    assert control.post("/unbatch", json={"expense": 1}).json() == {"moved": 0}
    assert control.post("/rebatch", json={"expense": 1}).json() == {"moved": 1}
    assert (books.get("ledgerEntry", ENTRIES + 6) or {})["batch"] == 1


def test_a_batch_is_closed_for_good(control: httpx2.Client) -> None:
    closed = {"batch": 1, "identifier": "20261101-E", "closed": True}
    assert control.post("/close-batch", json={"batch": 1}).json() == closed
    assert control.post("/unbatch", json={"expense": 1}).json() == {"error": "The batch is closed."}
    assert control.post("/close-batch", json={"batch": 9}).status_code == 400


def test_one_record_at_a_time(control: httpx2.Client) -> None:
    assert control.post("/unbatch", json={"invoice": CLOSED_INVOICE, "expense": 1}).status_code == 400
    assert control.post("/unbatch", json={"invoice": 1}).json() == {"moved": 0}
    assert control.post("/rebatch", json={}).json() == {"error": "give either invoice or expense"}
