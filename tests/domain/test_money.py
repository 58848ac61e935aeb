from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import CurrencyMismatch
from bursar.domain.money import UNIT_PRICE_STEP, Money, Priced, Totals, price_to_total, to_cents

AMOUNTS = st.decimals(-(10**9), 10**9, places=2)
PRECISE = st.decimals(-(10**6), 10**6, places=6)
MONIES = st.lists(st.builds(Money, AMOUNTS, st.sampled_from(["EUR", "USD", "GBP"])), max_size=8)


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", "0.01"), ("0.0049", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("7", "7.00")]
)
def test_cents_are_rounded_half_up_away_from_zero(amount: str, cents: str) -> None:
    assert to_cents(Decimal(amount)) == Decimal(cents)


def test_rule_106_currencies_are_never_added_to_each_other() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")


def test_money_of_one_currency_adds_up() -> None:
    assert Money(Decimal("0.10"), "EUR") + Money(Decimal("0.20"), "EUR") == Money(Decimal("0.30"), "EUR")


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.5", "1,234.50 EUR"), ("-3", "-3.00 EUR"), ("-0.001", "0.00 EUR"), ("0.125", "0.13 EUR")]
)
def test_money_reads_as_a_person_writes_it(amount: str, text: str) -> None:
    assert str(Money(Decimal(amount), "EUR")) == text


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("2", "10", "20.00"), ("3", "0.3333", "1.00"), ("-1", "4.5", "-4.50"), ("0", "9", "0")],
)
def test_rule_107_quantity_and_price_stay_when_they_give_the_total(quantity: str, price: str, total: str) -> None:
    found = price_to_total(Decimal(quantity), Decimal(price), Decimal(total))
    assert found == Priced(Decimal(quantity), Decimal(price))


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("3", "3.33", "10.00"), ("1", "10", "4.52"), ("5", "2", "-10"), ("0", "9", "1"), ("1000", "0.00004", "0.04")],
)
def test_rule_107_else_quantity_one_at_the_total(quantity: str, price: str, total: str) -> None:
    found = price_to_total(Decimal(quantity), Decimal(price), Decimal(total))
    assert found == Priced(Decimal(1), Decimal(total), kept_quantity=Decimal(quantity))


@given(PRECISE, PRECISE, st.one_of(AMOUNTS, PRECISE))
def test_rule_107_the_total_is_reproduced_to_the_cent(quantity: Decimal, price: Decimal, total: Decimal) -> None:
    found = price_to_total(quantity, price, total)
    assert found.total == to_cents(total)
    assert found.unit_price == found.unit_price.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)
    assert found.kept_quantity in {None, quantity}


@given(PRECISE, st.decimals(-(10**4), 10**4, places=4))
def test_rule_107_a_consistent_line_keeps_its_quantity(quantity: Decimal, price: Decimal) -> None:
    assert price_to_total(quantity, price, to_cents(quantity * price)).kept_quantity is None


def merged(*parts: Totals) -> Totals:
    result = Totals()
    for part in parts:
        result.merge(part)
    return result


@given(MONIES, MONIES, MONIES)
def test_totals_are_commutative_and_associative(first: list[Money], second: list[Money], third: list[Money]) -> None:
    a, b, c = Totals(first), Totals(second), Totals(third)
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c)) == Totals([*third, *first, *second])


@given(MONIES)
def test_totals_hold_one_sum_per_currency_that_occurred(monies: list[Money]) -> None:
    totals = Totals(monies)
    assert set(totals) == {money.currency for money in monies}
    for currency in totals:
        assert totals[currency] == sum(money.amount for money in monies if money.currency == currency)


def test_totals_read_in_the_order_of_currencies() -> None:
    assert str(Totals([Money(Decimal(2), "USD"), Money(Decimal(1), "EUR")])) == "1.00 EUR + 2.00 USD"
    assert str(Totals()) == "0.00"
