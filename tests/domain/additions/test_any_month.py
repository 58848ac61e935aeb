"""One month on top of any mess: what holds for every plan."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.additions.planner import ADDITIONS, AGREEMENTS, ENDINGS, plan_company, repeated_keys
from bursar.domain.additions.wanted import subject_of
from bursar.domain.identity import parse_marker
from bursar.domain.money import Totals, to_cents
from bursar.domain.plan import Action, Plan, Resource
from tests.domain.additions.histories import UNHURRIED, Shape, Step, histories
from tests.domain.additions.situations import Mess, messes
from tests.domain.samples import AGREEMENT, FEB, OTHER, SETTINGS
from tests.domain.simulated_psa import SimulatedPsa, recurring_series


def plan_of(mess: Mess) -> Plan:
    situation = mess.psa.situation(FEB, mess.lines, complete=mess.complete, confirmed=mess.confirmed)
    return plan_company(situation, mess.settings)


@given(messes())
@settings(UNHURRIED, max_examples=200)
def test_every_line_ends_in_one_place_and_no_cent_is_lost(mess: Mess) -> None:
    """Design 4.5-4.6, rule 74: one change, one Blocked, or one skip notice; planned + held + skipped = the lines."""
    plan = plan_of(mess)
    skipped = Counter(notice.subject for notice in plan.notices if notice.code == "zero_line_skipped")
    ends = Counter(line_id for change in plan.changes for line_id in change.lines)
    ends += Counter(line_id for blocked in plan.blocked for line_id in blocked.lines)
    ends += Counter(item.line.line_id for item in mess.lines if skipped[subject_of(item.line)])
    assert ends == Counter(item.line.line_id for item in mess.lines)
    found = Totals()
    found.merge(plan.planned)
    found.merge(plan.held)
    for item in mess.lines:
        if skipped[subject_of(item.line)]:
            found.add(item.line.money)
    assert found == Totals(item.line.money for item in mess.lines)


@given(messes())
@settings(UNHURRIED, max_examples=200)
def test_keys_stages_and_needs_fit_together(mess: Mess) -> None:
    """Design 1: keys are unique, and what a change needs comes in an earlier stage of the same plan."""
    plan = plan_of(mess)
    assert repeated_keys(plan) == []
    before: set[str] = set()
    for stage in plan.stages:
        for change in stage:
            assert set(change.needs) <= before
            assert change.parent_key is None or change.parent_key in before
        before |= {change.key for change in stage}
    assert {change.resource for change in plan.stages[AGREEMENTS]} <= {Resource.AGREEMENT}
    assert {change.action for change in plan.stages[ENDINGS]} <= {Action.CANCEL}
    assert Action.CANCEL not in {change.action for change in plan.stages[ADDITIONS]}


@given(messes())
@settings(UNHURRIED, max_examples=200)
def test_what_is_blocked_says_why_and_what_to_do(mess: Mess) -> None:
    """Design 4.6: a sentence and a remedy."""
    for blocked in plan_of(mess).blocked:
        assert blocked.subject
        assert blocked.code.isidentifier()
        assert blocked.sentence.endswith(".")
        assert blocked.remedy.endswith(".")


@given(messes())
@settings(UNHURRIED, max_examples=150)
def test_what_is_written_comes_to_the_lines_total(mess: Mess) -> None:
    """Rule 107, design 4.2."""
    for change in plan_of(mess).writes:
        quantity, price = change.after.get("quantity"), change.after.get("unit_price")
        if change.total is not None:
            assert isinstance(quantity, Decimal)
            assert isinstance(price, Decimal)
            assert to_cents(quantity * price) == change.total.amount


def open_by_series(psa: SimulatedPsa) -> Counter[str]:
    markers = (parse_marker(a.marker) for a in psa.all_additions if a.cancelled is None)
    return Counter(marker.series for marker in markers if marker)


@given(messes())
@settings(UNHURRIED, max_examples=150)
def test_no_plan_opens_a_second_addition_of_a_series(mess: Mess) -> None:
    """Rules 89 and 98: one Addition without an end per subscription, unless people had made more."""
    before = open_by_series(mess.psa)
    mess.psa.post(plan_of(mess), mess.lines)
    for series, count in open_by_series(mess.psa).items():
        assert count <= max(1, before[series])


@given(messes())
@settings(UNHURRIED, max_examples=300)
def test_a_plan_can_be_posted_and_leaves_nothing_to_do(mess: Mess) -> None:
    """Rule 85. Only lines that were blocked may follow, when what was posted was in their way."""
    plan = plan_of(mess)
    blocked = {line_id for item in plan.blocked for line_id in item.lines}
    assert mess.psa.post(plan, mess.lines) == set()
    again = plan_of(mess)
    assert [change for change in again.writes if not set(change.lines) & blocked] == []


@given(histories(Shape(months=2)), st.data())
@settings(UNHURRIED, max_examples=150)
def test_two_halves_end_like_the_whole(history: list[Step], data: st.DataObject) -> None:
    """Design 4.5: any part of a month's subscriptions first, the rest later."""
    whole, halves = (SimulatedPsa.having(AGREEMENT, OTHER) for _ in range(2))
    trusting = replace(SETTINGS, mass_cancel_share=SETTINGS.mass_cancel_share * 10)
    for step in history:
        first = [line for line in step.lines if data.draw(st.booleans())]
        rest = [line for line in step.lines if line not in first]
        for psa, parts in ((whole, [list(step.lines)]), (halves, [first, rest])):
            for part in parts:
                situation = psa.situation(step.month, part, seen=recurring_series(step.lines))
                psa.post(plan_company(situation, trusting), part)
            if step.invoiced:
                psa.invoice_through(step.month)
    assert whole.values == halves.values
