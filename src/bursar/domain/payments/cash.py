"""The one cash payment of an invoice: how much it should be, and how to get there (decision 18)."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal

from bursar.domain.money import ZERO, to_cents
from bursar.domain.payments.changes import create_cash, delete, set_to
from bursar.domain.payments.obstacles import Unpayable, block, paid_elsewhere
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.payments.situation import sum_of, told
from bursar.domain.plan import Change, Notice

Create = Callable[[Settlement, PaidInvoice, Decimal], Change]
"""Makes the one payment of its kind, of this amount."""


def wanted_cash(settlement: Settlement, invoice: PaidInvoice, credited: Decimal) -> tuple[Decimal, list[Notice]]:
    """The sum of live cash allocations, never beyond what the total leaves beside credits; then with a warning.

    What is paid back on a credit memo is negative, as its total is. Raises Unpayable.
    """
    cash, total = to_cents(settlement.cash), invoice.total
    if total >= ZERO > cash:
        raise Unpayable(
            block(
                settlement,
                "refunded_beyond",
                f"More was paid back on invoice {settlement.number} than had been paid:"
                f" {told(settlement, invoice, cash)}.",
                "Record the refund against the credit memo it belongs to.",
                invoice=invoice,
            )
        )
    if total < ZERO < cash:
        raise Unpayable(
            block(
                settlement,
                "paid_on_credit",
                f"The books have a payment of {told(settlement, invoice, cash)} on {settlement.number},"
                " whose total is negative.",
                "Record the payment on the invoice it belongs to; what is paid back on a credit memo is negative.",
                invoice=invoice,
            )
        )
    limit = max(total - credited, ZERO) if total >= ZERO else min(total - credited, ZERO)
    if abs(cash) <= abs(limit):
        return cash, []
    over, gets = told(settlement, invoice, cash - limit), told(settlement, invoice, limit)
    beside = ", less its credits" if credited else ""
    sentence = f"Invoice {settlement.number} is paid {over} beyond its total{beside}; ConnectWise gets {gets}."
    return limit, [Notice(subject_of(settlement.number), "overpaid", sentence)]


def cash_changes(
    settlement: Settlement,
    invoice: PaidInvoice,
    present: Sequence[InvoicePayment],
    wanted: Decimal,
    ours: Collection[int],
) -> list[Change]:
    """From the cash payments that are there to one that comes to `wanted`. Raises Unpayable."""
    return changes_to(settlement, invoice, present, wanted, ours, create_cash, settlement.newest)


def changes_to(
    settlement: Settlement,
    invoice: PaidInvoice,
    present: Sequence[InvoicePayment],
    wanted: Decimal,
    ours: Collection[int],
    create: Create,
    day: date | None,
) -> list[Change]:
    """From payments of one kind that are there to one that comes to `wanted`, with what others made counted.

    A payment of others is only ever raised, and only when it is the only one: the books know of more than it says.
    Where they know of less, nothing is done. `day` None: a payment keeps its day. Raises Unpayable.
    """
    foreign = [payment for payment in present if payment.id not in ours]
    own = [payment for payment in present if payment.id in ours]
    theirs = sum_of(foreign)
    if foreign and _is_less(wanted, theirs):
        raise Unpayable(paid_elsewhere(settlement, invoice, theirs, wanted))
    if foreign and not own and wanted != theirs:
        if len(foreign) > 1:
            raise Unpayable(paid_elsewhere(settlement, invoice, theirs, wanted))
        return [set_to(settlement, invoice, foreign[0], wanted, day)]
    changes = [set_to(settlement, invoice, payment, payment.amount) for payment in foreign]
    if wanted == theirs:
        return [*changes, *(delete(settlement, invoice, payment) for payment in own)]
    if not own:
        return [create(settlement, invoice, wanted)]
    changes.append(set_to(settlement, invoice, own[0], wanted - theirs, day))
    return [*changes, *(delete(settlement, invoice, payment) for payment in own[1:])]


def _is_less(wanted: Decimal, theirs: Decimal) -> bool:
    """Whether the books know of less than others wrote, or of the contrary."""
    return abs(wanted) < abs(theirs) or wanted * theirs < ZERO
