from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from bursar.domain.additions.situation import BillingSettings, MappedLine, PricePolicy, PriceSource
from bursar.domain.additions.wanted import Wanted, as_one_time, is_partial, one_per_series, subject_of, want
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from bursar.domain.money import Priced
from bursar.domain.plan import Blocked
from bursar.domain.rules import ChargeRules, EndRule, Overrides, StartRule
from tests.domain.additions.histories import PRICES, QUANTITIES, TOTALS
from tests.domain.samples import (
    BACKUP,
    BUNDLE,
    CYCLE_FEE,
    LICENCE,
    PRODUCTS,
    RETIRED,
    SCOPE,
    SETTINGS,
    USAGE,
    mapped,
    series,
    single,
)


def wanted(source: MappedLine | InvoiceLine, settings: BillingSettings = SETTINGS) -> Wanted:
    found = want(source if isinstance(source, MappedLine) else mapped(source), settings, PRODUCTS)
    assert isinstance(found, Wanted)
    return found


def refused(source: MappedLine | InvoiceLine, settings: BillingSettings = SETTINGS) -> Blocked:
    found = want(source if isinstance(source, MappedLine) else mapped(source), settings, PRODUCTS)
    assert isinstance(found, Blocked)
    return found


def with_price(source: PriceSource, markup: str = "0") -> BillingSettings:
    return replace(SETTINGS, price=PricePolicy(source, Decimal(markup)))


def test_rules_75_and_81_a_line_becomes_one_addition() -> None:
    item = wanted(replace(CYCLE_FEE, unit_cost=Decimal("7.5")))
    assert item.priced == Priced(Decimal(2), Decimal(10))
    assert item.unit_cost == Decimal("7.5")
    assert (item.effective, item.cancelled) == (date(2026, 1, 1), None)
    assert item.money == CYCLE_FEE.money


def test_rule_82_the_description_is_subscription_and_sent_charge_name() -> None:
    renamed = replace(SETTINGS, rules=ChargeRules(names={ChargeType.CYCLE_FEE: "Monthly fee"}))
    assert wanted(CYCLE_FEE).description == "Office for Contoso - Cycle Fee"
    assert wanted(CYCLE_FEE, renamed).description == "Office for Contoso - Monthly fee"


def test_rule_82_the_offer_stands_in_for_a_subscription_without_a_name() -> None:
    assert wanted(replace(USAGE, subscription_name="")).description == "Storage - Usage Fee"


@pytest.mark.parametrize(
    ("product", "code"), [(BUNDLE, "product_is_bundle"), (RETIRED, "product_inactive"), (999, "product_missing")]
)
def test_rule_49_and_t1_products_that_cannot_be_additions(product: int, code: str) -> None:
    assert refused(mapped(CYCLE_FEE, product_id=product)).code == code


def test_rule_68_reversed_dates_are_blocked() -> None:
    rules = ChargeRules(start={BillingCycle.MONTHLY: StartRule.FIRST_DAY_OF_NEXT_MONTH})
    line = replace(USAGE, charge_start=date(2026, 1, 15))
    blocked = refused(line, replace(SETTINGS, rules=rules))
    assert blocked.code == "dates_reversed"
    assert blocked.total == line.money


def test_rule_68_the_end_rule_of_the_following_month_goes_with_the_start_rule() -> None:
    rules = ChargeRules(
        start={BillingCycle.MONTHLY: StartRule.FIRST_DAY_OF_NEXT_MONTH},
        end={ChargeType.USAGE_FEE: EndRule.FIRST_DAY_OF_FOLLOWING_MONTH},
    )
    item = wanted(replace(USAGE, charge_start=date(2026, 1, 15)), replace(SETTINGS, rules=rules))
    assert (item.effective, item.cancelled) == (date(2026, 2, 1), date(2026, 2, 1))


@pytest.mark.parametrize("total", ["-12.30", "12.30"])
def test_rule_100_a_correction_keeps_its_sign(total: str) -> None:
    line = replace(USAGE, charge_type=ChargeType.CORRECTION, total=Decimal(total))
    item = wanted(line)
    assert item.money.amount == Decimal(total)
    assert not item.recurring


@pytest.mark.parametrize("source", [PriceSource.CATALOG, PriceSource.MARKUP_PERCENT, PriceSource.MARKUP_AMOUNT])
@pytest.mark.parametrize("charge_type", [ChargeType.CORRECTION, ChargeType.USER_CORRECTION, ChargeType.CYCLE_FEE])
def test_rule_100_a_credit_is_the_platforms_amount_under_every_price_policy(
    source: PriceSource, charge_type: ChargeType
) -> None:
    line = replace(CYCLE_FEE, charge_type=charge_type, total=Decimal("-3.12"), unit_cost=Decimal(8))
    assert wanted(line, with_price(source, "10")).money.amount == Decimal("-3.12")


def test_rule_110_a_positive_correction_is_an_amount_of_its_own_too() -> None:
    line = replace(USAGE, charge_type=ChargeType.CORRECTION, total=Decimal("4.52"))
    assert wanted(line, with_price(PriceSource.CATALOG)).money.amount == Decimal("4.52")


def test_rule_101_a_custom_invoice_line_is_keyed_by_its_line() -> None:
    item = wanted(replace(CYCLE_FEE, charge_type=ChargeType.USER_CORRECTION, subscription_id=None, line_id="C1"))
    assert item.marker == single("C1")


def test_rule_101_a_recurring_line_without_subscription_is_a_single_charge_with_an_end() -> None:
    item = wanted(replace(CYCLE_FEE, subscription_id=""))
    assert item.marker == single("L1")
    assert item.cancelled == CYCLE_FEE.charge_end


def test_rule_103_a_zero_line_is_posted_by_default() -> None:
    assert wanted(replace(CYCLE_FEE, total=Decimal(0))).money.amount == 0


def test_rule_104_negative_lines_can_be_withheld_until_approved() -> None:
    holding = replace(SETTINGS, hold_negative_lines=True)
    credit = replace(USAGE, total=Decimal("-5.00"))
    blocked = refused(credit, holding)
    assert (blocked.code, blocked.total) == ("withheld_for_review", credit.money)
    assert wanted(mapped(credit, overrides=Overrides(approved=True)), holding).money == credit.money
    assert wanted(replace(USAGE, total=Decimal(0)), holding).money.amount == 0


def test_rule_107_the_quantity_that_gave_way_stays_in_the_description() -> None:
    line = replace(CYCLE_FEE, quantity=Decimal(300), unit_price=Decimal("0.0333"), total=Decimal("10.00"))
    item = wanted(replace(line, unit_cost=Decimal("0.02")))
    assert item.priced == Priced(Decimal(1), Decimal(10), kept_quantity=Decimal(300))
    assert item.description == "Office for Contoso - Cycle Fee (300 × 0.0333)"
    assert item.unit_cost == Decimal("6.00")


@given(QUANTITIES, PRICES, TOTALS)
def test_rule_107_the_platforms_total_is_law(quantity: Decimal, price: Decimal, total: Decimal) -> None:
    line = replace(CYCLE_FEE, quantity=quantity, unit_price=price, total=total)
    assert wanted(line).money == line.money


def test_rule_108_the_platforms_price_is_the_default() -> None:
    assert wanted(replace(CYCLE_FEE, unit_cost=Decimal(4))).priced.unit_price == 10


@pytest.mark.parametrize(
    ("settings", "price", "total"),
    [
        (with_price(PriceSource.CATALOG), "12.50", "25.00"),
        (with_price(PriceSource.MARKUP_PERCENT, "12.5"), "8.4375", "16.88"),
        (with_price(PriceSource.MARKUP_AMOUNT, "1.25"), "8.75", "17.50"),
    ],
)
def test_rule_108_other_prices(settings: BillingSettings, price: str, total: str) -> None:
    item = wanted(replace(CYCLE_FEE, unit_cost=Decimal("7.50")), settings)
    assert item.priced.unit_price == Decimal(price)
    assert item.priced.quantity == 2
    assert item.money.amount == Decimal(total)


def test_rule_108_a_customer_may_have_a_policy_of_its_own() -> None:
    settings = replace(SETTINGS, price_by_organization={"org-1": PricePolicy(PriceSource.CATALOG)})
    assert wanted(CYCLE_FEE, settings).priced.unit_price == Decimal("12.50")
    assert wanted(replace(CYCLE_FEE, organization_id="org-2"), settings).priced.unit_price == 10


@pytest.mark.parametrize("source", [PriceSource.CATALOG, PriceSource.MARKUP_PERCENT, PriceSource.MARKUP_AMOUNT])
def test_rule_108_a_price_that_is_not_there_is_blocked(source: PriceSource) -> None:
    assert refused(mapped(CYCLE_FEE, product_id=BACKUP), with_price(source)).code == "price_unknown"


def items(*sources: tuple[InvoiceLine, int]) -> list[Wanted]:
    return [wanted(mapped(line, product_id=product)) for line, product in sources]


FIRST_HALF = replace(CYCLE_FEE, line_id="A", charge_end=date(2026, 1, 14))
SECOND_HALF = replace(CYCLE_FEE, line_id="B", charge_start=date(2026, 1, 15), charge_end=date(2026, 2, 14))


def test_rules_89_and_92_purchase_fee_and_cycle_fee_share_the_addition() -> None:
    assert wanted(replace(CYCLE_FEE, charge_type=ChargeType.PURCHASE_FEE)).marker == wanted(CYCLE_FEE).marker


def test_rule_89_of_several_recurring_lines_the_latest_start_persists() -> None:
    found = {w.line.line_id: w for w in one_per_series(items((FIRST_HALF, LICENCE), (SECOND_HALF, LICENCE)), SCOPE, {})}
    assert (found["B"].marker, found["B"].cancelled) == (series(), None)
    assert (found["A"].marker, found["A"].cancelled) == (single("A"), date(2026, 1, 14))


def test_rules_89_and_92_a_cycle_fee_persists_before_a_purchase_fee() -> None:
    bought = replace(SECOND_HALF, charge_type=ChargeType.PURCHASE_FEE)
    lines = items((FIRST_HALF, LICENCE), (bought, LICENCE))
    assert {w.line.line_id: w.recurring for w in one_per_series(lines, SCOPE, {})} == {"A": True, "B": False}


def test_rule_89_the_line_with_the_product_in_force_persists() -> None:
    lines = items((FIRST_HALF, LICENCE), (SECOND_HALF, BACKUP))
    found = {w.line.line_id: w.recurring for w in one_per_series(lines, SCOPE, {series().series: LICENCE})}
    assert found == {"A": True, "B": False}


def test_rule_89_a_persistent_line_that_was_posted_leaves_single_charges() -> None:
    found = one_per_series(items((SECOND_HALF, LICENCE)), SCOPE, {}, taken={series().series})
    assert [w.marker for w in found] == [single("B")]


def test_rule_89_a_line_that_was_posted_as_single_charge_stays_one() -> None:
    lines = items((FIRST_HALF, LICENCE), (SECOND_HALF, LICENCE))
    found = {w.line.line_id: w.recurring for w in one_per_series(lines, SCOPE, {}, single={"B"})}
    assert found == {"A": True, "B": False}


@pytest.mark.parametrize(
    ("start", "end", "cancelled"),
    [
        (date(2026, 1, 1), date(2026, 1, 14), date(2026, 1, 14)),
        (date(2026, 1, 15), date(2026, 2, 14), date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 31)),
    ],
)
def test_rule_90_a_recurring_line_as_single_charge_ends_within_its_month(
    start: date, end: date, cancelled: date
) -> None:
    item = as_one_time(wanted(replace(CYCLE_FEE, charge_start=start, charge_end=end)), SCOPE)
    assert item.cancelled == cancelled


def test_rule_90_an_end_that_was_set_is_kept() -> None:
    source = mapped(CYCLE_FEE, overrides=Overrides(charge_end=date(2026, 1, 20)))
    assert as_one_time(wanted(source), SCOPE).cancelled == date(2026, 1, 20)


@pytest.mark.parametrize(
    ("effective", "cancelled", "period_day", "partial"),
    [
        (date(2026, 1, 1), None, 1, False),
        (date(2026, 1, 2), None, 1, True),
        (date(2026, 1, 1), date(2026, 1, 31), 1, False),
        (date(2026, 1, 1), date(2026, 1, 30), 1, True),
        (date(2026, 1, 1), date(2026, 3, 31), 1, False),
        (date(2026, 1, 15), date(2026, 2, 14), 15, False),
        (date(2026, 1, 15), None, 1, True),
    ],
)
def test_rule_111_what_is_a_part_of_a_period(
    effective: date, cancelled: date | None, period_day: int, *, partial: bool
) -> None:
    assert is_partial(effective, cancelled, period_day) is partial


def test_a_line_is_recognised_by_customer_subscription_or_offer_charge_and_invoice() -> None:
    assert subject_of(CYCLE_FEE) == "Contoso: Office for Contoso, Cycle Fee (INV-1, L1)"
    assert subject_of(replace(USAGE, subscription_name="")) == "Contoso: Storage, Usage Fee (INV-1, U1)"
