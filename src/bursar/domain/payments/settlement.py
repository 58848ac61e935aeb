"""What the books say of one invoice: every allocation that is alive. Never inferred from a balance."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.money import ZERO


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
        """Amounts of credit memos, by number."""
        sums: dict[str, Decimal] = {}
        for each in self.allocations:
            if each.kind is AllocationKind.CREDIT:
                sums[each.credit_number] = sums.get(each.credit_number, ZERO) + each.amount
        return sums
