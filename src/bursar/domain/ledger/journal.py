"""The balanced journal view of a document: what it means in debits and credits, whatever the books call it.

Every document derives one (rules of money 3). What cannot balance is blocked before anything is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.ledger.documents import (
    PAYABLE_KINDS,
    RECEIVABLE_KINDS,
    Dimension,
    Document,
    DocumentKind,
    Line,
    RecordType,
)
from bursar.domain.ledger.signs import control_side
from bursar.domain.ledger.stock_accounts import StockPolicy, cost_flows, purchase_place
from bursar.domain.money import CENT, ZERO, Money, Totals, to_cents
from bursar.domain.plan import Blocked


class Role(StrEnum):
    """What a posting is for; books that keep control accounts of their own look here, not at the number."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"
    REVENUE = "revenue"
    EXPENSE = "expense"
    INVENTORY = "inventory"
    COGS = "cogs"
    TAX = "tax"
    OFFSET = "offset"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class JournalPolicy:
    """How a book wants its journals. A difference within `tolerance` goes to the rounding account; above it is held."""

    stock: StockPolicy = field(default_factory=StockPolicy)
    tolerance: Decimal = ZERO
    rounding_account: str = ""

    def rounds(self, difference: Decimal) -> bool:
        """Whether the rounding account takes such a difference."""
        return bool(self.rounding_account) and abs(difference) <= self.tolerance


PLAIN = JournalPolicy()
"""No cost of goods sold, and not a cent of difference."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One row of a journal; `amount` in cents, debit positive."""

    account: str
    amount: Decimal
    currency: str
    role: Role
    memo: str = ""
    dimensions: tuple[Dimension, ...] = ()
    entry_ids: tuple[int, ...] = ()

    @property
    def debit(self) -> Decimal:
        return max(self.amount, ZERO)

    @property
    def credit(self) -> Decimal:
        return max(-self.amount, ZERO)


@dataclass(frozen=True, slots=True)
class Journal:
    """Postings that sum to zero in every currency. The first is the control account, unless the document is empty."""

    key: str
    number: str
    day: date
    postings: tuple[Posting, ...]

    @property
    def debits(self) -> Totals:
        return Totals(Money(row.debit, row.currency) for row in self.postings)

    @property
    def credits(self) -> Totals:
        return Totals(Money(row.credit, row.currency) for row in self.postings)


def journal_of(document: Document, policy: JournalPolicy = PLAIN) -> Journal | Blocked:
    """The document's journal, or why it has none: nothing of it may be sent then."""
    blocked = _mixed_currency(document) or _below_a_cent(document)
    if blocked:
        return blocked
    postings = [*_controls(document), *_rows(document, policy)]
    left = -sum((row.amount for row in postings), ZERO)
    if left:
        if not policy.rounds(left):
            return _unbalanced(document, policy)
        postings.append(Posting(policy.rounding_account, left, document.currency, Role.ROUNDING, "Rounding"))
    postings.extend(_costs(document, policy))
    kept = tuple(row for row in postings if row.amount)
    return _without_account(document, kept) or Journal(document.key, document.number, document.day, kept)


def _controls(document: Document) -> Iterator[Posting]:
    """The control account with the total; an adjustment names one for each line, where it differs."""
    role = Role.OFFSET
    if document.kind in RECEIVABLE_KINDS:
        role = Role.RECEIVABLE
    elif document.kind in PAYABLE_KINDS:
        role = Role.PAYABLE
    totals = {document.control_account: to_cents(document.total)}
    if document.kind is DocumentKind.INVENTORY_ADJUSTMENT:
        totals = _adjusted(document)
    side, memo, ids = control_side(document.kind), document.memo or document.description, document.entry_ids
    for account, total in totals.items():
        yield Posting(account, side * total, document.currency, role, memo, document.dimensions, ids)
        ids = ()


def _adjusted(document: Document) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for line in document.lines:
        account = line.account or document.control_account
        totals[account] = totals.get(account, ZERO) + to_cents(line.amount)
    return totals


def _rows(document: Document, policy: JournalPolicy) -> Iterator[Posting]:
    side = -control_side(document.kind)
    for row in document.rows:
        account, role = _line_place(document, row, policy) if isinstance(row, Line) else (row.account, Role.TAX)
        memo = row.memo or row.description
        amount = side * to_cents(row.amount)
        yield Posting(account, amount, document.currency, role, memo, row.dimensions, row.entry_ids)


def _line_place(document: Document, line: Line, policy: JournalPolicy) -> tuple[str, Role]:
    if document.kind in RECEIVABLE_KINDS:
        return line.account, Role.REVENUE
    if document.kind is DocumentKind.INVENTORY_ADJUSTMENT:
        return line.inventory_account, Role.INVENTORY
    if document.kind is DocumentKind.INVENTORY_TRANSFER:
        return line.account, Role.INVENTORY
    if document.kind is DocumentKind.COGS_JOURNAL:
        return line.account, Role.INVENTORY if line.inventory_account else Role.COGS
    if document.record is RecordType.PURCHASE:
        account, is_stock = purchase_place(line, policy.stock)
        return account, Role.INVENTORY if is_stock else Role.EXPENSE
    return line.account, Role.EXPENSE


def _costs(document: Document, policy: JournalPolicy) -> Iterator[Posting]:
    """Cost of goods sold against stock, for each line that carries one (the COGS option)."""
    for flow in cost_flows(document, policy.stock):
        line, currency = flow.line, document.currency
        memo = line.memo or line.description
        yield Posting(line.cost_account, flow.amount, currency, Role.COGS, memo, line.dimensions)
        yield Posting(line.inventory_account, -flow.amount, currency, Role.INVENTORY, memo, line.dimensions)


def _mixed_currency(document: Document) -> Blocked | None:
    other = next((row.currency for row in document.rows if row.currency not in {"", document.currency}), None)
    if other is None:
        return None
    return Blocked(
        subject=document.key,
        code="mixed_currency",
        sentence=f"{document.title} is in {document.currency} and has a line in {other}; Bursar never converts.",
        remedy="In ConnectWise, give the record and its products one currency, then close it again.",
        total=Money(document.total, document.currency),
    )


def _below_a_cent(document: Document) -> Blocked | None:
    """A total that rounding would turn into nothing would be paid and locked as 0.00 [user]."""
    if not ZERO < abs(document.total) < CENT:
        return None
    return Blocked(
        subject=document.key,
        code="below_a_cent",
        sentence=f"{document.title} comes to {document.total:f} {document.currency}, which is less than a cent.",
        remedy="Correct the price in ConnectWise, or exclude the record with a rule.",
        total=Money(document.total, document.currency),
    )


def _unbalanced(document: Document, policy: JournalPolicy) -> Blocked:
    stated, currency = Money(document.total, document.currency), document.currency
    lines = sum((to_cents(row.amount) for row in document.rows), ZERO)
    left = to_cents(document.total) - lines
    sentence = (
        f"{document.title} comes to {stated}, but its lines and taxes to {Money(lines, currency)}:"
        f" {abs(left):,f} too {'little' if left > 0 else 'much'}."
    )
    return Blocked(
        subject=document.key,
        code="unbalanced",
        sentence=sentence,
        remedy=_how_to_balance(document, left, policy),
        total=stated,
    )


def _how_to_balance(document: Document, left: Decimal, policy: JournalPolicy) -> str:
    if document.record is RecordType.PURCHASE and not document.taxes:
        return "Export again without naming records: an export by id leaves purchase tax lines out."
    if document.stated_tax and not document.taxes:
        return "The header names tax and no line does: map the tax code's GL account, then close the record again."
    if not policy.rounding_account and abs(left) < 1:
        return "Name a rounding account and a tolerance for the book, or correct the record in ConnectWise."
    return "Correct the record in ConnectWise: open it, check its lines and taxes, and close it again."


def _without_account(document: Document, postings: tuple[Posting, ...]) -> Blocked | None:
    bare = next((row for row in postings if not row.account), None)
    if bare is None:
        return None
    words = f" ({bare.memo.splitlines()[0]})" if bare.memo.strip() else ""
    return Blocked(
        subject=document.key,
        code="account_missing",
        sentence=f"{document.title} has {bare.role} of {abs(bare.amount):f} without a GL account{words}.",
        remedy="In ConnectWise, System > Setup Tables > GL Accounts, map it; then open the record and close it again.",
        total=Money(document.total, document.currency),
    )
