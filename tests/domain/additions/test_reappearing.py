from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.lines import ChargeType
from bursar.domain.plan import Action
from bursar.domain.rules import ChargeRules, EndRule, Overrides
from tests.domain.additions.planning import actions, history, only, plan_of, run, vanish
from tests.domain.samples import (
    AGREEMENT,
    APR,
    CYCLE_FEE,
    FEB,
    JAN,
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


def test_rule_96_a_subscription_that_reappears_gets_a_new_addition(psa: SimulatedPsa) -> None:
    vanish(psa, FEB)
    plan = run(psa, MAR, mapped(in_month(CYCLE_FEE, MAR, "L3")))
    assert [change.key for change in plan.changes] == [f"500/{series().following}"]
    assert history(psa) == [(date(2026, 1, 1), date(2026, 1, 31), Decimal(20)), (date(2026, 3, 1), None, Decimal(20))]


def test_rule_96_history_is_not_reopened_by_a_line_that_reaches_back(psa: SimulatedPsa) -> None:
    vanish(psa, FEB)
    run(psa, MAR, mapped(replace(in_month(CYCLE_FEE, MAR, "L3"), charge_start=date(2026, 1, 20))))
    assert history(psa) == [(date(2026, 1, 1), date(2026, 1, 31), Decimal(20)), (date(2026, 2, 1), None, Decimal(20))]


def test_rule_96_a_third_appearance_is_a_third_generation(psa: SimulatedPsa) -> None:
    vanish(psa, FEB)
    run(psa, MAR, mapped(in_month(CYCLE_FEE, MAR, "L3")))
    vanish(psa, APR)
    run(psa, APR.next, mapped(in_month(CYCLE_FEE, APR.next, "L5")))
    assert [a.marker[-1] for a in psa.all_additions] == ["0", "1", "2"]


END_OF_MONTH = replace(SETTINGS, rules=ChargeRules(end={ChargeType.CYCLE_FEE: EndRule.LAST_DAY_OF_INVOICE_MONTH}))
FOLLOWING_MONTH = replace(SETTINGS, rules=ChargeRules(end={ChargeType.CYCLE_FEE: EndRule.FIRST_DAY_OF_FOLLOWING_MONTH}))


def test_rule_18_with_an_end_rule_every_month_has_its_addition() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    for source in (mapped(CYCLE_FEE), mapped(FEBRUARY)):
        run(psa, source.line.month, source, settings=END_OF_MONTH)
    assert history(psa) == [
        (date(2026, 1, 1), date(2026, 1, 31), Decimal(20)),
        (date(2026, 2, 1), date(2026, 2, 28), Decimal(20)),
    ]


def test_rule_18_an_end_on_the_first_of_the_following_month_is_carried_on() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    for source in (mapped(CYCLE_FEE), mapped(FEBRUARY)):
        run(psa, source.line.month, source, settings=FOLLOWING_MONTH)
    assert history(psa) == [(date(2026, 1, 1), date(2026, 3, 1), Decimal(20))]
    psa.forget()
    for source in (mapped(CYCLE_FEE), mapped(FEBRUARY)):
        assert actions(plan_of(psa, source.line.month, source, settings=FOLLOWING_MONTH)) == [Action.LEAVE]


def test_an_end_set_by_hand_on_one_line_is_taken_back_by_the_next(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(FEBRUARY, overrides=Overrides(charge_end=date(2026, 3, 15))))
    assert only(psa).cancelled == date(2026, 3, 15)
    run(psa, MAR, mapped(in_month(CYCLE_FEE, MAR, "L3")))
    assert only(psa).cancelled is None


def test_an_end_set_by_hand_may_come_sooner_than_the_one_before(psa: SimulatedPsa) -> None:
    for line, end in ((FEBRUARY, date(2026, 4, 30)), (in_month(CYCLE_FEE, MAR, "L3"), date(2026, 3, 31))):
        run(psa, line.month, mapped(line, overrides=Overrides(charge_end=end)))
        assert only(psa).cancelled == end


def test_rule_96_an_end_that_leaves_the_month_billed_stays(psa: SimulatedPsa) -> None:
    """March was posted without the subscription before February came with it."""
    vanish(psa, MAR)
    assert actions(run(psa, FEB, mapped(FEBRUARY))) == [Action.LEAVE]
    assert only(psa).cancelled == date(2026, 2, 28)
