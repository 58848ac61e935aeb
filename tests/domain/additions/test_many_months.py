"""Whole histories: whatever happens to subscriptions, ConnectWise bills what the platform charged, once."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.additions.planner import plan_company, repeated_keys
from bursar.domain.additions.situation import BillingSettings, MappedLine
from bursar.domain.identity import AdditionKind, parse_marker, recurring_marker
from bursar.domain.lines import ChargeType
from bursar.domain.plan import Change, Plan
from bursar.domain.psa import Addition
from bursar.domain.rules import ChargeRules, EndRule, StartRule
from tests.domain.additions.histories import UNHURRIED, Shape, Step, histories
from tests.domain.samples import AGREEMENT, CYCLE_FEE, OTHER, SCOPE, SETTINGS, single
from tests.domain.simulated_psa import SimulatedPsa

TRUSTING = replace(SETTINGS, mass_cancel_share=Decimal(1))


def post_month(psa: SimulatedPsa, step: Step, settings: BillingSettings = TRUSTING) -> Plan:
    """Plan and post one month that holds nothing that could be blocked."""
    plan = plan_company(psa.situation(step.month, step.lines), settings)
    assert plan.blocked == []
    assert repeated_keys(plan) == []
    assert psa.post(plan, step.lines) == set()
    return plan


def recurring(psa: SimulatedPsa) -> list[Addition]:
    return [a for a in psa.all_additions if (m := parse_marker(a.marker)) and m.kind is AdditionKind.RECURRING]


def recurring_total(psa: SimulatedPsa, step: Step) -> Decimal:
    kinds = {line.line.line_id: psa.traces[line.line.line_id].marker.kind for line in step.lines}
    own = [line.line for line in step.lines if kinds[line.line.line_id] is AdditionKind.RECURRING]
    return sum((line.total for line in own), Decimal(0))


def check_history(psa: SimulatedPsa, history: list[Step], settings: BillingSettings = TRUSTING) -> None:
    for step in history:
        post_month(psa, step, settings)
        if step.invoiced:
            psa.invoice_through(step.month)
    psa.invoice_through(history[-1].month)
    for step in history:
        assert psa.recurring_billed(step.month) == recurring_total(psa, step), step.month


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=150)
def test_what_is_billed_in_a_month_is_what_was_posted_for_it(history: list[Step]) -> None:
    """Rules 89-96, decision 10, moves between Agreements."""
    check_history(SimulatedPsa.having(AGREEMENT, OTHER), history)


END_RULES = dict.fromkeys((ChargeType.CYCLE_FEE, ChargeType.PURCHASE_FEE), EndRule.LAST_DAY_OF_INVOICE_MONTH)


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=100)
def test_the_same_when_every_month_ends_by_rule(history: list[Step]) -> None:
    """Rule 18: then every month has an Addition of its own."""
    ending = replace(TRUSTING, rules=ChargeRules(end=END_RULES))
    check_history(SimulatedPsa.having(AGREEMENT, OTHER), history, ending)


@given(histories(Shape(from_the_first=False)))
@settings(UNHURRIED, max_examples=150)
def test_the_same_with_billing_days_within_the_month(history: list[Step]) -> None:
    check_history(SimulatedPsa.having(AGREEMENT, OTHER), history)


MOVING = replace(TRUSTING, rules=ChargeRules(start={CYCLE_FEE.billing_cycle: StartRule.FIRST_DAY_OF_NEXT_MONTH}))


@given(histories(Shape(subscriptions=1, may_vanish=False, agreements=(None,))), st.integers(1, 28))
@settings(UNHURRIED, max_examples=50)
def test_a_start_rule_moves_amounts_but_loses_none(history: list[Step], first_day: int) -> None:
    """Rule 19: a first charge within the month is billed from the next one on, beside the next charge."""
    psa = SimulatedPsa.having(AGREEMENT)
    (first, *_) = own = [line for step in history for line in step.lines if line.line.recurring]
    start = first.line.charge_start.replace(day=first_day)
    moved = {first.line.line_id: replace(first, line=replace(first.line, charge_start=start))}
    for step in history:
        lines = [moved.get(line.line.line_id, line) for line in step.lines]
        plan = plan_company(psa.situation(step.month, lines), MOVING)
        assert plan.blocked == []
        psa.post(plan, lines)
        if step.invoiced:
            psa.invoice_through(step.month)
    last = history[-1].month
    psa.invoice_through(last.next if len(history) == 1 and first_day > 1 else last)
    billed = sum(psa.recurring_billed(month) for month in (*(step.month for step in history), last.next))
    assert billed == sum(line.line.total for line in own)


@given(histories(Shape()), st.data())
@settings(UNHURRIED, max_examples=100)
def test_failures_on_the_way_do_not_change_the_result(history: list[Step], data: st.DataObject) -> None:
    """A change that failed is planned again, with whatever needed it (rules 86-87)."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)

    def faulty(_change: Change) -> bool:
        return data.draw(st.booleans())

    for step in history:
        for attempt in range(4):
            plan = plan_company(psa.situation(step.month, step.lines), TRUSTING)
            assert plan.blocked == []
            psa.post(plan, step.lines, faulty=faulty if attempt < 3 else lambda _change: False)
        if step.invoiced:
            psa.invoice_through(step.month)
    psa.invoice_through(history[-1].month)
    for step in history:
        assert psa.recurring_billed(step.month) == recurring_total(psa, step), step.month


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=150)
def test_planning_again_writes_nothing_even_without_a_memory(history: list[Step]) -> None:
    """Rule 85: with traces kept, and as if the local database were lost."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        post_month(psa, step)
        assert plan_company(psa.situation(step.month, step.lines), TRUSTING).is_empty
        amnesiac = deepcopy(psa)
        amnesiac.forget()
        again = plan_company(amnesiac.situation(step.month, step.lines), TRUSTING)
        assert again.blocked == []
        assert again.writes == []
        if step.invoiced:
            psa.invoice_through(step.month)
            for thing in (psa, amnesiac):
                thing.agreements = dict(psa.agreements)
            assert plan_company(psa.situation(step.month, step.lines), TRUSTING).is_empty
            assert plan_company(amnesiac.situation(step.month, step.lines), TRUSTING).is_empty


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=50)
def test_older_months_planned_again_write_nothing(history: list[Step]) -> None:
    """Rules 39, 72 and 85: what later months did is no reason to touch an earlier one."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        post_month(psa, step)
        if step.invoiced:
            psa.invoice_through(step.month)
    for step in history:
        plan = plan_company(psa.situation(step.month, step.lines), TRUSTING)
        assert (plan.writes, plan.blocked, plan.notices) == ([], [], [])


def billed_for(psa: SimulatedPsa, source: MappedLine) -> Decimal:
    """What ConnectWise billed for the line's subscription, or for the line alone, in the line's month."""
    markers = {recurring_marker(SCOPE, source.line.subscription_id or "").series, single(source.line.line_id).series}
    known = {a.id: parse_marker(a.marker) for a in psa.all_additions}
    own = [b for b in psa.billed if (marker := known[b.addition_id]) and marker.series in markers]
    return sum((b.amount for b in own if b.period == source.line.month), Decimal(0))


@given(histories(Shape()), st.randoms(use_true_random=False))
@settings(UNHURRIED, max_examples=150)
def test_in_whatever_order_months_are_posted_a_line_is_billed_once(history: list[Step], order: Random) -> None:
    """What comes too late is blocked; what is not blocked is billed with its total."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    posted: list[MappedLine] = []
    for step in order.sample(history, len(history)):
        plan = plan_company(psa.situation(step.month, step.lines), TRUSTING)
        blocked = {line_id for item in plan.blocked for line_id in item.lines}
        psa.post(plan, step.lines)
        posted += [line for line in step.lines if line.line.recurring and line.line.line_id not in blocked]
    psa.invoice_through(history[-1].month)
    for source in posted:
        assert billed_for(psa, source) == source.line.total, source.line.line_id


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=100)
def test_history_is_never_moved_or_reopened(history: list[Step]) -> None:
    """Rule 96: an effective date never moves, and an ended Addition stays as it is."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        before = {addition.id: addition for addition in recurring(psa)}
        post_month(psa, step)
        after = {addition.id: addition for addition in recurring(psa)}
        for addition_id, addition in before.items():
            assert after[addition_id].effective == addition.effective
            assert addition.cancelled is None or after[addition_id] == addition
        still_open = [parse_marker(a.marker) for a in after.values() if a.cancelled is None]
        names = [marker.series for marker in still_open if marker]
        assert len(names) == len(set(names))
        if step.invoiced:
            psa.invoice_through(step.month)


@given(histories(Shape(may_vanish=False)))
@settings(UNHURRIED, max_examples=50)
def test_a_lost_memory_between_months_costs_nothing(history: list[Step]) -> None:
    """The markers alone carry subscriptions on (decision 7)."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    expected: dict[str, Decimal] = {}
    for step in history:
        post_month(psa, step)
        expected[str(step.month)] = recurring_total(psa, step)
        psa.forget()
        if step.invoiced:
            psa.invoice_through(step.month)
    psa.invoice_through(history[-1].month)
    assert {str(s.month): psa.recurring_billed(s.month) for s in history} == expected
