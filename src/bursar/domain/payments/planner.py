"""What the books say against what ConnectWise has: one cash payment per invoice, and each credit memo (decision 18).

The wanted state is computed anew each time; only differences are written. What cannot be applied waits as an exception
of its own and stops nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bursar.domain.money import ZERO, Money, to_cents
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Action, Blocked, Change, FieldValue, Notice, Plan, Resource

CASH, CREDIT = "P", "C"
"""What ConnectWise calls the two kinds of payment [field for P, spec for the rest]."""


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


def plan_payments(situation: PaymentSituation) -> Plan:
    """The payments to create, change and delete. The same situation always gives the same plan."""
    plan = Plan(stages=[[], []])
    for settlement in situation.settlements:
        try:
            changes, notices = _plan(settlement, situation)
        except _Unpayable as obstacle:
            plan.blocked.append(obstacle.blocked)
            continue
        plan.notices.extend(notices)
        for change in changes:
            plan.stages[0 if change.action is Action.CANCEL else 1].append(change)
    return plan


class _Unpayable(Exception):
    """Carries the exception for people out of the middle of planning one invoice."""

    def __init__(self, settlement: Settlement, code: str, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        total = Money(settlement.cash, settlement.currency) if settlement.currency else None
        self.blocked = Blocked(subject_of(settlement.number), code, sentence, remedy, (settlement.number,), total)


def subject_of(number: str) -> str:
    """What exceptions and changes of one invoice's payments are about."""
    return f"invoice:{number}"


def _plan(settlement: Settlement, situation: PaymentSituation) -> tuple[list[Change], list[Notice]]:
    invoice = _invoice(settlement, situation)
    present = situation.payments.get(invoice.id, ())
    memos = _wanted_credits(settlement, invoice, situation)
    room = abs(invoice.total) - sum(memos.values(), ZERO)
    cash, notices = _wanted_cash(settlement, invoice, room)
    foreign = _foreign(present, situation)
    own = [each for each in present if each.credit_id is None and each not in foreign]
    return [
        *_cash_changes(settlement, invoice, own, cash - sum((each.amount for each in foreign), ZERO)),
        *_credit_changes(settlement, invoice, [each for each in present if each.credit_id], memos, situation),
    ], notices


def _invoice(settlement: Settlement, situation: PaymentSituation) -> PaidInvoice:
    number = settlement.number
    found = [each for each in situation.invoices.get(number, ()) if not each.credit_memo]
    if not found:
        raise _Unpayable(
            settlement,
            "invoice_unknown",
            f"ConnectWise has no invoice {number}.",
            "Check the number in the books; it is never guessed from the amount.",
        )
    if len(found) > 1:
        raise _Unpayable(
            settlement,
            "invoice_ambiguous",
            f"ConnectWise has {len(found)} invoices with the number {number}.",
            "Give one of them another number in ConnectWise.",
        )
    invoice = found[0]
    if settlement.voided and settlement.allocations:
        raise _Unpayable(
            settlement,
            "invoice_not_alive",
            f"Invoice {number} is taken back or a draft in the books, and has payments there.",
            "Move the payments to another invoice in the books, or restore the invoice.",
        )
    if not invoice.closed:
        raise _Unpayable(
            settlement,
            "invoice_open",
            f"Invoice {number} is open in ConnectWise, which takes no payment on it.",
            "Close the invoice in ConnectWise, then run again.",
        )
    if settlement.currency and invoice.currency and settlement.currency != invoice.currency:
        raise _Unpayable(
            settlement,
            "other_currency",
            f"Invoice {number} is in {invoice.currency}, its payments are in {settlement.currency}.",
            "Record the payments in the invoice's currency. Bursar never converts.",
        )
    return invoice


def _wanted_cash(settlement: Settlement, invoice: PaidInvoice, room: Decimal) -> tuple[Decimal, list[Notice]]:
    """The sum of live cash allocations, never more than the invoice has room for."""
    cash = to_cents(settlement.cash)
    if cash < ZERO:
        raise _Unpayable(
            settlement,
            "refunded_beyond",
            f"More was paid back on invoice {settlement.number} than had been paid: {cash:f}.",
            "Record the refund against the credit memo it belongs to.",
        )
    if cash <= room:
        return cash, []
    over = Money(cash - room, invoice.currency or settlement.currency)
    sentence = f"Invoice {settlement.number} is paid {over} above its total; ConnectWise gets the total."
    return max(room, ZERO), [Notice(subject_of(settlement.number), "overpaid", sentence)]


def _wanted_credits(settlement: Settlement, invoice: PaidInvoice, situation: PaymentSituation) -> dict[int, Decimal]:
    """Credit memo id → amount to apply."""
    wanted: dict[int, Decimal] = {}
    for number, amount in settlement.credits.items():
        memos = [each for each in situation.invoices.get(number, ()) if each.credit_memo]
        if len(memos) != 1:
            raise _Unpayable(
                settlement,
                "credit_unknown",
                f"Invoice {settlement.number} is settled with the credit {number}, which ConnectWise does not know.",
                "Credits must begin in ConnectWise: make the credit memo there, or record a payment instead.",
            )
        wanted[memos[0].id] = to_cents(amount)
    if sum(wanted.values(), ZERO) > abs(invoice.total):
        raise _Unpayable(
            settlement,
            "credited_beyond",
            f"More credit is set against invoice {settlement.number} than it comes to.",
            "Correct the allocation in the books.",
        )
    return wanted


def _foreign(present: Iterable[InvoicePayment], situation: PaymentSituation) -> list[InvoicePayment]:
    """Cash payments that somebody else made beside ours: they count, and are never doubled or changed."""
    cash = [each for each in present if each.credit_id is None]
    return [each for each in cash if each.id not in situation.ours] if len(cash) > 1 else []


def _cash_changes(
    settlement: Settlement, invoice: PaidInvoice, own: Sequence[InvoicePayment], wanted: Decimal
) -> Iterator[Change]:
    day = settlement.newest
    kept = own[0] if own else None
    for extra in own[1:]:
        yield _delete(settlement, invoice, extra)
    if wanted <= ZERO:
        if kept:
            yield _delete(settlement, invoice, kept)
        return
    after: dict[str, FieldValue] = {"amount": wanted, "day": day, "kind": CASH}
    if kept is None:
        yield _create(settlement, invoice, after, "cash")
    else:
        yield _update(settlement, invoice, kept, after)


def _credit_changes(
    settlement: Settlement,
    invoice: PaidInvoice,
    present: Sequence[InvoicePayment],
    wanted: Mapping[int, Decimal],
    situation: PaymentSituation,
) -> Iterator[Change]:
    left = dict(wanted)
    for payment in present:
        amount = left.pop(payment.credit_id or 0, None)
        if amount is not None:
            yield _update(settlement, invoice, payment, {"amount": amount})
        elif payment.id in situation.ours:
            yield _delete(settlement, invoice, payment)
    for credit_id, amount in left.items():
        after: dict[str, FieldValue] = {
            "amount": amount,
            "day": _credit_day(settlement),
            "kind": CREDIT,
            "credit_id": credit_id,
        }
        yield _create(settlement, invoice, after, f"credit:{credit_id}")


def _credit_day(settlement: Settlement) -> date | None:
    return max((each.day for each in settlement.allocations), default=None)


def _create(settlement: Settlement, invoice: PaidInvoice, after: dict[str, FieldValue], what: str) -> Change:
    return Change(
        key=f"payment:{invoice.id}:{what}",
        action=Action.CREATE,
        resource=Resource.PAYMENT,
        after=after,
        parent_id=invoice.id,
        lines=(settlement.number,),
        total=_money(settlement, invoice, after["amount"]),
    )


def _update(
    settlement: Settlement, invoice: PaidInvoice, present: InvoicePayment, after: dict[str, FieldValue]
) -> Change:
    """An update, or nothing to do when the payment is as it should be."""
    before: dict[str, FieldValue] = {"amount": present.amount, "day": present.day, "kind": present.kind}
    wanted = {name: value for name, value in after.items() if name != "kind"}
    same = all(before.get(name) == value for name, value in wanted.items())
    return Change(
        key=f"payment:{invoice.id}:{present.id}",
        action=Action.LEAVE if same else Action.UPDATE,
        resource=Resource.PAYMENT,
        after=wanted,
        before={name: before.get(name) for name in wanted},
        remote_id=present.id,
        parent_id=invoice.id,
        lines=(settlement.number,),
        total=_money(settlement, invoice, after["amount"]),
        found=present.amount,
    )


def _delete(settlement: Settlement, invoice: PaidInvoice, present: InvoicePayment) -> Change:
    return Change(
        key=f"payment:{invoice.id}:{present.id}:delete",
        action=Action.CANCEL,
        resource=Resource.PAYMENT,
        after={"deleted": True},
        before={"amount": present.amount, "day": present.day, "deleted": False},
        remote_id=present.id,
        parent_id=invoice.id,
        lines=(settlement.number,),
    )


def _money(settlement: Settlement, invoice: PaidInvoice, amount: FieldValue) -> Money | None:
    currency = invoice.currency or settlement.currency
    return Money(amount, currency) if isinstance(amount, Decimal) and currency else None
