from dataclasses import replace
from datetime import date

import pytest

from bursar.domain.additions.situation import MappedLine
from bursar.domain.lines import InvoiceLine
from bursar.domain.period import Month
from bursar.domain.plan import Action, Plan
from bursar.domain.rules import Overrides
from tests.domain.additions.planning import actions, plan_of, run, vanish
from tests.domain.samples import (
    AGREEMENT,
    CYCLE_FEE,
    FEB,
    JAN,
    MAR,
    in_month,
    mapped,
    priced,
)
from tests.domain.simulated_psa import SimulatedPsa

FEBRUARY = in_month(CYCLE_FEE, FEB, "L2")
DEARER = priced(FEBRUARY, "2", "12")
MARCH = in_month(CYCLE_FEE, MAR, "L3")


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted and nothing was invoiced."""
    there = SimulatedPsa.having(AGREEMENT)
    run(there, JAN, mapped(CYCLE_FEE))
    return there


def late(psa: SimulatedPsa, *lines: MappedLine) -> Plan:
    """February's lines come after March was posted."""
    return plan_of(psa, FEB, *lines)


def test_a_late_line_that_the_open_addition_bills_already_is_left(psa: SimulatedPsa) -> None:
    run(psa, MAR, mapped(MARCH))
    assert actions(late(psa, mapped(FEBRUARY))) == [Action.LEAVE]


def test_a_late_line_is_left_on_the_addition_that_ended_since(psa: SimulatedPsa) -> None:
    run(psa, MAR, mapped(priced(MARCH, "2", "12")))
    plan = late(psa, mapped(FEBRUARY))
    assert actions(plan) == [Action.LEAVE]
    assert [change.remote_id for change in plan.changes] == [psa.all_additions[0].id]


def test_a_late_line_with_other_values_does_not_disturb_what_is_there(psa: SimulatedPsa) -> None:
    run(psa, MAR, mapped(MARCH))
    plan = late(psa, mapped(DEARER))
    assert [(b.code, b.remedy) for b in plan.blocked] == [
        ("later_period_posted", "Enter the difference in ConnectWise, or post it as a correction line.")
    ]


def gap(psa: SimulatedPsa) -> None:
    """Nobody bills February."""
    vanish(psa, FEB)
    run(psa, MAR, mapped(MARCH))


def test_a_late_line_in_a_gap_is_blocked_and_its_remedy_works(psa: SimulatedPsa) -> None:
    gap(psa)
    (blocked,) = late(psa, mapped(FEBRUARY)).blocked
    assert (blocked.code, blocked.remedy[:24]) == ("later_period_posted", "Give the line an end dat")
    ending = mapped(FEBRUARY, overrides=Overrides(charge_end=date(2026, 2, 28)))
    psa.post(late(psa, ending), [ending])
    psa.invoice_through(MAR)
    assert [sum(b.amount for b in psa.billed if b.period == month) for month in (JAN, FEB, MAR)] == [20, 20, 20]


def test_a_late_line_that_was_posted_as_single_charge_is_left_without_a_memory(psa: SimulatedPsa) -> None:
    gap(psa)
    ending = mapped(FEBRUARY, overrides=Overrides(charge_end=date(2026, 2, 28)))
    psa.post(late(psa, ending), [ending])
    psa.forget()
    assert actions(late(psa, ending)) == [Action.LEAVE]
    psa.invoice_through(MAR)
    assert actions(late(psa, ending)) == [Action.LEAVE]


@pytest.mark.parametrize("invoiced", [None, JAN, FEB, MAR])
def test_older_months_are_recognised_without_a_memory(invoiced: Month | None) -> None:
    """Their Additions have ended, and the newest one belongs to a later month."""
    psa = SimulatedPsa.having(AGREEMENT)
    lines: list[InvoiceLine] = [CYCLE_FEE, DEARER, priced(MARCH, "2", "14")]
    for line in lines:
        run(psa, line.month, mapped(line))
    if invoiced:
        psa.invoice_through(invoiced)
    psa.forget()
    for line in lines:
        assert actions(plan_of(psa, line.month, mapped(line))) == [Action.LEAVE]


def test_a_line_billed_in_advance_is_corrected_without_a_memory() -> None:
    """January's invoice charges February."""
    psa = SimulatedPsa.having(AGREEMENT)
    advance = replace(CYCLE_FEE, charge_start=date(2026, 2, 1), charge_end=date(2026, 2, 28))
    run(psa, JAN, mapped(advance))
    psa.forget()
    assert actions(plan_of(psa, JAN, mapped(advance))) == [Action.LEAVE]
    assert actions(plan_of(psa, JAN, mapped(priced(advance, "2", "12")))) == [Action.UPDATE]


def test_a_subscription_that_ended_is_not_reopened_by_its_last_month_without_a_memory(psa: SimulatedPsa) -> None:
    vanish(psa, FEB)
    psa.forget()
    assert actions(plan_of(psa, JAN, mapped(CYCLE_FEE))) == [Action.LEAVE]
