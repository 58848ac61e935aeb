"""Credit memos that the books set against an invoice: each is applied by a payment of its own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.domain.money import ZERO
from bursar.domain.payments.cash import changes_to
from bursar.domain.payments.changes import create_credit, delete
from bursar.domain.payments.obstacles import (
    Unpayable,
    block,
    open_invoice,
    other_currency,
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
    left = list(present)
    unclear: list[Collection[int]] = []
    for number, amount in settlement.credits.items():
        memos = [each for each in known.get(number, ()) if each.credit_memo]
        try:
            memo = _memo(settlement, invoice, number, amount, memos)
        except Unpayable as held:
            plan.blocked.append(held.blocked)
            unclear.append([each.id for each in memos])
            continue
        there = [each for each in left if each.credit_id == memo.id]
        left = [each for each in left if each.credit_id != memo.id]
        try:
            plan.changes += _changes(settlement, invoice, memo, there, amount, ours)
            plan.credited += amount
        except Unpayable as held:
            plan.blocked.append(held.blocked)
            plan.credited += sum_of(there)
    for payment in left:
        if payment.id in ours and not _may_be_meant(payment, unclear):
            plan.changes.append(delete(settlement, invoice, payment))
            continue
        plan.credited += payment.amount
        if payment.id not in ours:
            plan.notices.append(_credited_elsewhere(settlement, invoice, payment))
    if plan.changes and plan.credited > max(invoice.total, ZERO):
        beyond = [_credited_beyond(settlement, invoice, plan.credited)]
        return CreditPlan(blocked=[*plan.blocked, *beyond], credited=sum_of(present))
    return plan


def _may_be_meant(payment: InvoicePayment, unclear: Iterable[Collection[int]]) -> bool:
    """Whether it may apply a credit that cannot be told, so that it stays: its memo is one of several of a number, or
    may have had the number that nobody knows.
    """
    return any(not memos or payment.credit_id in memos for memos in unclear)


def _memo(
    settlement: Settlement,
    invoice: PaidInvoice,
    number: str,
    amount: Decimal,
    memos: Sequence[PaidInvoice],
) -> PaidInvoice:
    """The credit memo among those of the number. Raises Unpayable."""
    if not memos:
        raise Unpayable(_unknown_credit(settlement, invoice, number, amount))
    if len(memos) > 1:
        raise Unpayable(_ambiguous_credit(settlement, invoice, memos, amount))
    if amount < ZERO:
        raise Unpayable(_taken_back_beyond(settlement, invoice, number, amount))
    memo = memos[0]
    if memo.currency and invoice.currency and memo.currency != invoice.currency:
        raise Unpayable(other_currency(settlement, memo))
    return memo


def _changes(
    settlement: Settlement,
    invoice: PaidInvoice,
    memo: PaidInvoice,
    there: Sequence[InvoicePayment],
    amount: Decimal,
    ours: Collection[int],
) -> list[Change]:
    """Raises Unpayable where somebody else applied more of it than the books say, and for an open memo."""

    def create(settlement: Settlement, invoice: PaidInvoice, amount: Decimal) -> Change:
        return create_credit(settlement, invoice, memo, amount)

    changes = changes_to(settlement, invoice, there, amount, ours, create, None)
    if not memo.closed and any(change.writes for change in changes):
        raise Unpayable(open_invoice(settlement, memo))
    return changes


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


def _ambiguous_credit(
    settlement: Settlement, invoice: PaidInvoice, memos: Sequence[PaidInvoice], amount: Decimal
) -> Blocked:
    number = memos[0].number
    return block(
        settlement,
        "credit_unknown",
        f"Invoice {settlement.number} is settled with the credit {number}:"
        f" ConnectWise has {len(memos)} credit memos with this number.",
        "Give one of them another number in ConnectWise.",
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
