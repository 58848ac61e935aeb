from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.lines import ChargeType, InvoiceLine
from bursar.domain.plan import Action
from bursar.domain.rules import ChargeRules, Overrides, StartRule
from tests.domain.additions.planning import actions, codes, history, only, plan_of, run
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    CYCLE_FEE,
    FEB,
    JAN,
    LICENCE,
    MAR,
    SETTINGS,
    in_month,
    mapped,
    priced,
    series,
)
from tests.domain.simulated_psa import SimulatedPsa

FEBRUARY = in_month(CYCLE_FEE, FEB, "L2")
DEARER = priced(FEBRUARY, "2", "12")


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted and nothing was invoiced."""
    there = SimulatedPsa.having(AGREEMENT)
    run(there, JAN, mapped(CYCLE_FEE))
    return there


def test_rule_89_the_first_line_creates_the_persistent_addition(psa: SimulatedPsa) -> None:
    assert history(psa) == [(date(2026, 1, 1), None, Decimal(20))]
    assert only(psa).marker == str(series())


def test_rule_85_posting_again_is_no_change(psa: SimulatedPsa) -> None:
    assert actions(plan_of(psa, JAN, mapped(CYCLE_FEE))) == [Action.LEAVE]


def test_rule_89_an_equal_later_month_is_left(psa: SimulatedPsa) -> None:
    plan = run(psa, FEB, mapped(FEBRUARY))
    assert actions(plan) == [Action.LEAVE]
    assert plan.planned == {"EUR": Decimal(20)}


def test_rule_92_the_cycle_fee_takes_over_from_the_purchase_fee() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    bought = replace(
        CYCLE_FEE, charge_type=ChargeType.PURCHASE_FEE, charge_start=date(2026, 1, 15), total=Decimal("10.65")
    )
    run(psa, JAN, mapped(bought))
    psa.invoice_through(JAN)
    assert actions(run(psa, FEB, mapped(FEBRUARY))) == [Action.UPDATE]
    assert only(psa).description == "Office for Contoso - Cycle Fee"
    assert history(psa) == [(date(2026, 1, 15), None, Decimal(20))]


def test_rule_24_a_new_description_alone_is_updated_even_after_invoicing(psa: SimulatedPsa) -> None:
    psa.invoice_through(MAR)
    plan = run(psa, FEB, mapped(replace(FEBRUARY, subscription_name="Office 365")))
    assert [list(change.differences) for change in plan.changes] == [["description"]]


def test_a_new_description_is_updated_without_a_memory_too(psa: SimulatedPsa) -> None:
    psa.forget()
    plan = plan_of(psa, JAN, mapped(replace(CYCLE_FEE, subscription_name="Office 365")))
    assert [list(change.differences) for change in plan.changes] == [["description"]]


def test_decision_10_a_price_that_changes_with_the_next_period_is_updated_in_place(psa: SimulatedPsa) -> None:
    psa.invoice_through(JAN)
    assert actions(run(psa, FEB, mapped(DEARER))) == [Action.UPDATE]
    assert history(psa) == [(date(2026, 1, 1), None, Decimal(24))]


def test_decision_10_a_price_that_changes_in_the_period_of_the_start_is_updated_in_place() -> None:
    """The Addition of an unposted line that a lost run left behind is corrected."""
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, mapped(CYCLE_FEE))
    psa.forget()
    assert actions(run(psa, JAN, mapped(priced(CYCLE_FEE, "3", "10")))) == [Action.UPDATE]
    assert history(psa) == [(date(2026, 1, 1), None, Decimal(30))]


def test_decision_10_an_uninvoiced_earlier_period_keeps_its_price(psa: SimulatedPsa) -> None:
    plan = run(psa, FEB, mapped(DEARER))
    ending, new = plan.changes
    assert (ending.action, new.action) == (Action.CANCEL, Action.CREATE)
    assert new.needs == (ending.key,)
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 1, 31), Decimal(20)),
        (date(2026, 2, 1), None, Decimal(24)),
    ]


def test_rule_93_after_the_period_was_invoiced_new_values_start_with_the_next(psa: SimulatedPsa) -> None:
    psa.invoice_through(FEB)
    plan = run(psa, FEB, mapped(DEARER))
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 2, 28), Decimal(20)),
        (date(2026, 3, 1), None, Decimal(24)),
    ]
    assert [notice.code for notice in plan.notices] == ["billed_later"]


def test_rule_93_a_second_change_before_the_next_invoice_is_in_place(psa: SimulatedPsa) -> None:
    psa.invoice_through(FEB)
    run(psa, FEB, mapped(DEARER))
    run(psa, MAR, mapped(priced(in_month(CYCLE_FEE, MAR, "L3"), "2", "13")))
    assert history(psa)[1:] == [(date(2026, 3, 1), None, Decimal(26))]


def test_rule_93_a_quantity_counts_like_a_price(psa: SimulatedPsa) -> None:
    assert actions(run(psa, FEB, mapped(priced(FEBRUARY, "5", "10")))) == [Action.CANCEL, Action.CREATE]


def test_rule_93_nothing_is_split_within_a_period(psa: SimulatedPsa) -> None:
    """An Agreement that does not pro-rate bills both halves of a split period in full."""
    mid_month = replace(DEARER, charge_start=date(2026, 2, 15))
    run(psa, FEB, mapped(mid_month))
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 1, 31), Decimal(20)),
        (date(2026, 2, 15), None, Decimal(24)),
    ]
    psa.invoice_through(FEB)
    assert [psa.recurring_billed(month) for month in (JAN, FEB)] == [20, 24]


def test_rule_93_a_period_of_a_contract_begins_on_its_day() -> None:
    contract = replace(AGREEMENT, next_invoice=date(2026, 1, 15))
    psa = SimulatedPsa.having(contract)
    run(psa, JAN, mapped(replace(CYCLE_FEE, charge_start=date(2026, 1, 15))))
    run(psa, FEB, mapped(replace(DEARER, charge_start=date(2026, 2, 15))))
    assert [start for start, *_ in history(psa)] == [date(2026, 1, 15), date(2026, 2, 15)]
    assert history(psa)[0][1] == date(2026, 2, 14)


def test_rule_93_the_first_partial_period_of_a_calendar_agreement_is_no_rhythm() -> None:
    young = replace(AGREEMENT, bill_start=date(2026, 1, 10), next_invoice=date(2026, 1, 10))
    psa = SimulatedPsa.having(young)
    run(psa, JAN, mapped(replace(CYCLE_FEE, charge_start=date(2026, 1, 15))))
    run(psa, FEB, mapped(DEARER))
    assert history(psa)[0][1] == date(2026, 1, 31)


@pytest.mark.parametrize(("last_day", "found"), [(date(2026, 2, 28), ["already_invoiced"]), (date(2026, 3, 1), [])])
def test_rule_93_an_end_that_lies_in_the_invoiced_past_leaves_nothing_to_bill(
    psa: SimulatedPsa, last_day: date, found: list[str]
) -> None:
    psa.invoice_through(FEB)
    assert codes(plan_of(psa, FEB, mapped(DEARER, overrides=Overrides(charge_end=last_day)))) == found


def test_rule_93_another_product_ends_the_old_addition_and_starts_a_new_one(psa: SimulatedPsa) -> None:
    psa.invoice_through(JAN)
    run(psa, FEB, mapped(FEBRUARY, product_id=BACKUP))
    assert [(a.product_id, a.effective, a.cancelled) for a in psa.all_additions] == [
        (LICENCE, date(2026, 1, 1), date(2026, 1, 31)),
        (BACKUP, date(2026, 2, 1), None),
    ]


def test_rule_93_another_product_within_the_first_period_is_blocked(psa: SimulatedPsa) -> None:
    psa.forget()
    (blocked,) = plan_of(psa, JAN, mapped(CYCLE_FEE, product_id=BACKUP)).blocked
    assert blocked.code == "product_changed"


def test_rule_93_a_split_that_failed_half_way_is_completed(psa: SimulatedPsa) -> None:
    source = mapped(DEARER)
    plan = plan_of(psa, FEB, source)
    failed = psa.post(plan, [source], faulty=lambda change: change.action is Action.CREATE)
    assert len(failed) == 1
    assert actions(run(psa, FEB, source)) == [Action.CREATE]
    assert history(psa)[1:] == [(date(2026, 2, 1), None, Decimal(24))]


def test_rule_93_a_split_that_failed_half_way_after_invoicing_is_completed(psa: SimulatedPsa) -> None:
    psa.invoice_through(FEB)
    source = mapped(DEARER)
    psa.post(plan_of(psa, FEB, source), [source], faulty=lambda change: change.action is Action.CREATE)
    assert actions(run(psa, FEB, source)) == [Action.CREATE]
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 2, 28), Decimal(20)),
        (date(2026, 3, 1), None, Decimal(24)),
    ]


def test_rule_93_nothing_new_starts_when_the_ending_failed(psa: SimulatedPsa) -> None:
    source = mapped(DEARER)
    failed = psa.post(plan_of(psa, FEB, source), [source], faulty=lambda change: change.action is Action.CANCEL)
    assert len(failed) == 2
    assert history(psa) == [(date(2026, 1, 1), None, Decimal(20))]


MOVED = replace(SETTINGS, rules=ChargeRules(start={CYCLE_FEE.billing_cycle: StartRule.FIRST_DAY_OF_NEXT_MONTH}))
BOUGHT = replace(CYCLE_FEE, charge_type=ChargeType.PURCHASE_FEE, charge_start=date(2026, 1, 15), total=Decimal("10.65"))


def moved_purchase(*, invoiced: bool) -> SimulatedPsa:
    """A purchase in January, billed from February on by the start rule."""
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, mapped(BOUGHT), settings=MOVED)
    if invoiced:
        psa.invoice_through(JAN)
    return psa


@pytest.mark.parametrize("invoiced", [False, True])
@pytest.mark.parametrize("february", [FEBRUARY, replace(FEBRUARY, total=Decimal("10.65"))])
def test_rule_19_a_moved_purchase_is_not_replaced_by_the_next_cycle_fee(
    february: InvoiceLine, *, invoiced: bool
) -> None:
    """Both lines start on the first of February; each is billed, the purchase once."""
    psa = moved_purchase(invoiced=invoiced)
    plan = plan_company(psa.situation(FEB, [mapped(february)]), MOVED)
    psa.post(plan, [mapped(february)])
    assert history(psa) == [
        (date(2026, 2, 1), date(2026, 2, 28), Decimal("10.65")),
        (date(2026, 2, 1), None, february.total),
    ]
    psa.invoice_through(MAR)
    assert [psa.recurring_billed(month) for month in (JAN, FEB, MAR)] == [
        0,
        Decimal("10.65") + february.total,
        february.total,
    ]


def test_rule_89_a_line_that_reaches_back_does_not_replace_one_that_waits_to_be_billed(psa: SimulatedPsa) -> None:
    """February's invoice charges from December on; the Agreement is invoiced up to January."""
    run(psa, FEB, mapped(replace(FEBRUARY, charge_start=date(2025, 12, 20))))
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 1, 31), Decimal(20)),
        (date(2026, 1, 1), None, Decimal(20)),
    ]


def test_rule_19_both_lines_are_recognised_without_a_memory() -> None:
    psa = moved_purchase(invoiced=True)
    run(psa, FEB, mapped(FEBRUARY), settings=MOVED)
    psa.forget()
    for line in (BOUGHT, FEBRUARY):
        assert actions(plan_company(psa.situation(line.month, [mapped(line)]), MOVED)) == [Action.LEAVE]


def test_rule_89_two_recurring_lines_of_a_month_are_one_persistent_and_one_single() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    first = mapped(replace(CYCLE_FEE, charge_end=date(2026, 1, 14), total=Decimal("9.03")))
    second = mapped(replace(CYCLE_FEE, line_id="L1b", charge_start=date(2026, 1, 15), total=Decimal("10.97")))
    run(psa, JAN, first, second)
    assert sorted(history(psa)) == [
        (date(2026, 1, 1), date(2026, 1, 14), Decimal("9.03")),
        (date(2026, 1, 15), None, Decimal("10.97")),
    ]
    psa.invoice_through(JAN)
    assert sum(billed.amount for billed in psa.billed) == 20
    psa.forget()
    assert actions(plan_of(psa, JAN, first, second)) == [Action.LEAVE, Action.LEAVE]


def test_rule_89_a_line_loaded_later_does_not_change_the_persistent_addition(psa: SimulatedPsa) -> None:
    second = mapped(replace(CYCLE_FEE, line_id="L1b", charge_start=date(2026, 1, 15), total=Decimal("10.97")))
    plan = run(psa, JAN, mapped(CYCLE_FEE), second)
    assert actions(plan) == [Action.LEAVE, Action.CREATE]
    assert min(history(psa)) == (date(2026, 1, 1), None, Decimal(20))
