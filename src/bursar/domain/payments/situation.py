"""What the planner of the payments journey may look at, and what it says of one invoice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.domain.money import ZERO, Money
from bursar.domain.payments.agreed import fingerprint_of_payments
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Action, Blocked, Change, Notice


@dataclass(frozen=True, slots=True)
class PaymentSituation:
    """Some invoices of the books, and what ConnectWise has of them and of the credit memos that they name."""

    settlements: Sequence[Settlement]
    invoices: Mapping[str, Sequence[PaidInvoice]] = field(default_factory=dict)
    """By number; also credit memos."""
    payments: Mapping[int, Sequence[InvoicePayment]] = field(default_factory=dict)
    """By invoice id."""
    ours: frozenset[int] = frozenset()
    """Ids of payments that Bursar made or changed."""


@dataclass(frozen=True, slots=True)
class PlannedInvoice:
    """What becomes of one invoice's payments."""

    settlement: Settlement
    invoice: PaidInvoice | None = None
    """None: ConnectWise has none, or several, of this number."""
    present: Decimal | None = None
    """What its cash payments in ConnectWise come to."""
    changes: Sequence[Change] = ()
    """Also payments that are left as they are."""
    blocked: Sequence[Blocked] = ()
    """What cannot be done; the changes go on."""
    notices: Sequence[Notice] = ()

    @property
    def writes(self) -> list[Change]:
        return [change for change in self.changes if change.writes]

    @property
    def actions(self) -> str:
        """What would be written, in the order in which it is: create, update, cancel, separated by commas."""
        return ",".join(dict.fromkeys(change.action.value for change in sorted(self.writes, key=stage_of)))

    @property
    def fingerprint(self) -> str:
        """Of all that would be written: what somebody agrees to. Blank when nothing would be."""
        return fingerprint_of_payments(self.writes)


def stage_of(change: Change) -> int:
    """Deleting comes first, then what is lowered, then the rest: there is never more on an invoice than it takes."""
    if change.action is Action.CANCEL:
        return 0
    before, after = (change.before or {}).get("amount"), change.after.get("amount")
    lowers = isinstance(before, Decimal) and isinstance(after, Decimal) and abs(after) < abs(before)
    return 1 if change.action is Action.UPDATE and lowers else 2


def money_of(settlement: Settlement, invoice: PaidInvoice | None, amount: Decimal) -> Money:
    """In the invoice's currency; the currency is blank where neither side knows it."""
    return Money(amount, (invoice.currency if invoice else "") or settlement.currency)


def told(settlement: Settlement, invoice: PaidInvoice | None, amount: Decimal) -> str:
    """An amount as a sentence says it."""
    return str(money_of(settlement, invoice, amount)).strip()


def sum_of(payments: Iterable[InvoicePayment]) -> Decimal:
    return sum((payment.amount for payment in payments), ZERO)
