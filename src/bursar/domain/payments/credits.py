"""Credit memos that the books set against an invoice: each is applied by a payment of its own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.domain.money import ZERO
from bursar.domain.payments.changes import create_credit, delete, set_to
from bursar.domain.payments.obstacles import (
    Unpayable,
    block,
    open_invoice,
    other_currency,
    paid_elsewhere,
)
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.payments.situation import sum_of, told
from bursar.domain.plan import Blocked, Change, Notice


@dataclass(slots=True)
class CreditPlan:
    """What becomes of the credits of one invoice."""

    changes: list[Change] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    credited: Decimal = ZERO
    """What they come to afterwards."""


def plan_credits(
    settlement: Settlement,
    invoice: PaidInvoice,
    present: Sequence[InvoicePayment],
    known: Mapping[str, Sequence[PaidInvoice]],
    ours: Collection[int],
) -> CreditPlan:
    """Apply, change and take back credits. One that cannot be applied holds up neither the others nor the cash."""
    plan = CreditPlan()
    left = sorted(present, key=lambda payment: payment.id not in ours)
    for number, amount in settlement.credits.items():
        try:
            memo = _memo(settlement, invoice, number, amount, known)
        except Unpayable as held:
            plan.blocked.append(held.blocked)
            continue
        payment = next((each for each in left if each.credit_id == memo.id), None)
        if payment is not None:
            left.remove(payment)
        try:
            plan.changes.append(_change(settlement, invoice, memo, payment, amount, ours))
            plan.credited += amount
        except Unpayable as held:
            plan.blocked.append(held.blocked)
            plan.credited += payment.amount if payment else ZERO
    for payment in left:
        if payment.id in ours:
            plan.changes.append(delete(settlement, invoice, payment))
        else:
            plan.credited += payment.amount
            plan.notices.append(_credited_elsewhere(settlement, invoice, payment))
    if plan.changes and plan.credited > max(invoice.total, ZERO):
        beyond = [_credited_beyond(settlement, invoice, plan.credited)]
        return CreditPlan(blocked=[*plan.blocked, *beyond], credited=sum_of(present))
    return plan


def _memo(
    settlement: Settlement,
    invoice: PaidInvoice,
    number: str,
    amount: Decimal,
    known: Mapping[str, Sequence[PaidInvoice]],
) -> PaidInvoice:
    """The credit memo of that number. Raises Unpayable."""
    memos = [each for each in known.get(number, ()) if each.credit_memo]
    if len(memos) != 1:
        raise Unpayable(_unknown_credit(settlement, invoice, number, amount))
    if amount < ZERO:
        raise Unpayable(_taken_back_beyond(settlement, invoice, number, amount))
    memo = memos[0]
    if memo.currency and invoice.currency and memo.currency != invoice.currency:
        raise Unpayable(other_currency(settlement, memo))
    return memo


def _change(
    settlement: Settlement,
    invoice: PaidInvoice,
    memo: PaidInvoice,
    payment: InvoicePayment | None,
    amount: Decimal,
    ours: Collection[int],
) -> Change:
    """Raises Unpayable where somebody else applied more of it than the books say, and for an open memo."""
    if payment is not None and payment.id not in ours and payment.amount > amount:
        raise Unpayable(paid_elsewhere(settlement, invoice, payment.amount, amount))
    if payment is None:
        change = create_credit(settlement, invoice, memo, amount)
    else:
        change = set_to(settlement, invoice, payment, amount)
    if change.writes and not memo.closed:
        raise Unpayable(open_invoice(settlement, memo))
    return change


def _unknown_credit(settlement: Settlement, invoice: PaidInvoice, number: str, amount: Decimal) -> Blocked:
    return block(
        settlement,
        "credit_unknown",
        f"Invoice {settlement.number} is settled with the credit {number or 'of no number'},"
        " which ConnectWise does not know.",
        "Credits must begin in ConnectWise: make the credit memo there, or record a payment instead.",
        invoice=invoice,
        amount=amount,
    )


def _taken_back_beyond(settlement: Settlement, invoice: PaidInvoice, number: str, amount: Decimal) -> Blocked:
    return block(
        settlement,
        "refunded_beyond",
        f"More of the credit {number} was taken back from invoice {settlement.number} than had been set against it.",
        "Correct the allocation in the books.",
        invoice=invoice,
        amount=amount,
    )


def _credited_beyond(settlement: Settlement, invoice: PaidInvoice, credited: Decimal) -> Blocked:
    return block(
        settlement,
        "credited_beyond",
        f"More credit is set against invoice {settlement.number} than it comes to:"
        f" {told(settlement, invoice, credited)} of {told(settlement, invoice, invoice.total)}.",
        "Correct the allocation in the books.",
        invoice=invoice,
        amount=credited,
    )


def _credited_elsewhere(settlement: Settlement, invoice: PaidInvoice, payment: InvoicePayment) -> Notice:
    amount = told(settlement, invoice, payment.amount)
    return Notice(
        subject_of(settlement.number),
        "credited_elsewhere",
        f"Invoice {settlement.number} has a credit of {amount} in ConnectWise that the books do not set against it;"
        " it stays.",
    )
