from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import MappedLine
from bursar.domain.lines import ChargeType
from bursar.domain.plan import Action, Plan
from bursar.domain.rules import Overrides
from tests.domain.samples import AGREEMENT, BACKUP, FEB, JAN, OTHER, SETTINGS, USAGE, in_month, mapped, single
from tests.domain.simulated_psa import SimulatedPsa


def plan_of(psa: SimulatedPsa, *lines: MappedLine) -> Plan:
    return plan_company(psa.situation(JAN, lines, seen=["everything else"]), SETTINGS)


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's usage was posted and is not remembered: planned again, it is compared with what is there."""
    there = SimulatedPsa.having(AGREEMENT, OTHER)
    there.post(plan_of(there, mapped(USAGE)), [mapped(USAGE)])
    there.forget()
    return there


def outcome(psa: SimulatedPsa, source: MappedLine) -> str:
    plan = plan_of(psa, source)
    return plan.blocked[0].code if plan.blocked else next(iter(plan.changes)).action


def test_rule_90_a_single_charge_has_both_dates_and_a_key_of_its_own(psa: SimulatedPsa) -> None:
    (addition,) = psa.all_additions
    assert (addition.effective, addition.cancelled) == (date(2026, 1, 1), date(2026, 1, 31))
    assert addition.marker == str(single("U1"))


def test_rule_85_it_is_left_when_it_is_there(psa: SimulatedPsa) -> None:
    assert outcome(psa, mapped(USAGE)) == Action.LEAVE
    psa.invoice_through(FEB)
    assert outcome(psa, mapped(USAGE)) == Action.LEAVE


def test_rule_90_it_never_carries_into_the_next_month(psa: SimulatedPsa) -> None:
    february = mapped(in_month(USAGE, FEB, "U2"))
    plan = plan_company(psa.situation(FEB, [february]), SETTINGS)
    assert [change.action for change in plan.changes] == [Action.CREATE]
    psa.post(plan, [february])
    psa.invoice_through(FEB)
    assert [billed.amount for billed in psa.billed] == [20, 20]


def test_rule_90_it_is_corrected_while_it_was_not_invoiced(psa: SimulatedPsa) -> None:
    dearer = mapped(replace(USAGE, total=Decimal("21.40")))
    plan = plan_of(psa, dearer)
    assert [change.action for change in plan.changes] == [Action.UPDATE]
    psa.post(plan, [dearer])
    psa.invoice_through(JAN)
    assert [billed.amount for billed in psa.billed] == [Decimal("21.40")]


def test_rule_102_what_may_have_been_invoiced_is_not_rewritten(psa: SimulatedPsa) -> None:
    psa.invoice_through(JAN)
    assert outcome(psa, mapped(replace(USAGE, total=Decimal("21.40")))) == "already_invoiced"


def test_t1_a_product_is_never_exchanged(psa: SimulatedPsa) -> None:
    assert outcome(psa, mapped(USAGE, product_id=BACKUP)) == "product_changed"


def test_rule_90_it_is_not_stretched_over_several_periods(psa: SimulatedPsa) -> None:
    assert outcome(psa, mapped(replace(USAGE, charge_end=date(2026, 2, 14)))) == "spans_periods"


def test_design_45_a_charge_is_not_made_again_on_another_agreement(psa: SimulatedPsa) -> None:
    assert outcome(psa, mapped(USAGE, OTHER.id)) == "on_another_agreement"
    dollars = mapped(replace(USAGE, currency="USD"))
    assert outcome(psa, dollars) == "on_another_agreement"


def test_rule_97_a_deleted_charge_is_posted_again_on_demand() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    psa.post(plan_of(psa, mapped(USAGE)), [mapped(USAGE)])
    psa.delete(psa.all_additions[0])
    psa.traces.clear()
    assert outcome(psa, mapped(USAGE)) == "deleted_in_connectwise"
    (change,) = plan_of(psa, mapped(USAGE, overrides=Overrides(post_again=True))).changes
    assert change.key == f"500/{single('U1').following}"


def test_rule_97_an_edited_charge_is_reported(psa: SimulatedPsa) -> None:
    psa.put(replace(psa.all_additions[0], description="Something else"))
    psa.post(plan_of(psa, mapped(USAGE)), [mapped(USAGE)])
    psa.put(replace(psa.all_additions[0], quantity=Decimal(3)))
    psa.traces.clear()
    assert outcome(psa, mapped(USAGE)) == "edited_in_connectwise"


def test_rules_100_and_102_a_correction_is_an_addition_of_its_own(psa: SimulatedPsa) -> None:
    credit = mapped(replace(USAGE, line_id="K1", charge_type=ChargeType.CORRECTION, total=Decimal("-7.77")))
    plan = plan_of(psa, mapped(USAGE), credit)
    assert [change.action for change in plan.changes] == [Action.LEAVE, Action.CREATE]
    psa.post(plan, [mapped(USAGE), credit])
    psa.invoice_through(JAN)
    assert sum(billed.amount for billed in psa.billed) == Decimal("12.23")
