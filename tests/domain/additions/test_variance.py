"""The platform, ConnectWise and last month side by side, and what is remarkable there (rules 145, 147-149, 151)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import BillingSettings, MappedLine, PricePolicy, PriceSource
from bursar.domain.additions.variance import ProductMonth, Survey, product_months
from bursar.domain.additions.variance_alerts import Alert, Variance, variances
from bursar.domain.agreed import withheld
from bursar.domain.lines import ChargeType, InvoiceLine
from bursar.domain.money import to_cents
from bursar.domain.period import Month
from bursar.domain.rules import ChargeRules, EndRule
from tests.domain.additions.histories import UNHURRIED, Shape, Step, histories
from tests.domain.additions.planning import run
from tests.domain.additions.situations import Mess, messes
from tests.domain.additions.test_many_months import TRUSTING, post_month
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    COMPANY,
    CYCLE_FEE,
    FEB,
    JAN,
    LICENCE,
    OTHER,
    OURS,
    SETTINGS,
    USAGE,
    by_hand,
    in_month,
    mapped,
    priced,
    series,
)
from tests.domain.simulated_psa import SimulatedPsa

SOLD = frozenset({LICENCE, BACKUP})


def look(
    psa: SimulatedPsa,
    month: Month,
    *lines: MappedLine,
    last: Sequence[MappedLine] = (),
    settings: BillingSettings = SETTINGS,
    complete: bool = True,
    **more: object,
) -> list[Variance]:
    """The variances of a month as a plan finds them."""
    situation = psa.situation(month, lines, complete=complete)
    plan = plan_company(situation, settings)
    before = [replace(line, trace=psa.traces.get(line.line.line_id)) for line in last]
    facts: dict[str, object] = {"postable": plan, "sold": SOLD, "last": before}
    survey = Survey(situation, plan, **(facts | more))
    return variances(survey, settings, product_months(survey, settings))


def one(found: Sequence[Variance]) -> Variance:
    (variance,) = found
    return variance


def amounts(month: ProductMonth) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The platform, ConnectWise now and once posted, and last month."""
    return month.platform.amount, month.psa.amount, month.once_posted.amount, month.last.amount


def line(line_id: str = "L1", month: Month = JAN, **changes: object) -> InvoiceLine:
    return replace(in_month(CYCLE_FEE, month, line_id), **changes)


JANUARY = mapped(line())
FEBRUARY = mapped(line("L2", FEB))


def posted_january(*lines: MappedLine) -> SimulatedPsa:
    psa = SimulatedPsa.having(replace(AGREEMENT, prorates=False))
    run(psa, JAN, *(lines or (JANUARY,)))
    return psa


# rule 145: the figures


def test_rule_145_before_posting_the_difference_is_that_of_the_plan() -> None:
    found = one(look(SimulatedPsa.having(AGREEMENT), JAN, JANUARY)).month
    assert amounts(found) == (20, 0, 20, 0)
    assert (found.platform.quantity, found.psa.quantity, found.once_posted.quantity) == (2, 0, 2)
    assert found.difference == 0


def test_rule_145_after_posting_everything_agrees() -> None:
    psa = posted_january()
    found = one(look(psa, JAN, JANUARY))
    assert amounts(found.month) == (20, 20, 20, 0)
    assert found.alerts == {}


def test_rule_145_last_month_is_beside_it() -> None:
    psa = posted_january()
    dearer = mapped(priced(line("L2", FEB), "2", "10.50"))
    found = one(look(psa, FEB, dearer, last=[JANUARY]))
    assert amounts(found.month) == (21, 20, 21, 20)
    assert found.alerts == {}


def test_rule_145_an_edit_by_hand_is_over_or_under_billing() -> None:
    psa = posted_january()
    (addition,) = psa.all_additions
    psa.put(replace(addition, unit_price=Decimal(11), total=Decimal(22)))
    more = one(look(psa, JAN, JANUARY))
    assert more.month.difference == 2
    assert more.alerts == {Alert.OVER_BILLED: "ConnectWise will bill 2.00 EUR more than the platform charges."}
    psa.put(replace(addition, bill_customer="DoNotBill"))
    less = one(look(psa, JAN, JANUARY))
    assert less.month.difference == -20
    assert set(less.alerts) == {Alert.UNDER_BILLED}


def test_rule_145_a_deleted_addition_bills_nothing_and_the_reason_is_told() -> None:
    psa = posted_january()
    psa.delete(psa.all_additions[0])
    found = one(look(psa, JAN, JANUARY))
    assert found.month.difference == -20
    assert (
        "Line L1 cannot be posted: The Addition 1001 that Bursar made was deleted" in found.alerts[Alert.UNDER_BILLED]
    )


def test_rule_145_several_blocked_lines_are_counted() -> None:
    psa = SimulatedPsa.having(company=replace(COMPANY, contact_id=None))
    found = one(
        look(psa, JAN, JANUARY, mapped(line("L3", subscription_id="S3")), mapped(line("L4", subscription_id="S4")))
    )
    assert found.alerts[Alert.UNDER_BILLED].endswith("2 lines more cannot be posted.")


def test_rule_145_what_may_only_be_previewed_is_not_billed() -> None:
    """Rule 150: in pilot mode ConnectWise stays as people have it."""
    psa = SimulatedPsa.having(AGREEMENT, additions=[by_hand(1)])
    situation = psa.situation(JAN, [mapped(line(), overrides=replace(JANUARY.overrides, keep_both=True))])
    plan = plan_company(situation, SETTINGS)
    previewed = Survey(situation, plan, withheld(plan, "Contoso"), sold=SOLD)
    (found,) = product_months(previewed, SETTINGS)
    assert amounts(found) == (20, 20, 20, 0)
    (posted,) = product_months(replace(previewed, postable=plan), SETTINGS)
    assert posted.difference == 20


def test_rule_145_products_that_the_platform_does_not_sell_are_nobodys_business() -> None:
    psa = SimulatedPsa.having(AGREEMENT, additions=[replace(by_hand(1), product_id=BACKUP)])
    assert [v.month.product_id for v in look(psa, JAN, JANUARY, sold=frozenset({LICENCE}))] == [LICENCE]
    assert [v.month.product_id for v in look(psa, JAN, JANUARY)] == [LICENCE, BACKUP]


def test_rule_145_currencies_are_never_added_up() -> None:
    psa = SimulatedPsa.having()
    dollars = mapped(line("L2", subscription_id="S2", currency="USD"))
    found = look(psa, JAN, JANUARY, dollars)
    assert [(v.month.currency, *amounts(v.month)) for v in found] == [("EUR", 20, 0, 20, 0), ("USD", 20, 0, 20, 0)]


def test_rule_107_quantity_one_at_the_total_counts_with_the_lines_quantity() -> None:
    odd = mapped(line(quantity=Decimal(7), unit_price=Decimal("1.43"), total=Decimal("10.00")))
    psa = posted_january(odd)
    assert psa.all_additions[0].quantity == 1
    found = one(look(psa, JAN, odd)).month
    assert (found.platform.quantity, found.psa.quantity, found.difference) == (7, 7, 0)


def test_rule_108_a_markup_is_no_variance() -> None:
    marked_up = replace(SETTINGS, price=PricePolicy(PriceSource.MARKUP_PERCENT, Decimal(50)))
    cheap = mapped(line(unit_cost=Decimal(8)))
    psa = SimulatedPsa.having(AGREEMENT)
    assert amounts(one(look(psa, JAN, cheap, settings=marked_up)).month) == (24, 0, 24, 0)
    run(psa, JAN, cheap, settings=marked_up)
    assert amounts(one(look(psa, JAN, cheap, settings=marked_up)).month) == (24, 24, 24, 0)
    assert amounts(one(look(psa, JAN, cheap)).month) == (24, 24, 24, 0)  # rule 24: it was posted with the markup


@pytest.mark.parametrize("newer", [None, priced(CYCLE_FEE, "1", "10")])
def test_rule_56_a_posted_line_counts_as_its_source_has_it_now(newer: InvoiceLine | None) -> None:
    psa = posted_january()
    found = one(look(psa, JAN, JANUARY, restated={"L1": newer}))
    assert found.month.difference == (20 if newer is None else 10)
    assert Alert.OVER_BILLED in found.alerts


def test_a_line_that_a_person_bills_by_hand_meets_their_addition() -> None:
    psa = SimulatedPsa.having(AGREEMENT, additions=[by_hand(1)])
    found = one(look(psa, JAN, by_hand=[JANUARY]))
    assert amounts(found.month) == (20, 20, 20, 0)
    assert found.alerts == {}


def test_rule_90_a_single_charge_of_another_month_is_not_this_months() -> None:
    """A usage fee is charged in arrears: its dates lie before the month of its invoice."""
    psa = SimulatedPsa.having(replace(AGREEMENT, next_invoice=date(2026, 1, 1)))
    usage = mapped(replace(in_month(USAGE, FEB, "U2"), charge_start=JAN.first, charge_end=JAN.last))
    run(psa, JAN, JANUARY)
    run(psa, FEB, FEBRUARY, usage)
    assert [v.month.difference for v in look(psa, FEB, FEBRUARY, usage, last=[JANUARY])] == [0]
    assert [v.month.difference for v in look(psa, JAN, JANUARY)] == [0]
    (single,) = (a for a in psa.all_additions if a.cancelled)
    psa.put(replace(single, cancelled=None))
    assert one(look(psa, JAN, JANUARY)).month.difference == 20


# rule 149: cancelled, but still billed


def test_rule_149_what_vanished_is_still_billed_until_the_plan_is_posted() -> None:
    others = [mapped(line(f"L{n}", subscription_id=f"S{n}")) for n in range(3, 7)]
    psa = posted_january(JANUARY, *others)
    going_on = [mapped(line(f"F{n}", FEB, subscription_id=f"S{n}")) for n in range(3, 7)]
    found = one(look(psa, FEB, *going_on, last=[JANUARY, *others]))
    assert found.alerts[Alert.STILL_BILLED] == (
        f"Addition 1001 on '{OURS}' still bills Office for Contoso at 20.00 EUR, and the platform charges nothing for"
        " it in 2026-02. This plan ends it on 2026-01-31."
    )
    assert found.month.difference == 0
    run(psa, FEB, *going_on)
    assert Alert.STILL_BILLED not in one(look(psa, FEB, *going_on)).alerts


def test_rule_149_a_month_that_is_not_complete_ends_nothing() -> None:
    found = one(look(posted_january(), FEB, last=[JANUARY], complete=False))
    assert set(found.alerts) == {Alert.STILL_BILLED, Alert.OVER_BILLED}
    assert found.alerts[Alert.STILL_BILLED].endswith("in 2026-02.")


def test_rule_149_additions_made_by_hand_without_a_line() -> None:
    psa = SimulatedPsa.having(AGREEMENT, additions=[by_hand(1)])
    found = one(look(psa, JAN))
    assert found.alerts[Alert.STILL_BILLED].startswith(
        f"Addition 1 on '{OURS}' still bills the product, made by hand, at 20.00 EUR"
    )
    ending = SimulatedPsa.having(AGREEMENT, additions=[replace(by_hand(1), cancelled=JAN.last)])
    assert set(one(look(ending, JAN)).alerts) == {Alert.OVER_BILLED}
    ended = SimulatedPsa.having(AGREEMENT, additions=[replace(by_hand(1), cancelled=date(2025, 12, 31))])
    assert look(ended, JAN) == []


@pytest.mark.parametrize(
    "closed", [{"cancelled": True}, {"status": "Expired"}, {"end": date(2025, 12, 31)}, {"start": date(2026, 2, 1)}]
)
def test_rule_149_a_closed_agreement_bills_nothing(closed: dict[str, object]) -> None:
    assert look(SimulatedPsa.having(replace(AGREEMENT, **closed), additions=[by_hand(1)]), JAN) == []


# rule 147: thresholds


@pytest.mark.parametrize(
    ("quantity", "alerted"), [("10", False), ("11", False), ("12", True), ("8", True), ("0", True)]
)
def test_rule_147_quantity_against_last_month(quantity: str, *, alerted: bool) -> None:
    last = mapped(priced(line(), "10", "10"))
    found = one(look(posted_january(last), FEB, mapped(priced(line("L2", FEB), quantity, "10")), last=[last]))
    assert (Alert.QUANTITY_CHANGE in found.alerts) is alerted


def test_rule_147_the_sentence_says_both_quantities() -> None:
    last = mapped(priced(line(), "10", "10"))
    found = one(look(posted_january(last), FEB, mapped(priced(line("L2", FEB), "15", "10")), last=[last]))
    assert found.alerts[Alert.QUANTITY_CHANGE] == "The quantity is 15, last month 10 (+50 %)."


def test_rule_147_a_price_against_the_same_subscription() -> None:
    psa = posted_january()
    found = one(look(psa, FEB, mapped(priced(line("L2", FEB), "2", "12.50")), last=[JANUARY]))
    assert found.alerts == {Alert.PRICE_CHANGE: "Office for Contoso costs 12.5 a unit, last month 10 (+25 %)."}
    patient = replace(SETTINGS, alert_share=Decimal("0.25"))
    assert (
        one(look(psa, FEB, mapped(priced(line("L2", FEB), "2", "12.50")), last=[JANUARY], settings=patient)).alerts
        == {}
    )


def test_rule_92_a_pro_rated_purchase_fee_is_no_price_change() -> None:
    first = mapped(priced(line(charge_type=ChargeType.PURCHASE_FEE), "2", "5"))
    found = one(look(posted_january(first), FEB, FEBRUARY, last=[first]))
    assert found.alerts == {}


def test_rule_147_single_charges_are_compared_with_nothing() -> None:
    psa = posted_january()
    usage = mapped(in_month(priced(USAGE, "500", "0.10"), FEB, "U2"))
    assert one(look(psa, FEB, FEBRUARY, usage, last=[JANUARY])).alerts == {}


# rule 148: new subscriptions without an Agreement


def test_rule_148_a_new_subscription_for_which_an_agreement_is_made() -> None:
    found = one(look(SimulatedPsa.having(), JAN, JANUARY))
    assert found.alerts == {
        Alert.NEW_WITHOUT_AGREEMENT: (
            "Office for Contoso is new, and no Agreement takes it yet. This plan makes a new one."
        )
    }


def test_rule_148_a_new_subscription_that_no_agreement_takes() -> None:
    psa = SimulatedPsa.having(company=replace(COMPANY, contact_id=None))
    found = one(look(psa, JAN, JANUARY))
    assert "no Agreement takes it yet. Contoso Ltd has no contact" in found.alerts[Alert.NEW_WITHOUT_AGREEMENT]
    assert Alert.UNDER_BILLED in found.alerts


def test_rule_148_known_subscriptions_and_those_with_an_agreement_are_not_new() -> None:
    assert one(look(SimulatedPsa.having(AGREEMENT), JAN, JANUARY)).alerts == {}
    known = one(look(SimulatedPsa.having(), FEB, FEBRUARY, last=[JANUARY]))
    assert Alert.NEW_WITHOUT_AGREEMENT not in known.alerts


# rule 151: the set-up of Agreements


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "has Prorate off"),
        ({"prorates": True, "billing_cycle": "Annually"}, "is invoiced annually"),
        ({"prorates": True, "billing_cycle": "Quarterly"}, "has the billing cycle Quarterly, not Monthly"),
        ({"prorates": True, "next_invoice": date(2026, 1, 15)}, "is invoiced from 2026-01-15 to 2026-02-14"),
    ],
)
def test_rule_151_agreements_that_lines_go_to(facts: dict[str, object], words: str) -> None:
    psa = SimulatedPsa.having(replace(OTHER, **facts))
    found = one(look(psa, JAN, mapped(line(charge_start=date(2026, 1, 15), charge_end=date(2026, 2, 14)), OTHER.id)))
    assert found.alerts[Alert.AGREEMENT_SETUP].startswith(f"'{OTHER.name}' {words}")


def test_rule_151_a_monthly_agreement_that_prorates_and_bursars_own_are_fine() -> None:
    psa = SimulatedPsa.having(AGREEMENT, replace(OTHER, prorates=True, billing_cycle="Monthly"))
    assert one(look(psa, JAN, JANUARY, mapped(line("L3", subscription_id="S3"), OTHER.id))).alerts == {}


def test_no_name_of_an_alert_is_a_part_of_another() -> None:
    assert [(a, b) for a in Alert for b in Alert if a != b and a in b] == []


# properties


def differences(psa: SimulatedPsa, step: Step, settings: BillingSettings = TRUSTING) -> list[Decimal]:
    return [v.month.difference for v in look(psa, step.month, *step.lines, settings=settings)]


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=100)
def test_a_posted_month_has_no_difference(history: list[Step]) -> None:
    """Rule 145, whatever happened in the months before; and before it is posted its plan has none either."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        assert set(differences(psa, step)) <= {Decimal(0)}
        post_month(psa, step)
        found = look(psa, step.month, *step.lines, settings=TRUSTING)
        assert [v.month for v in found if v.month.difference or v.month.psa != v.month.once_posted] == []
        if step.invoiced:
            psa.invoice_through(step.month)
            assert set(differences(psa, step)) <= {Decimal(0)}


@given(histories(Shape(from_the_first=False)))
@settings(UNHURRIED, max_examples=60)
def test_the_same_with_billing_days_within_the_month(history: list[Step]) -> None:
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        post_month(psa, step)
        assert set(differences(psa, step)) <= {Decimal(0)}
        if step.invoiced:
            psa.invoice_through(step.month)


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=60)
def test_the_same_when_every_month_ends_by_rule(history: list[Step]) -> None:
    """Rule 18: each month then has an Addition of its own."""
    ends = dict.fromkeys((ChargeType.CYCLE_FEE, ChargeType.PURCHASE_FEE), EndRule.LAST_DAY_OF_INVOICE_MONTH)
    ending = replace(TRUSTING, rules=ChargeRules(end=ends))
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        post_month(psa, step, ending)
        assert set(differences(psa, step, ending)) <= {Decimal(0)}


@given(histories(Shape()))
@settings(UNHURRIED, max_examples=60)
def test_months_before_have_no_difference_either(history: list[Step]) -> None:
    """What later months did to an Addition does not change what an earlier one was billed."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in history:
        post_month(psa, step)
        if step.invoiced:
            psa.invoice_through(step.month)
    for step in history:
        assert set(differences(psa, step)) <= {Decimal(0)}, step.month


def _spent(source: MappedLine, mess: Mess) -> MappedLine:
    """A posted line's consent to post again is spent, as the use case notes it."""
    if source.line.line_id not in mess.psa.traces:
        return source
    return replace(source, overrides=replace(source.overrides, post_again=False, overwrite=False))


@given(messes())
@settings(UNHURRIED, max_examples=150)
def test_what_the_plan_promises_is_what_posting_brings(mess: Mess) -> None:
    """Whatever people did before: the figures once posted are the figures after it was posted."""
    promised = {(v.month.product_id, v.month.currency): v.month.once_posted.amount for v in _of(mess)}
    plan = plan_company(
        mess.psa.situation(FEB, mess.lines, complete=mess.complete, confirmed=mess.confirmed), mess.settings
    )
    mess.psa.post(plan, mess.lines)
    after = mess._replace(lines=[_spent(line, mess) for line in mess.lines])
    brought = {(v.month.product_id, v.month.currency): v.month.psa.amount for v in _of(after)}
    for key in promised.keys() | brought.keys():
        assert brought.get(key, 0) == promised.get(key, 0)


@given(messes())
@settings(UNHURRIED, max_examples=60)
def test_every_line_is_in_one_row_and_no_cent_is_lost(mess: Mess) -> None:
    found = _of(mess)
    charged = sorted(c.line.line_id for v in found for c in v.month.charges)
    assert charged == sorted(item.line.line_id for item in mess.lines)
    total = sum((v.month.platform.amount for v in found), Decimal(0))
    assert total == sum((to_cents(item.line.total) for item in mess.lines), Decimal(0))
    for variance in found:
        assert (Alert.OVER_BILLED in variance.alerts) is (variance.month.difference > 0)
        assert (Alert.UNDER_BILLED in variance.alerts) is (variance.month.difference < 0)
        assert all(sentence.endswith(".") for sentence in variance.alerts.values())


def _of(mess: Mess) -> list[Variance]:
    situation = mess.psa.situation(FEB, mess.lines, complete=mess.complete, confirmed=mess.confirmed)
    plan = plan_company(situation, mess.settings)
    survey = Survey(situation, plan, plan, sold=SOLD)
    return variances(survey, mess.settings, product_months(survey, mess.settings))


def test_the_marker_of_a_subscription_is_not_needed_when_there_is_a_link() -> None:
    """Somebody cleared the field that holds Bursar's key: the Addition is still ours."""
    psa = posted_january()
    psa.put(replace(psa.all_additions[0], marker=""))
    found = one(look(psa, FEB, last=[JANUARY], complete=False))
    assert "still bills Office for Contoso" in found.alerts[Alert.STILL_BILLED]
    assert psa.links[1001].marker == series()
