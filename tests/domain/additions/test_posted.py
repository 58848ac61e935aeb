from dataclasses import replace
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import MappedLine
from bursar.domain.plan import Action, Plan
from bursar.domain.rules import Overrides
from tests.domain.samples import AGREEMENT, CYCLE_FEE, FEB, JAN, SETTINGS, in_month, mapped, priced
from tests.domain.simulated_psa import SimulatedPsa

JANUARY = mapped(CYCLE_FEE)


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted."""
    there = SimulatedPsa.having(AGREEMENT)
    there.post(plan_of(there, JANUARY), [JANUARY])
    return there


def plan_of(psa: SimulatedPsa, source: MappedLine) -> Plan:
    return plan_company(psa.situation(source.line.month, [source]), SETTINGS)


def test_rules_72_and_85_a_posted_line_writes_nothing(psa: SimulatedPsa) -> None:
    plan = plan_of(psa, JANUARY)
    (change,) = plan.changes
    assert (change.action, change.lines, change.total, change.found) == (
        Action.LEAVE,
        ("L1",),
        CYCLE_FEE.money,
        Decimal("20.00"),
    )
    assert plan.is_empty


def test_rules_24_and_66_new_settings_do_not_rewrite_it(psa: SimulatedPsa) -> None:
    renamed = replace(SETTINGS, rules=replace(SETTINGS.rules, names={CYCLE_FEE.charge_type: "Fee"}))
    assert plan_company(psa.situation(JAN, [JANUARY]), renamed).is_empty


def test_rule_39_a_new_mapping_does_not_move_it(psa: SimulatedPsa) -> None:
    assert plan_of(psa, replace(JANUARY, product_id=102)).is_empty


def changed(psa: SimulatedPsa) -> None:
    """The source states another total since it was posted."""
    psa.traces["L1"] = replace(psa.traces["L1"], changed_since=True)


def test_rules_56_and_102_a_change_since_posting_is_reported_and_not_written(psa: SimulatedPsa) -> None:
    changed(psa)
    plan = plan_of(psa, mapped(priced(CYCLE_FEE, "3", "10")))
    (blocked,) = plan.blocked
    assert plan.is_empty
    assert blocked.code == "changed_since_posting"
    assert "20.00 EUR" in blocked.sentence
    assert blocked.total == priced(CYCLE_FEE, "3", "10").money


def test_rule_97_an_edit_in_connectwise_is_a_warning_for_a_posted_line(psa: SimulatedPsa) -> None:
    psa.put(replace(psa.all_additions[0], quantity=Decimal(3), total=Decimal(30)))
    plan = plan_of(psa, JANUARY)
    (change,) = plan.changes
    assert [notice.code for notice in plan.notices] == ["edited_in_connectwise"]
    assert (change.total, change.found) == (CYCLE_FEE.money, Decimal(30))


def test_rule_97_a_later_months_values_are_no_edit(psa: SimulatedPsa) -> None:
    psa.invoice_through(JAN)
    february = mapped(priced(in_month(CYCLE_FEE, FEB, "L2"), "2", "12"))
    psa.post(plan_of(psa, february), [february])
    plan = plan_of(psa, JANUARY)
    (change,) = plan.changes
    assert plan.notices == []
    assert (change.total, change.found) == (CYCLE_FEE.money, Decimal(20))
    assert "a later month uses the Addition now" in change.notes[0]


def test_rule_97_a_deleted_addition_is_reported_and_posted_again_on_demand(psa: SimulatedPsa) -> None:
    psa.delete(psa.all_additions[0])
    assert [blocked.code for blocked in plan_of(psa, JANUARY).blocked] == ["deleted_in_connectwise"]
    again = replace(JANUARY, overrides=Overrides(post_again=True))
    plan = plan_of(psa, again)
    assert [change.action for change in plan.changes] == [Action.CREATE]
    psa.post(plan, [again])
    assert plan_of(psa, JANUARY).is_empty


def test_rule_97_posting_again_what_is_still_there_writes_nothing(psa: SimulatedPsa) -> None:
    assert plan_of(psa, replace(JANUARY, overrides=Overrides(post_again=True))).is_empty
