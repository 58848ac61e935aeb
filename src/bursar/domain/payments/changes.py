"""The writes on one invoice's payments, and the fields that they carry."""

from datetime import date
from decimal import Decimal

from bursar.domain.money import ZERO
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement
from bursar.domain.payments.situation import money_of
from bursar.domain.plan import Action, Change, Fields, FieldValue, Resource

CASH, CREDIT = "P", "C"
"""What ConnectWise calls the two kinds of payment [field for P, assumed for C]."""


def create_cash(settlement: Settlement, invoice: PaidInvoice, amount: Decimal) -> Change:
    """The one cash payment of an invoice that has none."""
    return _create(settlement, invoice, "cash", {"amount": amount, "day": settlement.newest, "kind": CASH})


def create_credit(settlement: Settlement, invoice: PaidInvoice, memo: PaidInvoice, amount: Decimal) -> Change:
    """Apply a credit memo."""
    day = max((each.day for each in settlement.allocations if each.credit_number == memo.number), default=None)
    after: dict[str, FieldValue] = {"amount": amount, "day": day, "kind": CREDIT, "credit_id": memo.id}
    return _create(settlement, invoice, f"credit:{memo.id}", after)


def set_to(
    settlement: Settlement, invoice: PaidInvoice, payment: InvoicePayment, amount: Decimal, day: date | None = None
) -> Change:
    """Bring a payment to this amount and day (None: whatever it is); nothing to write when it is so."""
    after: dict[str, FieldValue] = {"amount": amount}
    before: dict[str, FieldValue] = {"amount": payment.amount}
    if day is not None:
        after["day"], before["day"] = day, payment.day
    return Change(
        key=f"payment:{invoice.id}:{payment.id}",
        action=Action.LEAVE if after == before else Action.UPDATE,
        resource=Resource.PAYMENT,
        after=after,
        before=before,
        remote_id=payment.id,
        parent_id=invoice.id,
        lines=(settlement.number,),
        total=money_of(settlement, invoice, amount),
        found=payment.amount,
    )


def delete(settlement: Settlement, invoice: PaidInvoice, payment: InvoicePayment) -> Change:
    """Take a payment of ours away."""
    return Change(
        key=f"payment:{invoice.id}:{payment.id}:delete",
        action=Action.CANCEL,
        resource=Resource.PAYMENT,
        after={"deleted": True},
        before={"amount": payment.amount, "day": payment.day, "deleted": False},
        remote_id=payment.id,
        parent_id=invoice.id,
        lines=(settlement.number,),
        total=money_of(settlement, invoice, ZERO),
    )


def _create(settlement: Settlement, invoice: PaidInvoice, what: str, after: Fields) -> Change:
    amount = after["amount"]
    return Change(
        key=f"payment:{invoice.id}:{what}",
        action=Action.CREATE,
        resource=Resource.PAYMENT,
        after=after,
        parent_id=invoice.id,
        lines=(settlement.number,),
        total=money_of(settlement, invoice, amount if isinstance(amount, Decimal) else ZERO),
    )
