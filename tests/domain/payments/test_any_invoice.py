"""Whatever books and ConnectWise hold: the plan can be written, leaves nothing to write, and spares what is others'."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.money import ZERO, to_cents
from bursar.domain.payments.present import InvoicePayment
from bursar.domain.payments.settlement import Allocation, Settlement
from bursar.domain.plan import Action
from tests.domain.payments.invoices import Ledger, cash, credit, says

AMOUNTS = st.decimals(0, 120, places=2)
DAYS = st.integers(1, 28)
MEMOS = ["M-1", "M-2", "M-9"]
"""The last one is unknown to ConnectWise."""


@st.composite
def allocations(draw: st.DrawFn) -> Allocation:
    amount, day = draw(AMOUNTS), draw(DAYS)
    kind = draw(st.sampled_from(["cash", "cash", "refund", "credit"]))
    if kind == "credit":
        return credit(amount, draw(st.sampled_from(MEMOS)))
    return cash(-amount / 10 if kind == "refund" else amount, day)


@st.composite
def settlements(draw: st.DrawFn, numbers: tuple[str, ...]) -> list[Settlement]:
    chosen = draw(st.lists(st.sampled_from(numbers), unique=True, min_size=1))
    return [
        says(
            *draw(st.lists(allocations(), max_size=4)),
            number=number,
            voided=draw(st.integers(0, 5)) == 0,
            currency=draw(st.sampled_from(["USD", "USD", "", "EUR"])),
        )
        for number in chosen
    ]


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Three invoices, two memos, and payments that ConnectWise may hold: ours, others', and credits."""
    ledger = Ledger.of(100, 80, 0, memos=[400, 400])
    for key in (1, 2, 3, 51):
        if draw(st.integers(0, 4)) == 0:
            ledger.change(key, closed=False)
    for key in (1, 2):
        room = ledger.invoices[key].total
        for memo in [None, None, 51, 52]:
            if not draw(st.booleans()):
                continue
            if memo is None and sum(each.credit_id is None for each in ledger.on(key)) == draw(st.integers(1, 2)):
                continue
            amount = draw(st.decimals("0.01", max(room, Decimal("0.01")), places=2))
            if amount <= room:
                ledger.pay(amount, key, draw(DAYS), ours=draw(st.booleans()), memo=memo)
                room -= amount
    return ledger


NUMBERS = ("1001", "1002", "1003", "9999")


def foreign(ledger: Ledger) -> dict[int, InvoicePayment]:
    return {key: payment for key, payment in ledger.payments.items() if key not in ledger.ours}


@given(ledgers(), settlements(NUMBERS))
def test_a_plan_can_be_written_and_then_nothing_is_left(ledger: Ledger, said: list[Settlement]) -> None:
    plan = ledger.plan(*said)
    before = {item.settlement.number: [each.code for each in item.blocked] for item in plan.invoices}
    ledger.apply(plan)  # refuses a second payment, more than the total, more than a memo
    again = ledger.plan(*said)
    assert again.plan.is_empty
    assert {item.settlement.number: [each.code for each in item.blocked] for item in again.invoices} == before


@given(ledgers(), settlements(NUMBERS))
def test_what_others_wrote_is_never_lessened(ledger: Ledger, said: list[Settlement]) -> None:
    before = foreign(ledger)
    ledger.apply(ledger.plan(*said))
    for key, payment in before.items():
        assert ledger.payments[key].amount >= payment.amount
        if ledger.payments[key] != payment:
            assert key in ledger.ours


@given(ledgers(), settlements(NUMBERS))
def test_without_an_obstacle_the_cash_is_what_the_books_say_up_to_the_total(
    ledger: Ledger, said: list[Settlement]
) -> None:
    plan = ledger.plan(*said)
    ledger.apply(plan)
    for item in plan.invoices:
        if item.blocked or item.invoice is None:
            continue
        there = ledger.on(item.invoice.id)
        paid = sum((each.amount for each in there if each.credit_id is None), ZERO)
        credited = sum((each.amount for each in there if each.credit_id is not None), ZERO)
        assert paid == min(to_cents(item.settlement.cash), item.invoice.total - credited)
        assert credited >= sum(item.settlement.credits.values(), ZERO)


@given(ledgers(), settlements(NUMBERS))
def test_each_invoice_is_planned_as_if_it_were_alone(ledger: Ledger, said: list[Settlement]) -> None:
    together = ledger.plan(*said).invoices
    assert together == [ledger.plan_one(each) for each in said]


@given(ledgers(), settlements(NUMBERS))
def test_never_two_creations_where_one_payment_is_there(ledger: Ledger, said: list[Settlement]) -> None:
    for item in ledger.plan(*said).invoices:
        cash_made = [
            change for change in item.writes if change.action is Action.CREATE and change.after.get("credit_id") is None
        ]
        has_cash = item.invoice is not None and any(each.credit_id is None for each in ledger.on(item.invoice.id))
        assert len(cash_made) <= (0 if has_cash else 1)
