"""What people do on the PSA's screens and no path of its API can: expenses, transfers, unbatching, closing a batch."""

from __future__ import annotations

from psa_sandbox.control.wishes import BadWishError, Wish, whole_number
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.ledger import batches
from psa_sandbox.state.ledger.entries import Form
from psa_sandbox.state.ledger.expenses import enter_expense, expense_document
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.record import text
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.validation import checked, missing


def enter(store: Store, wish: Wish, by: str) -> Record:
    """Enter an expense, in the shape of the API's own record; approved ones go to accounting. Raises BadWishError."""
    resource = RESOURCES["expenseEntry"]
    record, errors = checked(store, resource, wish, {}, creating=True)
    problems = [*errors, *missing(resource, record)]
    if problems:
        raise BadWishError("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
    with store.lock:
        return enter_expense(store, record, by)


def transfer(store: Store, wish: Wish, by: str) -> Record:
    """Move stock from one warehouse to another. Raises BadWishError."""
    places = {
        "item": "catalogItem",
        "from_warehouse": "warehouse",
        "from_bin": "warehouseBin",
        "to_warehouse": "warehouse",
        "to_bin": "warehouseBin",
    }
    keys = {name: _known(store, kind, wish, name) for name, kind in places.items()}
    quantity = whole_number(wish, "quantity")
    if not quantity:
        raise BadWishError("quantity must be more than zero")
    with store.lock:
        return transfer_stock(store, _move(keys, quantity), by)


def unbatch(store: Store, wish: Wish, by: str) -> int:
    """Take an invoice or an expense out of its batch; how many documents moved. Raises BadWishError."""
    form, documents = _documents(store, wish)
    try:
        with store.lock:
            return batches.unbatch(store, form, documents, by)
    except Refusal as refusal:
        raise BadWishError(refusal.message) from refusal


def rebatch(store: Store, wish: Wish, by: str) -> int:
    """Put an invoice or an expense back into its batch; how many documents moved. Raises BadWishError."""
    form, documents = _documents(store, wish)
    with store.lock:
        return batches.rebatch(store, form, documents, by)


def close_batch(store: Store, wish: Wish, by: str) -> Record:
    """Close a batch for good. Raises BadWishError."""
    with store.lock:
        return batches.close_batch(store, _known(store, "batch", wish, "batch"), by)


def shown_batch(batch: Record) -> Record:
    """A batch in the control plane's words."""
    return {"batch": batch["id"], "identifier": text(batch, "batchIdentifier"), "closed": batch["closedFlag"]}


def _documents(store: Store, wish: Wish) -> tuple[Form, list[Record]]:
    if set(wish) == {"invoice"}:
        found = invoice_document(store, {"id": _known(store, "invoice", wish, "invoice")})
        return "invoice", [found] if found else []
    if set(wish) == {"expense"}:
        found = expense_document(store, {"id": _known(store, "expenseEntry", wish, "expense")})
        return "expense", [found] if found else []
    raise BadWishError("give either invoice or expense")


def _move(keys: dict[str, int], quantity: int) -> Move:
    return Move(
        item=keys["item"],
        quantity=quantity,
        from_warehouse=keys["from_warehouse"],
        from_bin=keys["from_bin"],
        to_warehouse=keys["to_warehouse"],
        to_bin=keys["to_bin"],
    )


def _known(store: Store, kind: str, wish: Wish, name: str) -> int:
    key = whole_number(wish, name)
    if store.get(kind, key) is None:
        raise BadWishError(f"there is no {name} {key}")
    return key
