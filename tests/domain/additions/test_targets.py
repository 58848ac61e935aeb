from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import AgreementDefaults, MappedLine
from bursar.domain.lines import ChargeType, InvoiceLine
from bursar.domain.plan import Action, Plan, Resource
from bursar.domain.psa import Agreement, Company
from bursar.domain.rules import Overrides
from tests.domain.samples import (
    AGREEMENT,
    COMPANY,
    CYCLE_FEE,
    FEB,
    JAN,
    OTHER,
    OURS,
    SETTINGS,
    USAGE,
    in_month,
    mapped,
)
from tests.domain.simulated_psa import SimulatedPsa

PRORATING = replace(AGREEMENT, prorates=True)
MID_JANUARY = replace(CYCLE_FEE, charge_start=date(2026, 1, 15))


Line = InvoiceLine | MappedLine


def january(*agreements: Agreement, company: Company = COMPANY, line: Line = CYCLE_FEE) -> Plan:
    source = line if isinstance(line, MappedLine) else mapped(line)
    psa = SimulatedPsa.having(*agreements, company=company)
    return plan_company(psa.situation(JAN, [source]), SETTINGS)


def codes(plan: Plan) -> list[str]:
    return [blocked.code for blocked in plan.blocked]


def parents(plan: Plan) -> set[int | None]:
    return {change.parent_id for change in plan.changes}


def test_rule_76_without_an_agreement_one_is_made_and_the_line_hangs_on_it() -> None:
    agreement, addition = january().changes
    assert (agreement.action, agreement.resource) == (Action.CREATE, Resource.AGREEMENT)
    assert addition.parent_key == agreement.key
    assert addition.needs == (agreement.key,)


def test_rules_77_and_79_a_new_agreement_has_the_configured_defaults() -> None:
    defaults = AgreementDefaults(location_id=2, department_id=10, bill_time="NoDefault")
    settings = replace(SETTINGS, agreement_defaults=defaults)
    plan = plan_company(SimulatedPsa.having().situation(JAN, [mapped(MID_JANUARY)]), settings)
    fields = next(iter(plan.changes)).after
    assert (fields["name"], fields["type_id"], fields["company_id"], fields["contact_id"]) == (OURS, 3, 10, 7)
    assert (fields["location_id"], fields["department_id"], fields["bill_time"]) == (2, 10, "NoDefault")
    assert fields["currency"] == "EUR"
    assert fields["prorates"] is False
    assert "billing_cycle_id" not in fields


def test_rule_76_a_new_agreement_starts_with_the_month_of_its_earliest_line() -> None:
    december = replace(USAGE, charge_start=date(2025, 12, 9), charge_end=date(2025, 12, 31))
    plan = plan_company(SimulatedPsa.having().situation(JAN, [mapped(MID_JANUARY), mapped(december)]), SETTINGS)
    agreement = next(iter(plan.changes))
    assert (agreement.after["start"], agreement.after["bill_start"]) == (date(2025, 12, 1), date(2025, 12, 1))


def test_rule_78_one_agreement_serves_all_lines_of_a_run() -> None:
    plan = plan_company(SimulatedPsa.having().situation(JAN, [mapped(CYCLE_FEE), mapped(USAGE)]), SETTINGS)
    assert [change.resource for change in plan.changes].count(Resource.AGREEMENT) == 1
    assert len({change.parent_key for change in plan.changes} - {None}) == 1


def test_rule_78_and_decision_11_ours_is_reused_afterwards() -> None:
    psa = SimulatedPsa.having()
    first = [mapped(CYCLE_FEE)]
    psa.post(plan_company(psa.situation(JAN, first), SETTINGS), first)
    later = plan_company(psa.situation(FEB, [mapped(in_month(USAGE, FEB, "U2"))], seen=["all"]), SETTINGS)
    assert [change.resource for change in later.changes] == [Resource.ADDITION]
    assert parents(later) == set(psa.agreements)


def test_decision_11_another_currency_has_an_agreement_of_its_own() -> None:
    plan = january(AGREEMENT, line=replace(CYCLE_FEE, currency="USD"))
    agreement = next(iter(plan.changes))
    assert agreement.after["name"] == "Cloud USD - Contoso"
    assert agreement.after["currency"] == "USD"


def test_rule_77_the_chosen_agreement_is_used() -> None:
    assert parents(january(AGREEMENT, OTHER, line=mapped(CYCLE_FEE, OTHER.id))) == {OTHER.id}


def test_rule_71_an_agreement_of_another_company_is_refused() -> None:
    assert codes(january(AGREEMENT, line=mapped(CYCLE_FEE, 999))) == ["agreement_not_of_company"]


@pytest.mark.parametrize(
    "ended",
    [
        replace(OTHER, cancelled=True),
        replace(OTHER, status="Cancelled"),
        replace(OTHER, status="Expired"),
        replace(OTHER, end=date(2025, 12, 31)),
    ],
)
def test_rule_71_and_t1_an_ended_agreement_is_refused(ended: Agreement) -> None:
    assert codes(january(ended, line=mapped(CYCLE_FEE, OTHER.id))) == ["agreement_ended"]


def test_rule_71_the_end_of_an_agreement_is_named_where_it_has_one() -> None:
    ended = replace(OTHER, end=date(2025, 12, 31))
    assert january(ended, line=mapped(CYCLE_FEE, OTHER.id)).blocked[0].sentence.endswith("ended on 2025-12-31.")
    cancelled = replace(OTHER, cancelled=True)
    assert (
        january(cancelled, line=mapped(CYCLE_FEE, OTHER.id)).blocked[0].sentence.endswith("'Managed services' ended.")
    )


def test_rule_71_an_agreement_that_ends_later_takes_the_line() -> None:
    assert codes(january(replace(OTHER, end=date(2026, 1, 1)), line=mapped(CYCLE_FEE, OTHER.id))) == []


def test_rule_78_the_name_of_an_ended_agreement_of_ours_is_taken() -> None:
    assert codes(january(replace(AGREEMENT, end=date(2025, 12, 31)))) == ["agreement_ended"]


def test_rule_80_and_decision_13_a_company_without_contact_gets_no_agreement() -> None:
    nobody = replace(COMPANY, contact_id=None)
    assert codes(january(company=nobody)) == ["company_without_contact"]
    assert codes(january(AGREEMENT, company=nobody)) == []


def test_rule_105_the_agreements_currency_must_be_the_lines() -> None:
    assert codes(january(replace(OTHER, currency="USD"), line=mapped(CYCLE_FEE, OTHER.id))) == ["currency_mismatch"]


@pytest.mark.parametrize(("currency", "found"), [("USD", ["currency_mismatch"]), ("EUR", []), (None, [])])
def test_rule_105_the_companys_currency_counts_where_the_agreement_has_none(
    currency: str | None, found: list[str]
) -> None:
    company = replace(COMPANY, currency=currency)
    plan = january(replace(OTHER, currency=None), company=company, line=mapped(CYCLE_FEE, OTHER.id))
    assert codes(plan) == found


@pytest.mark.parametrize(
    "agreement",
    [replace(AGREEMENT, bill_start=date(2026, 2, 1)), replace(AGREEMENT, bill_start=None, start=date(2026, 2, 1))],
)
def test_t1_a_line_before_the_billing_start_is_refused(agreement: Agreement) -> None:
    assert codes(january(agreement)) == ["before_billing_start"]


@pytest.mark.parametrize(
    "line",
    [
        MID_JANUARY,
        replace(USAGE, charge_start=date(2026, 1, 15)),
        replace(USAGE, charge_end=date(2026, 1, 30)),
        replace(USAGE, charge_end=date(2026, 1, 1)),
    ],
)
def test_rule_111_and_decision_12_a_part_of_a_period_is_not_prorated_again(line: Line) -> None:
    plan = january(PRORATING, line=line)
    assert codes(plan) == ["prorated_twice"]
    assert "Switch off Prorate" in plan.blocked[0].remedy
    assert "Charge Start Date rule" in plan.blocked[0].remedy


@pytest.mark.parametrize("line", [CYCLE_FEE, USAGE])
def test_rule_111_whole_periods_may_be_billed_by_an_agreement_that_prorates(line: Line) -> None:
    assert codes(january(PRORATING, line=line)) == []


def test_rule_112_both_ends_of_a_period_count() -> None:
    contract = replace(PRORATING, next_invoice=date(2026, 1, 15))
    whole = replace(USAGE, charge_start=date(2026, 1, 15), charge_end=date(2026, 2, 14))
    assert codes(january(contract, line=whole)) == []
    assert codes(january(contract, line=replace(whole, charge_end=date(2026, 2, 15)))) == ["prorated_twice"]


def test_rule_111_the_start_rule_or_an_override_is_the_remedy() -> None:
    moved = mapped(MID_JANUARY, overrides=Overrides(charge_start=date(2026, 2, 1)))
    assert codes(january(PRORATING, line=moved)) == []


def test_rule_113_a_start_in_an_invoiced_period_is_refused() -> None:
    plan = january(replace(AGREEMENT, next_invoice=date(2026, 2, 1)))
    assert codes(plan) == ["period_already_invoiced"]
    assert "2026-02-01" in plan.blocked[0].remedy


def test_rule_113_prorating_agreements_take_it_and_so_does_the_next_period() -> None:
    assert codes(january(replace(PRORATING, next_invoice=date(2026, 2, 1)))) == []
    assert codes(january(replace(AGREEMENT, next_invoice=date(2026, 1, 1)))) == []
    assert codes(january(replace(AGREEMENT, next_invoice=None))) == []


ACROSS = replace(USAGE, charge_start=date(2026, 1, 15), charge_end=date(2026, 2, 14))


@pytest.mark.parametrize(
    "line", [ACROSS, replace(USAGE, charge_type=ChargeType.ONE_TIME_FEE, charge_end=date(2026, 12, 31))]
)
def test_rule_90_a_single_charge_that_would_be_billed_in_several_periods_is_blocked(line: Line) -> None:
    for agreements in ((), (AGREEMENT,)):
        plan = january(*agreements, line=line)
        assert codes(plan) == ["spans_periods"]
        assert "2026-02-01" in plan.blocked[0].remedy


@pytest.mark.parametrize("end", [date(2026, 1, 15), date(2026, 1, 31), date(2026, 2, 1)])
def test_rule_90_a_single_charge_within_one_period_is_taken(end: date) -> None:
    """An end on the first of the following month is what rule 18 offers, so it passes for the end of the month."""
    assert codes(january(AGREEMENT, line=replace(ACROSS, charge_end=end))) == []


def test_rule_90_periods_of_a_contract_begin_on_its_day() -> None:
    contract = replace(AGREEMENT, next_invoice=date(2026, 1, 15))
    assert codes(january(contract, line=ACROSS)) == []
    later = replace(ACROSS, charge_start=date(2026, 1, 20), charge_end=date(2026, 2, 20))
    assert codes(january(contract, line=later)) == ["spans_periods"]


def test_totals_of_refused_lines_are_held() -> None:
    plan = january(replace(OTHER, cancelled=True), line=mapped(replace(CYCLE_FEE, total=Decimal("20.01")), OTHER.id))
    assert plan.held == {"EUR": Decimal("20.01")}
