"""What ConnectWise has: invoices, and the payments on them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice, as far as payments go. Amounts are in its currency; a credit memo's total is negative."""

    id: int
    number: str
    total: Decimal
    balance: Decimal
    currency: str
    closed: bool
    """Whether its billing status is a closed one; an open invoice takes no payment (assumed)."""
    company: str = ""
    kind: str = ""
    """Standard, Agreement, CreditMemo …, as ConnectWise says."""
    credit_memo: bool = False


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """A payment on an invoice in ConnectWise, ours or somebody else's."""

    id: int
    invoice_id: int
    amount: Decimal
    day: date | None
    kind: str = ""
    """`P` payment, `C` credit, as ConnectWise says."""
    credit_id: int | None = None
    """The credit memo that it applies."""
    applied_by: str = ""
