"""What the books say of one invoice: every allocation that is alive. Never inferred from a balance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.money import ZERO, to_cents

LONGEST_NUMBER = 200
LARGEST_AMOUNT = Decimal(10) ** 15
"""No invoice comes near it, and no table of ours has room for more."""


class AllocationKind(StrEnum):
    """What was set against the invoice."""

    CASH = "cash"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of one payment or credit memo that was set against one invoice. Refunds are negative."""

    ref: str
    """The books' own id of it."""
    amount: Decimal
    day: date
    kind: AllocationKind = AllocationKind.CASH
    credit_number: str = ""
    """Number of the credit memo, when it is one."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """All live allocations of one invoice; a payment that was deleted is simply not among them."""

    number: str
    """The invoice's number in ConnectWise."""
    currency: str
    """Blank when the source does not say: the invoice's own."""
    allocations: tuple[Allocation, ...] = ()
    voided: bool = False
    """The invoice is not alive in the books: a draft, or taken back."""

    @property
    def cash(self) -> Decimal:
        return sum((each.amount for each in self.allocations if each.kind is AllocationKind.CASH), ZERO)

    @property
    def newest(self) -> date | None:
        """The day of the newest cash allocation."""
        return max((each.day for each in self.allocations if each.kind is AllocationKind.CASH), default=None)

    @property
    def credits(self) -> dict[str, Decimal]:
        """Amounts of credit memos in cents, by number; those that come to nothing are not among them."""
        sums: dict[str, Decimal] = {}
        for each in self.allocations:
            if each.kind is AllocationKind.CREDIT:
                sums[each.credit_number] = sums.get(each.credit_number, ZERO) + each.amount
        return {number: cents for number, amount in sums.items() if (cents := to_cents(amount)) != ZERO}

    @property
    def says_something(self) -> bool:
        """Whether anything is paid or credited, all in all."""
        return to_cents(self.cash) != ZERO or bool(self.credits)


def subject_of(number: str) -> str:
    """What exceptions and warnings about one invoice's payments are called."""
    return f"invoice:{number}"


def fault_of(settlement: Settlement) -> str:
    """Why a settlement cannot be used at all, as the end of a sentence; blank when it can."""
    if not settlement.number.strip():
        return "it names no invoice"
    if len(settlement.number) > LONGEST_NUMBER:
        return f"its invoice number is longer than {LONGEST_NUMBER} characters"
    if settlement.currency and len(settlement.currency) != 3:
        return f"'{settlement.currency[:20]}' is no currency"
    if any(not each.amount.is_finite() or abs(each.amount) >= LARGEST_AMOUNT for each in settlement.allocations):
        return "an amount of it is larger than any invoice"
    if abs(settlement.cash) >= LARGEST_AMOUNT or any(
        abs(each) >= LARGEST_AMOUNT for each in settlement.credits.values()
    ):
        return "its amounts come to more than any invoice"
    return ""


def joined(rows: Sequence[Settlement]) -> Settlement:
    """Several rows of one invoice as one: their allocations together. Their currencies must not differ."""
    first = rows[0]
    return replace(
        first,
        currency=next((row.currency for row in rows if row.currency), ""),
        allocations=tuple(each for row in rows for each in row.allocations),
        voided=any(row.voided for row in rows),
    )
