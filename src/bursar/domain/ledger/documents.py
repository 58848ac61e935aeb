"""A document: one invoice, bill or stock movement of a GL export, in one shape for both dialects.

Every document is a control account (receivable, payable, or the other side of a journal) against its lines and taxes.
Amounts of invoices, credits and bills are positive; a line that reduces them is negative. Amounts of journals are
signed, debit positive. What the export says beyond this model is kept in `more`, so that it can be written again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from bursar.domain.identity import short_digest

LONGEST_KEY = 190
Scalar: TypeAlias = str | int | Decimal | bool | date | datetime
More: TypeAlias = tuple[tuple[str, Scalar], ...]
"""Further fields, sorted by name: the REST export's dotted path, or the legacy attribute where only that one has it."""


class DocumentKind(StrEnum):
    """What a document is in the books."""

    AR_INVOICE = "ar_invoice"
    AR_CREDIT = "ar_credit"
    AR_DOWNPAYMENT = "ar_downpayment"
    AP_BILL_PO = "ap_bill_po"
    AP_BILL_EXPENSE = "ap_bill_expense"
    AP_CREDIT = "ap_credit"
    INVENTORY_ADJUSTMENT = "inventory_adjustment"
    INVENTORY_TRANSFER = "inventory_transfer"
    COGS_JOURNAL = "cogs_journal"
    JOURNAL = "journal"


RECEIVABLE_KINDS = frozenset({DocumentKind.AR_INVOICE, DocumentKind.AR_CREDIT, DocumentKind.AR_DOWNPAYMENT})
PAYABLE_KINDS = frozenset({DocumentKind.AP_BILL_PO, DocumentKind.AP_BILL_EXPENSE, DocumentKind.AP_CREDIT})
CREDIT_KINDS = frozenset({DocumentKind.AR_CREDIT, DocumentKind.AP_CREDIT})


_SPOKEN = {
    DocumentKind.AR_CREDIT: "Credit memo",
    DocumentKind.AR_DOWNPAYMENT: "Down payment",
    DocumentKind.AP_BILL_PO: "Purchase",
    DocumentKind.AP_BILL_EXPENSE: "Expense bill",
    DocumentKind.AP_CREDIT: "Vendor credit",
    DocumentKind.INVENTORY_ADJUSTMENT: "Adjustment",
    DocumentKind.INVENTORY_TRANSFER: "Transfer",
    DocumentKind.COGS_JOURNAL: "Cost of goods sold",
    DocumentKind.JOURNAL: "Journal",
}


class RecordType(StrEnum):
    """The section of the GL export that a document came from."""

    TRANSACTION = "transaction"
    EXPENSE_BILL = "expense_bill"
    EXPENSE = "expense"
    PURCHASE = "purchase"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"


class Axis(StrEnum):
    """What a dimension divides the books by."""

    CLASS = "class"
    TERRITORY = "territory"
    EXPENSE_CLASS = "expense_class"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One value on one axis, as ConnectWise names it."""

    axis: Axis
    value: str


@dataclass(frozen=True, slots=True)
class PartyRef:
    """Whom a document is with: a customer, a supplier, or the member of an expense. Blank for stock movements."""

    account_number: str = ""
    """The company's account number; without one ConnectWise leaves its records out of the export."""
    vendor_number: str = ""
    name: str = ""
    identifier: str = ""
    company_id: int | None = None
    member: str = ""
    """Identifier of the member who spent the money, on expenses."""
    company_type: str = ""

    @property
    def code(self) -> str:
        """What the books know the party by: vendor number for suppliers and members, else account number."""
        return self.vendor_number or self.account_number or self.identifier or self.member


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not tax. `quantity` has the sign of `amount` as ConnectWise gives it; prices are per unit."""

    account: str
    amount: Decimal
    entry_ids: tuple[int, ...] = ()
    gl_type: str = ""
    """RP product, R service, RA agreement, RD down payment, EE and EI expense, PF freight …"""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    cost: Decimal | None = None
    """Cost of the whole line, without a sign of its own: it moves with the line."""
    cost_account: str = ""
    inventory_account: str = ""
    item: str = ""
    description: str = ""
    memo: str = ""
    unit: str = ""
    tax_code: str = ""
    taxable: bool | None = None
    drop_shipped: bool | None = None
    currency: str = ""
    """Blank when it is the document's."""
    entered: datetime | None = None
    """Day, and where known time, on the site's clock."""
    dimensions: tuple[Dimension, ...] = ()
    more: More = ()


@dataclass(frozen=True, slots=True)
class Tax:
    """One row of tax. `rate` is a percentage: 20 is 20 %."""

    account: str
    amount: Decimal
    entry_ids: tuple[int, ...] = ()
    gl_type: str = ""
    """ST sales, PT purchase, FT freight, ET expense tax."""
    code: str = ""
    agency: str = ""
    rate: Decimal | None = None
    description: str = ""
    memo: str = ""
    currency: str = ""
    entered: datetime | None = None
    dimensions: tuple[Dimension, ...] = ()
    separate: bool = False
    """Whether the REST export lists it apart from the lines (`purchaseDetailTax`)."""
    more: More = ()

    @property
    def level(self) -> int | None:
        """The level of the tax code, read off "Level 1 Sales Tax"."""
        words = f"{self.description} {self.memo}".split()
        numbers = (after for word, after in pairwise(words) if word == "Level")
        return next((int(number) for number in numbers if number.isascii() and number.isdigit()), None)


_LEVEL_XREFS = {1: "stateTaxXref", 2: "countyTaxXref", 3: "cityTaxXref", 4: "countryTaxXref", 5: "compositeTaxXref"}


@dataclass(frozen=True, slots=True)
class Document:
    """One document for the books. Immutable once delivered; a correction is a new generation."""

    kind: DocumentKind
    record: RecordType
    number: str
    day: date
    currency: str
    total: Decimal
    control_account: str
    lines: tuple[Line, ...] = ()
    taxes: tuple[Tax, ...] = ()
    entry_ids: tuple[int, ...] = ()
    """GL entry ids of the header; `entry_ids.entry_ids_of` collects all."""
    record_id: str = ""
    """ConnectWise's id of the record; a text for purchases and stock movements, blank in the legacy dialect's sales."""
    party: PartyRef = field(default_factory=PartyRef)
    due: date | None = None
    document_type: str = ""
    billing_type: str = ""
    gl_type: str = ""
    terms: str = ""
    description: str = ""
    memo: str = ""
    po_number: str = ""
    project: str = ""
    vendor_invoice: str = ""
    stated_tax: Decimal | None = None
    """Tax according to the header; the rows in `taxes` are what is posted."""
    dimensions: tuple[Dimension, ...] = ()
    more: More = ()
    location: str = ""
    """Name or id of the location. An export does not carry it; the list of unposted records does."""
    department: str = ""

    @property
    def key(self) -> str:
        """What the document is known by within its ConnectWise: section and id, or number where there is no id.

        At most 190 characters: of the id of a large adjustment, which lists its entries, the beginning and a digest.
        """
        name = f"{self.record}:{self.record_id or self.number}"
        return name if len(name) <= LONGEST_KEY else f"{name[: LONGEST_KEY - 17]}-{short_digest(name)}"

    @property
    def title(self) -> str:
        """How a sentence names it."""
        word = _SPOKEN.get(self.kind, "Invoice")
        return f"{word} {self.number or self.record_id}".rstrip()

    @property
    def rows(self) -> Iterator[Line | Tax]:
        """Lines, then taxes."""
        yield from self.lines
        yield from self.taxes

    @property
    def tax_total(self) -> Decimal:
        """The sum of the tax rows."""
        return sum((tax.amount for tax in self.taxes), Decimal(0))

    def tax_code(self, tax: Tax) -> str:
        """The code of a tax row: its own, else the header's cross reference for its level."""
        if tax.code:
            return tax.code
        named = dict(self.more)
        return str(named.get(_LEVEL_XREFS.get(tax.level or 0, ""), ""))

    @property
    def remainder(self) -> Decimal:
        """What the lines and taxes leave of the total; zero for a document that agrees with itself."""
        return self.total - sum((row.amount for row in self.rows), Decimal(0))
