"""What people call the kinds, families and states of the ledger, and how states look."""

from collections.abc import Mapping
from dataclasses import dataclass

from bursar.domain.books.present import Consent
from bursar.domain.ledger.documents import DocumentKind, RecordType
from bursar.domain.ledger.journal import Role
from bursar.domain.ledger.unposted import Family
from bursar.store.models import LedgerBatch, LedgerDocument

FAMILIES: Mapping[str, str] = {
    Family.INVOICES: "Invoices",
    Family.EXPENSES: "Expenses",
    Family.PROCUREMENT: "Procurement",
}
RECORDS: Mapping[str, str] = {
    RecordType.TRANSACTION: "Invoice",
    RecordType.EXPENSE: "Expense",
    RecordType.EXPENSE_BILL: "Expense bill",
    RecordType.PURCHASE: "Purchase",
    RecordType.ADJUSTMENT: "Adjustment",
    RecordType.TRANSFER: "Transfer",
}
KINDS: Mapping[str, str] = {
    DocumentKind.AR_INVOICE: "Invoice",
    DocumentKind.AR_CREDIT: "Credit memo",
    DocumentKind.AR_DOWNPAYMENT: "Down payment",
    DocumentKind.AP_BILL_PO: "Purchase",
    DocumentKind.AP_BILL_EXPENSE: "Expense bill",
    DocumentKind.AP_CREDIT: "Vendor credit",
    DocumentKind.INVENTORY_ADJUSTMENT: "Inventory adjustment",
    DocumentKind.INVENTORY_TRANSFER: "Inventory transfer",
    DocumentKind.COGS_JOURNAL: "Cost of goods sold",
    DocumentKind.JOURNAL: "Journal",
}
ROLES: Mapping[str, str] = {
    Role.RECEIVABLE: "Receivable",
    Role.PAYABLE: "Payable",
    Role.REVENUE: "Revenue",
    Role.EXPENSE: "Expense",
    Role.INVENTORY: "Inventory",
    Role.COGS: "Cost of goods sold",
    Role.TAX: "Tax",
    Role.OFFSET: "Offset",
    Role.ROUNDING: "Rounding",
}
DECISIONS: Mapping[str, str] = {
    Consent.REPOST: "It will be posted anew: export, then post",
    Consent.ACCEPT: "It is accepted as the books have it: export, then post",
}
"""What a decision about a document means until the next run carries it out."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: a word, a colour, an icon."""

    word: str
    look: str = "secondary"
    icon: str = ""


_State = LedgerDocument.State
DOCUMENT_CHIPS: Mapping[str, Chip] = {
    _State.READY: Chip("Ready", "info", "circle"),
    _State.BLOCKED: Chip("Blocked", "warning", "triangle-exclamation"),
    _State.EXCLUDED: Chip("Excluded", "secondary", "ban"),
    _State.POSTED: Chip("In the books", "success", "check"),
    _State.BATCHED: Chip("Batched", "success", "check-double"),
    _State.VOIDED: Chip("Taken back", "secondary", "rotate-left"),
    _State.GONE: Chip("Gone", "secondary", "circle-xmark"),
}
BATCH_CHIPS: Mapping[str, Chip] = {
    LedgerBatch.State.OPEN: Chip("Open", "info", "box-open"),
    LedgerBatch.State.CLOSED: Chip("Closed", "secondary", "lock"),
    LedgerBatch.State.UNDONE: Chip("Undone", "secondary", "rotate-left"),
}


def families_told(text: str) -> str:
    """`invoices,expenses` as people read it."""
    return ", ".join(FAMILIES.get(word, word) for word in text.split(",") if word)
