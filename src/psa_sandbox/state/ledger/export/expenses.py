"""Expenses in an export: bills by member and report, or journal rows with an offset. Lines are positive [field]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.ledger.chart import account_number, gl_class
from psa_sandbox.state.ledger.entries import account
from psa_sandbox.state.ledger.expenses import OFFSET, REIMBURSABLE, classification
from psa_sandbox.state.ledger.export.cost_shapes import EXPENSE, EXPENSE_BILL, EXPENSE_BILL_DETAIL, EXPENSE_OFFSET
from psa_sandbox.state.ledger.export.scope import Export, Offered, plain_date
from psa_sandbox.state.record import ZERO, amount, number, reference, target, text
from psa_sandbox.state.store import Record

_DOCUMENT_TYPE = "GENERAL JOURNAL"


@dataclass(frozen=True)
class Cost:
    """One row of an expense: its posting and the offset; either may be missing when the other was batched alone."""

    expense: Record
    posting: Record | None
    offset: Record | None

    @property
    def leading(self) -> Record:
        """The posting, or the offset where that is all there is."""
        return self.posting or self.offset or {}

    @property
    def value(self) -> Decimal:
        """What the row comes to."""
        if self.posting is not None:
            return amount(self.posting, "amount")
        return -amount(self.offset or {}, "amount")

    @property
    def ids(self) -> list[int]:
        """The GL entry ids of the row."""
        return [number(entry, "id") for entry in (self.posting, self.offset) if entry is not None]


def costs_of(export: Export, offers: Iterable[Offered]) -> list[Cost]:
    """The rows of all expenses whose member has a vendor number: the others are left out in silence [field]."""
    found: list[Cost] = []
    for offer in offers:
        expense = export.store.get("expenseEntry", number(offer.document, "expense")) or {}
        member = target(export.store, expense, "member", "member")
        if text(member, "vendorNumber").strip():
            found += _rows(expense, offer.entries)
    return found


def is_billed(export: Export, cost: Cost) -> bool:
    """Whether a row goes on a bill: reimbursable ones do, where the setup transfers expenses as bills.

    Rows that the company paid itself are journal rows in either case (our reading: the REST model has no place
    for the legacy document's list of non-reimbursable ids).
    """
    return export.switched("transferExpensesAsBillFlag") and classification(export.store, cost.expense) == REIMBURSABLE


def bills(export: Export, costs: Iterable[Cost]) -> list[Record]:
    """One bill for each member and expense report."""
    groups: dict[tuple[int | None, int | None], list[Cost]] = {}
    for cost in costs:
        key = (reference(cost.expense, "member"), reference(cost.expense, "expenseReport"))
        groups.setdefault(key, []).append(cost)
    return [_bill(export, group) for group in groups.values()]


def journal_row(export: Export, cost: Cost) -> Record:
    """One row with its offset."""
    expense, store = cost.expense, export.store
    member = target(store, expense, "member", "member")
    company = target(store, expense, "company", "company")
    report = target(store, expense, "expenseReport", "expenseReport")
    mapped, offset = account(cost.leading), account(cost.offset or {})
    row: Record = {
        "id": cost.leading["id"],
        "documentDate": plain_date(expense, "date"),
        "documentType": _DOCUMENT_TYPE,
        "apAccountNumber": account_number(store, offset),
        "apClass": gl_class(store, offset),
        "accountNumber": account_number(store, mapped),
        "glClass": gl_class(store, mapped),
        "glTypeId": cost.leading["type"],
        "memo": _memo(export, expense),
        "description": text(target(store, expense, "type", "expenseType"), "name"),
        "periodStartDate": plain_date(report, "startDate"),
        "periodEndDate": plain_date(report, "endDate"),
        "member": expense.get("member"),
        "vendorNumber": member.get("vendorNumber"),
        "company": expense.get("company"),
        "companyAccountNumber": company.get("accountNumber"),
        "project": expense.get("project"),
        "currency": expense.get("currency"),
        "total": amount(cost.leading, "amount"),
    }
    if cost.posting is not None and cost.offset is not None:
        row["offset"] = _offset(export, cost, cost.offset)
    return export.shaped(EXPENSE, row)


def _offset(export: Export, cost: Cost, entry: Record) -> Record:
    mapped = account(entry)
    row: Record = {
        "id": entry["id"],
        "documentDate": plain_date(cost.expense, "date"),
        "documentType": _DOCUMENT_TYPE,
        "accountNumber": account_number(export.store, mapped),
        "glTypeId": OFFSET,
        "glClass": gl_class(export.store, mapped),
        "member": cost.expense.get("member"),
        "memo": _memo(export, cost.expense),
        "description": entry["description"],
        "total": entry["amount"],
    }
    return export.shaped(EXPENSE_OFFSET, row)


def _bill(export: Export, costs: list[Cost]) -> Record:
    expense, store = costs[0].expense, export.store
    member = target(store, expense, "member", "member")
    report = target(store, expense, "expenseReport", "expenseReport")
    key = min(min(cost.ids) for cost in costs)
    mapped = account(costs[0].offset or costs[0].leading)
    dated = plain_date(report, "endDate") or max(plain_date(cost.expense, "date") for cost in costs)
    row: Record = {
        "id": key,
        "documentDate": dated,
        "documentType": _DOCUMENT_TYPE,
        "documentNumber": f"{key}{text(member, 'identifier')}",
        "memo": f"Expenses for {text(report, 'name')}" if report else "Expenses",
        "glClass": gl_class(store, mapped),
        "apAccountNumber": account_number(store, mapped),
        "member": expense.get("member"),
        "vendorNumber": member.get("vendorNumber"),
        "currency": expense.get("currency"),
        "total": sum((cost.value for cost in costs), ZERO),
        "detail": [_bill_line(export, cost) for cost in costs],
    }
    return export.shaped(EXPENSE_BILL, row)


def _bill_line(export: Export, cost: Cost) -> Record:
    expense = cost.expense
    row: Record = {
        "documentDate": plain_date(expense, "date"),
        "glTypeId": cost.leading["type"],
        "memo": _memo(export, expense),
        "company": expense.get("company"),
        "accountNumber": account_number(export.store, account(cost.leading)),
        "expenseClass": expense.get("classification"),
        "currency": expense.get("currency"),
        "total": cost.value,
        "billable": expense.get("billableOption") == "Billable",
        "reimbursable": True,
        "companyAdvance": False,
    }
    return {"id": list[object](cost.ids), **export.shaped(EXPENSE_BILL_DETAIL, row)}


def _memo(export: Export, expense: Record) -> str:
    """The kind of expense, as in the samples; the charge's own text is not exported [field]."""
    return text(target(export.store, expense, "type", "expenseType"), "name")


def _rows(expense: Record, entries: list[Record]) -> list[Cost]:
    pairs: dict[object, dict[bool, Record]] = {}
    for entry in entries:
        held = entry["about"]
        row = held.get("row") if isinstance(held, dict) else None
        pairs.setdefault(row, {})[entry["type"] == OFFSET] = entry
    return [Cost(expense, pair.get(False), pair.get(True)) for pair in pairs.values()]
