"""What an approved expense posts: the cost, its tax, and each time what is owed for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from psa_sandbox.state.ledger.chart import Places
from psa_sandbox.state.ledger.entries import Draft, document_kind, open_document
from psa_sandbox.state.record import ZERO, amount, decimal, number, reference, target, text
from psa_sandbox.state.store import Record, Store

EXTERNAL, INTERNAL, OFFSET, EXPENSE_TAX = "EE", "EI", "EO", "ET"
REIMBURSABLE, PERSONAL = "Reimbursable", "Personal"
ACCOUNTED = frozenset({"ApprovedByTierTwo", "ReadyToBill", "Billed", "WrittenOff", "BilledAgreement"})
"""Statuses in which accounting sees an expense (our reading: after the last approval)."""


def enter_expense(store: Store, expense: Record, by: str) -> Record:
    """Keep an expense and, when it is approved, post it.

    The sandbox's REST contract has no path for it. A personal expense never reaches accounting (our reading).
    """
    kept = store.insert("expenseEntry", expense, by=by)
    if text(kept, "status") in ACCOUNTED and classification(store, kept) != PERSONAL:
        document: Record = {
            "expense": kept["id"],
            "date": kept["date"],
            "location": kept.get("locationId"),
            "closed": store.clock.stamp(),
            "unbatched": None,
        }
        open_document(store, "expense", document, _drafts(kept), by)
    return kept


def classification(store: Store, expense: Record) -> str:
    """Reimbursable, NonReimbursable or Personal [spec: UnpostedExpense]."""
    return text(target(store, expense, "classification", "expenseClassification"), "name")


def expense_document(store: Store, expense: Record) -> Record | None:
    """The document of an expense; None before it is approved."""
    return next(iter(store.rows(document_kind("expense"), expense=expense["id"])), None)


def tax_of(expense: Record) -> Decimal:
    """The tax that is contained in the amount."""
    taxes = expense.get("taxes")
    rows = taxes if isinstance(taxes, list) else []
    return sum((decimal(row.get("amount")) or ZERO for row in rows), ZERO)


def gl_type(expense: Record) -> str:
    """Internal for the MSP's own charge codes, external for everything charged to a customer (our reading)."""
    return INTERNAL if text(expense, "chargeToType") == "ChargeCode" else EXTERNAL


def _drafts(expense: Record) -> Iterator[Draft]:
    location = number(expense, "locationId") if expense.get("locationId") is not None else None
    places: Places = {"Owner_Level": location, "TE_Expense_Type": reference(expense, "type")}
    tax = tax_of(expense)
    parts = [(gl_type(expense), amount(expense, "amount") - tax, "Expense")]
    parts += [(EXPENSE_TAX, tax, "Expense Tax")] if tax else []
    for row, (kind, value, words) in enumerate(parts, start=1):
        about: Record = {"expense": expense["id"], "row": row}
        yield Draft(kind, value, words, places, about=about)
        yield Draft(OFFSET, -value, "Expense Offset", places, about=about)
