"""What keeps a payment from being applied, each with its sentence and remedy."""

from collections.abc import Sequence
from decimal import Decimal

from bursar.domain.payments.present import PaidInvoice
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.payments.situation import money_of, told
from bursar.domain.plan import Blocked

BESIDE_WRITES = frozenset(
    {
        "credit_unknown",
        "credited_beyond",
        "invoice_open",
        "other_currency",
        "paid_elsewhere",
        "paid_on_credit",
        "refunded_beyond",
    }
)
"""Codes of what may hold up a part of an invoice's payments while the others are written."""

AGREE = "Make both sides agree: record the payment in the books, or correct it in ConnectWise."


class Unpayable(Exception):
    """Carries an obstacle for people out of the middle of planning."""

    def __init__(self, blocked: Blocked) -> None:
        super().__init__(blocked.sentence)
        self.blocked = blocked


def block(
    settlement: Settlement,
    code: str,
    sentence: str,
    remedy: str,
    *,
    invoice: PaidInvoice | None = None,
    amount: Decimal | None = None,
) -> Blocked:
    """Something that is not done for this invoice; `amount` is what it is about, else all its cash."""
    total = money_of(settlement, invoice, settlement.cash if amount is None else amount)
    return Blocked(subject_of(settlement.number), code, sentence, remedy, (settlement.number,), total)


def unknown_invoice(settlement: Settlement) -> Blocked:
    return block(
        settlement,
        "invoice_unknown",
        f"ConnectWise has no invoice {settlement.number}.",
        "Check the number in the books; it is never guessed from the amount.",
    )


def ambiguous_invoice(settlement: Settlement, found: Sequence[PaidInvoice]) -> Blocked:
    return block(
        settlement,
        "invoice_ambiguous",
        f"ConnectWise has {len(found)} invoices with the number {settlement.number}.",
        "Give one of them another number in ConnectWise.",
    )


def not_alive(settlement: Settlement) -> Blocked:
    return block(
        settlement,
        "invoice_not_alive",
        f"Invoice {settlement.number} is taken back or a draft in the books, and has payments there.",
        "Move the payments to another invoice in the books, or restore the invoice.",
    )


def open_invoice(settlement: Settlement, invoice: PaidInvoice) -> Blocked:
    what = "Credit memo" if invoice.credit_memo else "Invoice"
    return block(
        settlement,
        "invoice_open",
        f"{what} {invoice.number} is open in ConnectWise, so that its total may still change.",
        "Close it in ConnectWise, then run again.",
        invoice=invoice,
    )


def other_currency(settlement: Settlement, invoice: PaidInvoice) -> Blocked:
    return block(
        settlement,
        "other_currency",
        f"Invoice {settlement.number} is in {invoice.currency}, its payments are in {settlement.currency}.",
        "Record the payments in the invoice's currency. Bursar never converts.",
    )


def paid_elsewhere(settlement: Settlement, invoice: PaidInvoice, there: Decimal, wanted: Decimal) -> Blocked:
    """Somebody else's payment; both amounts are told."""
    has, says = (told(settlement, invoice, amount) for amount in (there, wanted))
    return block(
        settlement,
        "paid_elsewhere",
        f"Invoice {settlement.number}: ConnectWise has {has} that Bursar did not write, the books have {says}.",
        AGREE,
        invoice=invoice,
        amount=there,
    )


def no_room(settlement: Settlement, invoice: PaidInvoice, credited: Decimal, paid: Decimal) -> Blocked:
    """Credits that do not fit beside cash payments that stay as they are."""
    credit, cash, total = (told(settlement, invoice, amount) for amount in (credited, paid, invoice.total))
    return block(
        settlement,
        "credited_beyond",
        f"Credits of {credit} do not fit on invoice {settlement.number} of {total} beside its payments of {cash}.",
        "See to the payments first; the credits are applied once there is room for them.",
        invoice=invoice,
        amount=credited,
    )
