"""One cash payment for each invoice, credit memos beside it, and what waits for a person (decision 18)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.money import ZERO, Money
from bursar.domain.payments.present import PaidInvoice
from bursar.domain.payments.situation import PlannedInvoice
from bursar.domain.plan import Action
from tests.domain.payments.invoices import DAY, MEMO, Ledger, cash, credit, says


def codes(planned: PlannedInvoice) -> list[str]:
    return [item.code for item in planned.blocked]


def written(ledger: Ledger, *allocations: object, **changed: object) -> list[tuple[str, int | None]]:
    """What is on invoice 1001 once the books' word was carried out; planning again must find nothing."""
    settlement = says(*allocations, **changed)
    ledger.apply(ledger.plan(settlement))
    assert not ledger.plan_one(settlement).writes
    return ledger.shown()


def test_the_sum_of_live_allocations_is_one_payment_of_the_newest_day() -> None:
    ledger = Ledger.of(100)
    assert written(ledger, cash(30, 3), cash("25.50", 9), cash(-5, 4)) == [("50.50", None)]
    assert [payment.day for payment in ledger.payments.values()] == [date(2026, 11, 9)]


def test_amount_and_day_follow_the_books() -> None:
    ledger = Ledger.of(100)
    key = ledger.pay(40, day=2, ours=True)
    (change,) = ledger.plan_one(says(cash(60, 5))).writes
    assert (change.action, change.remote_id) == (Action.UPDATE, key)
    assert change.differences == {
        "amount": (Decimal(40), Decimal("60.00")),
        "day": (DAY, date(2026, 11, 5)),
    }
    (only_day,) = ledger.plan_one(says(cash(40, 5))).writes
    assert set(only_day.differences) == {"day"}


def test_what_is_right_is_left_as_it_is() -> None:
    ledger = Ledger.of(100)
    ledger.pay(40, ours=True)
    planned = ledger.plan_one(says(cash("40.00")))
    assert [change.action for change in planned.changes] == [Action.LEAVE]
    assert (planned.actions, planned.fingerprint) == ("", "")
    assert ledger.plan(says(cash(40))).plan.is_empty


def test_nothing_paid_any_more_deletes_ours() -> None:
    ledger = Ledger.of(100)
    ledger.pay(40, ours=True)
    assert ledger.plan_one(says()).actions == "cancel"
    assert written(ledger) == []


def test_several_of_ours_become_one() -> None:
    ledger = Ledger.of(100)
    ledger.pay(40, ours=True)
    ledger.pay(20, ours=True)
    assert written(ledger, cash(70)) == [("70.00", None)]


def test_more_than_the_total_is_capped_with_a_warning() -> None:
    planned = Ledger.of(100).plan_one(says(cash(130)))
    assert planned.writes[0].after["amount"] == Decimal(100)
    (notice,) = planned.notices
    assert notice.code == "overpaid"
    assert notice.sentence == "Invoice 1001 is paid 30.00 USD beyond its total; ConnectWise gets 100.00 USD."
    assert not planned.blocked


def test_credits_leave_less_room_for_cash() -> None:
    ledger = Ledger.of(100, memos=[40])
    planned = ledger.plan_one(says(cash(80), credit(40)))
    assert {change.after["kind"]: change.after["amount"] for change in planned.writes} == {"P": 60, "C": 40}
    assert planned.notices[0].sentence.endswith("beyond its total, less its credits; ConnectWise gets 60.00 USD.")


def test_a_credit_memo_is_applied_beside_the_payment() -> None:
    ledger = Ledger.of(100, memos=[40])
    assert written(ledger, cash(60), credit(40)) == [("40.00", 51), ("60.00", None)]


def test_cash_is_lowered_before_a_credit_takes_its_place() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(100, ours=True)
    plan = ledger.plan(says(cash(60), credit(40)))
    lowered, applied = plan.plan.writes
    assert (lowered.action, applied.action) == (Action.UPDATE, Action.CREATE)
    assert applied.needs == (lowered.key,)
    ledger.apply(plan)
    assert sorted(ledger.shown(), key=str) == [("40.00", 51), ("60.00", None)]


def test_a_credit_memo_moves_from_one_invoice_to_another_in_one_plan() -> None:
    ledger = Ledger.of(100, 100, memos=[40])
    ledger.pay(40, ours=True, memo=51)
    there, here = says(credit(40), number="1002"), says()
    ledger.apply(ledger.plan(there, here))
    assert (ledger.shown(1), ledger.shown(2)) == ([], [("40.00", 51)])


def test_a_credit_that_somebody_else_applied_stays_and_counts() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(40, memo=51)
    planned = ledger.plan_one(says(cash(80)))
    assert [change.after["amount"] for change in planned.writes] == [60]
    assert [notice.code for notice in planned.notices] == ["credited_elsewhere", "overpaid"]
    assert not ledger.plan_one(says(cash(60), credit(40))).blocked


@pytest.mark.parametrize(
    ("allocation", "code"),
    [
        (credit(40, "M-9"), "credit_unknown"),
        (credit(40, ""), "credit_unknown"),
        (credit(-5), "refunded_beyond"),
        (credit(150), "credited_beyond"),
    ],
)
def test_a_credit_that_cannot_be_applied_does_not_hold_up_the_cash(allocation: object, code: str) -> None:
    planned = Ledger.of(100, memos=[200]).plan_one(says(cash(60), allocation))
    assert codes(planned) == [code]
    assert [change.after["amount"] for change in planned.writes] == [60]
    assert planned.actions == "create"


def test_cash_that_cannot_be_applied_does_not_hold_up_credits() -> None:
    planned = Ledger.of(100, memos=[40]).plan_one(says(cash(-10), credit(40)))
    assert codes(planned) == ["refunded_beyond"]
    assert [change.after.get("credit_id") for change in planned.writes] == [51]


def test_a_credit_finds_no_room_beside_cash_that_stays() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(100)
    planned = ledger.plan_one(says(cash(60), credit(40)))
    assert (codes(planned), planned.writes) == (["paid_elsewhere", "credited_beyond"], [])
    assert planned.blocked[1].sentence == (
        "Credits of 40.00 USD do not fit on invoice 1001 of 100.00 USD beside its payments of 100.00 USD."
    )
    ledger.pay(20, 1, memo=51, ours=True)
    lowered = ledger.plan_one(says(cash(60), credit(10)))
    assert [change.after["amount"] for change in lowered.writes] == [10]  # what makes room is done


def test_an_open_credit_memo_is_not_applied() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.change(51, closed=False)
    planned = ledger.plan_one(says(credit(40)))
    assert (codes(planned), planned.writes) == (["invoice_open"], [])
    assert planned.blocked[0].sentence.startswith("Credit memo M-1 is open")


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"number": "M-7"}, "credit_unknown", "with the credit M-1, which ConnectWise does not know."),
        ({"currency": "EUR"}, "other_currency", "is in EUR, its payments are in USD."),
    ],
)
def test_a_credit_that_is_applied_stays_while_its_memo_cannot_be_told(
    changed: dict[str, str], code: str, sentence: str
) -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(40, ours=True, memo=51)
    ledger.change(51, **changed)
    planned = ledger.plan_one(says(credit(40), cash(80)))
    assert codes(planned) == [code]
    assert planned.blocked[0].sentence.endswith(sentence)
    assert [(change.action, change.after["amount"]) for change in planned.writes] == [(Action.CREATE, 60)]


def test_two_credit_memos_of_one_number_are_told_and_what_is_applied_stays() -> None:
    ledger = Ledger.of(100, memos=[40, 40, 20])
    ledger.pay(40, ours=True, memo=51)
    gone = ledger.pay(20, ours=True, memo=53)
    ledger.change(52, number=MEMO)
    planned = ledger.plan_one(says(credit(40)))
    assert codes(planned) == ["credit_unknown"]
    assert planned.blocked[0].sentence == (
        "Invoice 1001 is settled with the credit M-1: ConnectWise has 2 credit memos with this number."
    )
    assert [(change.action, change.remote_id) for change in planned.writes] == [(Action.CANCEL, gone)]


def test_an_unknown_invoice_is_never_guessed() -> None:
    ledger = Ledger.of(100)
    assert codes(ledger.plan_one(says(cash(100), number="9999"))) == ["invoice_unknown"]
    assert not ledger.plan_one(says(number="9999")).blocked  # nothing is paid, nothing is missing


def test_two_invoices_of_one_number_are_told() -> None:
    ledger = Ledger.of(100, 100)
    ledger.change(2, number="1001")
    assert codes(ledger.plan_one(says(cash(100)))) == ["invoice_ambiguous"]
    assert not ledger.plan_one(says()).blocked


def test_a_credit_memo_of_the_same_number_is_another_thing() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.change(51, number="1001")
    assert [change.parent_id for change in ledger.plan_one(says(cash(10))).writes] == [1]


def test_another_currency_is_never_converted() -> None:
    ledger = Ledger.of(100)
    assert codes(ledger.plan_one(says(cash(100), currency="EUR"))) == ["other_currency"]
    assert not ledger.plan_one(says(cash(100), currency="")).blocked


def test_an_invoice_that_the_books_do_not_hold_alive_takes_no_payment() -> None:
    ledger = Ledger.of(100)
    ledger.pay(40, ours=True)
    assert codes(ledger.plan_one(says(cash(40), voided=True))) == ["invoice_not_alive"]
    assert ledger.plan_one(says(voided=True)).actions == "cancel"


def test_an_open_invoice_keeps_what_it_has() -> None:
    ledger = Ledger.of(100)
    ledger.pay(40, ours=True)
    ledger.change(closed=False)
    assert codes(ledger.plan_one(says(cash(60)))) == ["invoice_open"]
    assert codes(ledger.plan_one(says())) == ["invoice_open"]
    assert not ledger.plan_one(says(cash(40))).blocked  # nothing is to be written


def test_a_refund_is_paid_on_the_credit_memo() -> None:
    ledger = Ledger.of(100, memos=[40])
    refund = says(cash(-40), number=MEMO)
    ledger.apply(ledger.plan(refund))
    assert ledger.shown(51) == [("-40.00", None)]
    assert not ledger.plan_one(refund).writes
    assert ledger.plan_one(says(cash(-50), number=MEMO)).notices[0].code == "overpaid"
    assert codes(ledger.plan_one(says(cash(5), number=MEMO))) == ["paid_on_credit"]


class TestPaymentsOfOthers:
    """What somebody else wrote in ConnectWise, a payment portal for example: never doubled, never taken away."""

    def test_an_equal_one_is_enough_whatever_its_day(self) -> None:
        ledger = Ledger.of(100)
        ledger.pay(100, day=5)
        planned = ledger.plan_one(says(cash(100, 9)))
        assert [change.action for change in planned.changes] == [Action.LEAVE]

    def test_the_books_know_of_more_so_it_is_raised(self) -> None:
        ledger = Ledger.of(100)
        key = ledger.pay(40)
        assert written(ledger, cash(40), cash(30, 9)) == [("70.00", None)]
        assert key in ledger.ours

    @pytest.mark.parametrize("said", [(), (cash(30),)])
    def test_the_books_know_of_less_so_a_person_decides(self, said: tuple[object, ...]) -> None:
        ledger = Ledger.of(100)
        ledger.pay(40)
        planned = ledger.plan_one(says(*said))
        assert (codes(planned), planned.writes) == (["paid_elsewhere"], [])
        assert "ConnectWise has 40.00 USD" in planned.blocked[0].sentence
        assert f"the books have {30 if said else 0}.00 USD" in planned.blocked[0].sentence
        assert planned.blocked[0].total == Money(Decimal(40), "USD")

    def test_beside_one_of_ours_it_counts(self) -> None:
        ledger = Ledger.of(100)
        ledger.pay(40)
        ledger.pay(10, ours=True)
        assert written(ledger, cash(100)) == [("40", None), ("60.00", None)]
        assert written(ledger, cash(40)) == [("40", None)]

    def test_several_of_them_are_not_touched_and_nothing_is_made_beside_them(self) -> None:
        ledger = Ledger.of(100)
        ledger.pay(40)
        ledger.pay(20)
        assert codes(ledger.plan_one(says(cash(70)))) == ["paid_elsewhere"]
        assert not ledger.plan_one(says(cash(60))).blocked

    def test_more_credit_than_the_books_say_is_not_taken_away(self) -> None:
        ledger = Ledger.of(100, memos=[40])
        ledger.pay(40, memo=51)
        planned = ledger.plan_one(says(credit(30), cash(60)))
        assert codes(planned) == ["paid_elsewhere"]
        assert [change.after["amount"] for change in planned.writes] == [60]

    def test_credit_beside_one_of_ours_counts(self) -> None:
        ledger = Ledger.of(100, memos=[40])
        ledger.pay(10, memo=51)
        ledger.pay(20, ours=True, memo=51)
        assert written(ledger, credit(40)) == [("10", 51), ("30.00", 51)]
        assert written(ledger, credit(10)) == [("10", 51)]

    def test_less_credit_than_the_books_say_is_raised(self) -> None:
        ledger = Ledger.of(100, memos=[40])
        ledger.pay(30, memo=51)
        assert written(ledger, credit(40)) == [("40.00", 51)]


def test_one_unpayable_invoice_holds_up_no_other() -> None:
    ledger = Ledger.of(100, 200, 300)
    ledger.change(2, closed=False)
    settlements = [says(cash(50), number=number) for number in ("1001", "1002", "9999", "1003")]
    plan = ledger.plan(*settlements)
    assert [(change.lines, change.total) for change in plan.plan.writes] == [
        (("1001",), Money(Decimal(50), "USD")),
        (("1003",), Money(Decimal(50), "USD")),
    ]
    assert [item.subject for item in plan.plan.blocked] == ["invoice:1002", "invoice:9999"]


def test_a_fingerprint_is_of_everything_that_would_be_written() -> None:
    ledger = Ledger.of(100, memos=[40])
    fingerprints = {
        ledger.plan_one(says(*said)).fingerprint
        for said in ([cash(60)], [cash(61)], [cash(60, 3)], [cash(60), credit(40)], [credit(40)])
    }
    assert len(fingerprints) == 5
    assert ledger.plan_one(says(cash("60.00"))).fingerprint == ledger.plan_one(says(cash(20), cash(40))).fingerprint


def test_what_connectwise_has_is_told() -> None:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(30)
    ledger.pay(40, memo=51)
    planned = ledger.plan_one(says(cash(30)))
    assert (planned.present, planned.invoice) == (Decimal(30), ledger.invoices[1])
    assert ledger.plan_one(says(number="9999")).present is None
    empty = Ledger.of(100).plan_one(says())
    assert (empty.present, empty.invoice.number if empty.invoice else "") == (ZERO, "1001")


def test_without_any_currency_money_has_none() -> None:
    ledger = Ledger()
    ledger.put(PaidInvoice(1, "1001", Decimal(100), ZERO, "", closed=True))
    (change,) = ledger.plan_one(replace(says(cash(5)), currency="")).writes
    assert change.total == Money(Decimal(5), "")
