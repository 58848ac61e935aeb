from dataclasses import replace
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company, repeated_keys
from bursar.domain.lines import BillingCycle
from bursar.domain.plan import Action, Change, Plan, Resource
from tests.domain.samples import AGREEMENT, COMPANY, CYCLE_FEE, FEB, JAN, OTHER, SETTINGS, USAGE, in_month, mapped
from tests.domain.simulated_psa import SimulatedPsa

BOTH = [mapped(CYCLE_FEE), mapped(USAGE)]


def test_rule_43_a_deleted_company_blocks_all_its_lines() -> None:
    psa = SimulatedPsa.having(AGREEMENT, company=replace(COMPANY, deleted=True))
    plan = plan_company(psa.situation(JAN, BOTH), SETTINGS)
    assert [blocked.code for blocked in plan.blocked] == ["company_deleted", "company_deleted"]
    assert plan.held == {"EUR": Decimal(40)}
    assert plan.is_empty


def test_rule_43_a_company_that_is_not_active_is_a_warning() -> None:
    psa = SimulatedPsa.having(AGREEMENT, company=replace(COMPANY, status="Inactive"))
    plan = plan_company(psa.situation(JAN, BOTH), SETTINGS)
    assert [notice.code for notice in plan.notices] == ["company_not_active"]
    assert len(plan.writes) == 2
    lenient = replace(SETTINGS, active_statuses=frozenset({"Active", "Inactive"}))
    assert plan_company(psa.situation(JAN, BOTH), lenient).notices == []


def test_rule_86_a_bad_line_does_not_stop_the_good_ones() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    plan = plan_company(psa.situation(JAN, [mapped(CYCLE_FEE, product_id=999), mapped(USAGE)]), SETTINGS)
    assert [change.lines for change in plan.writes] == [("U1",)]
    assert [blocked.lines for blocked in plan.blocked] == [("L1",)]


def test_rule_103_zero_lines_are_posted_or_skipped_with_a_notice() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    zero = mapped(replace(USAGE, total=Decimal(0)))
    assert len(plan_company(psa.situation(JAN, [zero]), SETTINGS).writes) == 1
    skipping = plan_company(psa.situation(JAN, [zero]), replace(SETTINGS, skip_zero_lines=True))
    assert skipping.is_empty
    assert skipping.blocked == []
    assert [notice.code for notice in skipping.notices] == ["zero_line_skipped"]


@pytest.mark.parametrize("cycle", [BillingCycle.ANNUAL, BillingCycle.QUARTERLY])
def test_a_longer_cycle_is_billed_once_and_does_not_vanish_next_month(cycle: BillingCycle) -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    line = replace(CYCLE_FEE, billing_cycle=cycle)
    source = mapped(line)
    psa.post(plan_company(psa.situation(JAN, [source]), SETTINGS), [source])
    (addition,) = psa.all_additions
    assert addition.cancelled == JAN.last
    after = plan_company(psa.situation(FEB, []), SETTINGS)
    assert (after.is_empty, after.blocked, after.notices) == (True, [], [])


def test_rule_88_every_change_names_the_company_and_its_lines() -> None:
    plan = plan_company(SimulatedPsa.having().situation(JAN, BOTH), SETTINGS)
    assert {change.company_id for change in plan.changes} == {COMPANY.id}
    assert [change.lines for change in plan.changes] == [(), ("L1",), ("U1",)]


def test_rules_83_and_109_no_invoice_is_made_and_the_product_decides_on_tax() -> None:
    plan = plan_company(SimulatedPsa.having().situation(JAN, BOTH), SETTINGS)
    assert {change.resource for change in plan.changes} == {Resource.AGREEMENT, Resource.ADDITION}
    assert not any("tax" in name for change in plan.changes for name in change.after)


def test_the_same_situation_gives_the_same_plan() -> None:
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    psa.post(plan_company(psa.situation(JAN, BOTH), SETTINGS), BOTH)
    lines = [mapped(in_month(CYCLE_FEE, FEB, "L2"), OTHER.id), mapped(in_month(USAGE, FEB, "U2"))]
    situation = psa.situation(FEB, lines)
    assert plan_company(situation, SETTINGS) == plan_company(situation, SETTINGS)


def test_repeated_keys_are_found() -> None:
    change = Change("500/x", Action.CREATE, Resource.ADDITION, {})
    assert repeated_keys(Plan(stages=[[], [change], [replace(change, key="500/y"), change]])) == ["500/x"]
    assert repeated_keys(Plan(stages=[[], [change]])) == []


def test_a_line_that_comes_twice_is_caught_by_its_key() -> None:
    plan = plan_company(SimulatedPsa.having(AGREEMENT).situation(JAN, [mapped(USAGE), mapped(USAGE)]), SETTINGS)
    assert len(repeated_keys(plan)) == 1
