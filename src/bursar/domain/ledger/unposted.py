"""What waits for the accounting package: rows of ConnectWise's unposted lists, and what an export was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.ledger.documents import RecordType


class Family(StrEnum):
    """The three lists of unposted records, each with its own switch in an export."""

    INVOICES = "invoices"
    EXPENSES = "expenses"
    PROCUREMENT = "procurement"


_FAMILIES = {
    RecordType.TRANSACTION: Family.INVOICES,
    RecordType.EXPENSE: Family.EXPENSES,
    RecordType.EXPENSE_BILL: Family.EXPENSES,
    RecordType.PURCHASE: Family.PROCUREMENT,
    RecordType.ADJUSTMENT: Family.PROCUREMENT,
    RecordType.TRANSFER: Family.PROCUREMENT,
}


def family_of(record: RecordType) -> Family:
    """The list that such a record waits in."""
    return _FAMILIES[record]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unposted record. `unposted_id` is what an export request names it by."""

    record: RecordType
    unposted_id: str
    """billingLogId, expenseDetailId or unpostedProductId: a number for the first two, a text for the third."""
    number: str = ""
    """Invoice number; for purchases and stock movements the description."""
    day: date | None = None
    total: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    currency: str = ""
    company: str = ""
    account_number: str = ""
    """Of the customer, or of the vendor of a purchase; ConnectWise leaves records without one out in silence."""
    member: str = ""
    vendor_number: str | None = None
    """Of the member of an expense; None when it was not looked up."""
    classification: str = ""
    location: str = ""
    location_id: str = ""
    department_id: str = ""
    entries: int | None = None
    """How many GL entries the record has; None when that was not looked up."""

    @property
    def family(self) -> Family:
        return family_of(self.record)

    @property
    def title(self) -> str:
        """How a sentence names it."""
        words = {Family.INVOICES: "Invoice", Family.EXPENSES: "Expense"}
        word = words.get(self.family, self.record.capitalize())
        of = self.member or self.company
        return f"{word} {self.number or self.unposted_id}" + (f" of {of}" if of else "")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an export was asked for. A blank location means all; a family without included ids means all of it."""

    families: frozenset[Family] = frozenset(Family)
    location: str = ""
    thru: date | None = None
    included: Mapping[Family, frozenset[str]] = field(default_factory=dict)
    excluded: Mapping[Family, frozenset[str]] = field(default_factory=dict)
