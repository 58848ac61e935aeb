from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.plan import Action, Resource
from bursar.domain.rules import Overrides
from tests.domain.additions.planning import codes, plan_of, run
from tests.domain.samples import AGREEMENT, CYCLE_FEE, FEB, JAN, MAR, OTHER, SETTINGS, in_month, mapped, priced, series
from tests.domain.simulated_psa import SimulatedPsa

FEBRUARY = in_month(CYCLE_FEE, FEB, "L2")
MARCH = in_month(CYCLE_FEE, MAR, "L3")


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted on the Agreement that Bursar keeps."""
    there = SimulatedPsa.having(AGREEMENT, OTHER)
    run(there, JAN, mapped(CYCLE_FEE))
    return there


def spans(psa: SimulatedPsa) -> list[tuple[int, date | None, date | None]]:
    return [(a.agreement_id, a.effective, a.cancelled) for a in psa.all_additions]


def test_a_move_ends_on_the_old_agreement_before_it_starts_on_the_new(psa: SimulatedPsa) -> None:
    ending, new = run(psa, FEB, mapped(FEBRUARY, OTHER.id)).changes
    assert (ending.action, new.action) == (Action.CANCEL, Action.CREATE)
    assert new.needs == (ending.key,)
    assert spans(psa) == [
        (AGREEMENT.id, date(2026, 1, 1), date(2026, 1, 31)),
        (OTHER.id, date(2026, 2, 1), None),
    ]


def test_a_move_is_known_and_needs_neither_a_complete_month_nor_a_confirmation(psa: SimulatedPsa) -> None:
    """Decision 9 guards against subscriptions that are missing; this one is not."""
    plan = plan_company(psa.situation(FEB, [mapped(FEBRUARY, OTHER.id)], complete=False), SETTINGS)
    assert (plan.blocked, plan.notices) == ([], [])
    assert len(plan.writes) == 2


def test_nothing_starts_when_the_ending_fails_and_both_are_planned_again(psa: SimulatedPsa) -> None:
    source = mapped(FEBRUARY, OTHER.id)
    failed = psa.post(plan_of(psa, FEB, source), [source], faulty=lambda change: change.action is Action.CANCEL)
    assert len(failed) == 2
    run(psa, FEB, source)
    assert spans(psa)[1] == (OTHER.id, date(2026, 2, 1), None)


def test_a_move_whose_start_failed_is_completed(psa: SimulatedPsa) -> None:
    source = mapped(FEBRUARY, OTHER.id)
    psa.post(plan_of(psa, FEB, source), [source], faulty=lambda change: change.action is Action.CREATE)
    assert [change.action for change in run(psa, FEB, source).changes] == [Action.CREATE]


def test_what_the_old_agreement_has_invoiced_is_not_billed_again(psa: SimulatedPsa) -> None:
    """Rule 93 across Agreements: the new one takes over with the first period that was not invoiced."""
    psa.invoice(AGREEMENT.id)
    psa.invoice(AGREEMENT.id)
    plan = run(psa, FEB, mapped(FEBRUARY, OTHER.id))
    assert spans(psa) == [
        (AGREEMENT.id, date(2026, 1, 1), date(2026, 2, 28)),
        (OTHER.id, date(2026, 3, 1), None),
    ]
    assert [notice.code for notice in plan.notices] == ["billed_later"]
    psa.invoice_through(MAR)
    assert [psa.recurring_billed(month) for month in (JAN, FEB, MAR)] == [20, 20, 20]


@pytest.mark.parametrize(("end", "found"), [(date(2026, 2, 28), ["already_invoiced"]), (date(2026, 3, 1), [])])
def test_a_line_that_ends_before_the_delayed_move_is_blocked(psa: SimulatedPsa, end: date, found: list[str]) -> None:
    psa.invoice(AGREEMENT.id)
    psa.invoice(AGREEMENT.id)
    ending = mapped(FEBRUARY, OTHER.id, overrides=Overrides(charge_end=end))
    assert codes(plan_of(psa, FEB, ending)) == found


def test_a_delayed_move_is_recognised_without_a_memory(psa: SimulatedPsa) -> None:
    psa.invoice(AGREEMENT.id)
    psa.invoice(AGREEMENT.id)
    source = mapped(priced(FEBRUARY, "2", "12"), OTHER.id)
    run(psa, FEB, source)
    psa.forget()
    plan = plan_of(psa, FEB, source)
    assert [(change.action, change.parent_id) for change in plan.changes] == [(Action.LEAVE, OTHER.id)]


def test_a_move_within_a_month_does_not_bill_it_twice(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(replace(FEBRUARY, charge_start=date(2026, 2, 15)), OTHER.id))
    psa.invoice_through(FEB)
    assert [psa.recurring_billed(month) for month in (JAN, FEB)] == [20, 20]


def test_a_move_ends_with_the_old_agreements_own_period() -> None:
    contract = replace(AGREEMENT, next_invoice=date(2026, 1, 15))
    psa = SimulatedPsa.having(contract, OTHER)
    run(psa, JAN, mapped(replace(CYCLE_FEE, charge_start=date(2026, 1, 15))))
    run(psa, FEB, mapped(replace(FEBRUARY, charge_start=date(2026, 2, 15)), OTHER.id))
    assert spans(psa)[0] == (AGREEMENT.id, date(2026, 1, 15), date(2026, 2, 14))


def test_a_move_in_arrears_ends_before_the_line_starts(psa: SimulatedPsa) -> None:
    march_for_february = replace(MARCH, charge_start=date(2026, 2, 1))
    run(psa, MAR, mapped(march_for_february, OTHER.id))
    assert spans(psa)[0] == (AGREEMENT.id, date(2026, 1, 1), date(2026, 1, 31))


def test_a_move_to_an_agreement_that_has_to_be_made(psa: SimulatedPsa) -> None:
    dollars = mapped(replace(FEBRUARY, currency="USD"))
    plan = run(psa, FEB, dollars)
    assert [change.resource for change in plan.changes].count(Resource.AGREEMENT) == 1
    new = list(plan.changes)[-1]
    assert len(new.needs) == 2


def test_a_move_back_is_a_new_generation(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(FEBRUARY, OTHER.id))
    run(psa, MAR, mapped(MARCH, AGREEMENT.id))
    assert spans(psa)[-1] == (OTHER.id, date(2026, 2, 1), date(2026, 2, 28))
    assert {a.marker for a in psa.all_additions} == {str(series()), str(series().following)}


def test_a_move_in_the_first_period_is_blocked_until_the_old_addition_is_gone(psa: SimulatedPsa) -> None:
    psa.traces.clear()
    source = mapped(CYCLE_FEE, OTHER.id)
    (blocked,) = plan_of(psa, JAN, source).blocked
    assert blocked.code == "cannot_move"
    psa.delete(psa.all_additions[0])
    assert [change.action for change in run(psa, JAN, source).changes] == [Action.CREATE]


def test_a_move_does_not_start_before_what_it_takes_over() -> None:
    """January's invoice charged February in advance, February's line reaches back."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    run(psa, JAN, mapped(replace(CYCLE_FEE, charge_start=date(2026, 2, 1))))
    (blocked,) = plan_of(psa, FEB, mapped(replace(FEBRUARY, charge_start=date(2026, 1, 20)), OTHER.id)).blocked
    assert blocked.code == "cannot_move"


def test_an_end_that_lies_beyond_the_move_is_brought_forward(psa: SimulatedPsa) -> None:
    """March was posted without the subscription before February came with another Agreement."""
    psa.post(plan_company(psa.situation(MAR, [], confirmed=True), SETTINGS), [])
    run(psa, FEB, mapped(FEBRUARY, OTHER.id))
    assert spans(psa)[0] == (AGREEMENT.id, date(2026, 1, 1), date(2026, 1, 31))


def test_a_late_line_does_not_move_back_what_moved_on(psa: SimulatedPsa) -> None:
    """February comes after March was billed on the other Agreement."""
    run(psa, MAR, mapped(MARCH, OTHER.id))
    plan = plan_of(psa, FEB, mapped(FEBRUARY))
    assert [change.action for change in plan.changes] == [Action.LEAVE]
    assert plan.planned == {"EUR": Decimal(20)}


def test_rule_39_a_posted_line_keeps_its_agreement(psa: SimulatedPsa) -> None:
    plan = plan_of(psa, JAN, mapped(CYCLE_FEE, OTHER.id))
    assert [(change.action, change.parent_id) for change in plan.changes] == [(Action.LEAVE, AGREEMENT.id)]


def test_without_another_choice_a_subscription_stays_where_it_is_billed(psa: SimulatedPsa) -> None:
    """ADR 20: an adopted Addition, or a choice made for one line, is no reason to move the next month."""
    run(psa, FEB, mapped(FEBRUARY, OTHER.id))
    plan = run(psa, MAR, mapped(MARCH))
    assert [(change.action, change.parent_id) for change in plan.changes] == [(Action.LEAVE, OTHER.id)]


def test_it_leaves_an_agreement_that_has_ended(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(FEBRUARY, OTHER.id))
    psa.agreements[OTHER.id] = replace(OTHER, end=date(2026, 2, 28))
    plan = plan_of(psa, MAR, mapped(MARCH))
    assert {change.parent_id for change in plan.writes if change.action is Action.CREATE} == {AGREEMENT.id}
