"""Numbers in the styles of people and programs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile.amounts import DECIMAL_STYLES, AmountReader, checked
from bursar.connectors.billing.csvfile.fault import CellError

READ = [
    ("1,234.56", "1234.56", "1234.56"),
    ("1,234.56", "1,234.56", "1234.56"),
    ("1,234.56", "12,345,678.9", "12345678.9"),
    ("1,234.56", ".5", "0.5"),
    ("1,234.56", "+7", "7"),
    ("1,234.56", "(12.50)", "-12.50"),
    ("1,234.56", "12.50-", "-12.50"),
    ("1,234.56", "−12.50", "-12.50"),
    ("1,234.56", "$1,000.00", "1000"),
    ("1,234.56", "-$5", "-5"),
    ("1,234.56", "$-5", "-5"),
    ("1,234.56", "($5.25)", "-5.25"),
    ("1,234.56", "£ 5.25-", "-5.25"),
    ("1,234.56", "-0.00", "0"),
    ("1.234,56", "1.234,56 €", "1234.56"),
    ("1.234,56", "1234,5", "1234.5"),
    ("1 234,56", "1 234,56", "1234.56"),
    ("1 234,56", "12\u00a0345\u202f678,90", "12345678.90"),
    ("1'234.56", "1'234.56", "1234.56"),
    ("1'234.56", "1’234.56", "1234.56"),
    ("1,234.56", "35.900000000000006", "35.9"),
    ("1,234.56", "1234567890123.45", "1234567890123.45"),
    ("1,234.56", "0.0000000000000001", "0"),
]
REFUSED = [
    ("1,234.56", "12,50"),
    ("1,234.56", "1,23,456.78"),
    ("1,234.56", "1.234.567"),
    ("1,234.56", "12.50.00"),
    ("1.234,56", "12.50"),
    ("1 234,56", "1 23,45"),
    ("1,234.56", ""),
    ("1,234.56", "."),
    ("1,234.56", "5."),
    ("1,234.56", "(5"),
    ("1,234.56", "5)"),
    ("1,234.56", "(-5)"),
    ("1,234.56", "-5-"),
    ("1,234.56", "5 %"),
    ("1,234.56", "1e5"),
    ("1,234.56", "NaN"),
    ("1,234.56", "12 USD"),
    ("1,234.56", "١٢"),
    ("1,234.56", "99999999999999"),
]


@pytest.mark.parametrize(("style", "text", "value"), READ)
def test_reads(style: str, text: str, value: str) -> None:
    assert AmountReader(style).read(text) == Decimal(value)


@pytest.mark.parametrize(("style", "text"), REFUSED)
def test_refuses(style: str, text: str) -> None:
    with pytest.raises(CellError):
        AmountReader(style).read(text)


def test_marks_of_the_profile_are_set_aside() -> None:
    reader = AmountReader("1 234,56", ["kr", "kr."])
    assert reader.read("-1 234,50 kr.") == Decimal("-1234.50")
    assert reader.read("KR 5") == Decimal(5)
    with pytest.raises(CellError):
        reader.read("5 krone")


@pytest.mark.parametrize("style", DECIMAL_STYLES)
def test_a_zero_has_no_sign(style: str) -> None:
    assert str(AmountReader(style).read("(0)")) in {"0", "0.00"}


@given(st.decimals(-(10**12), 10**12, places=2))
def test_cents_are_never_taken_for_noise(amount: Decimal) -> None:
    assert checked(amount) == amount


@given(st.integers(-(10**9), 10**9))
def test_noise_of_a_float_goes_away(cents: int) -> None:
    noisy = Decimal(repr((cents / 100 + 0.1) - 0.1))
    assert abs(checked(noisy) - Decimal(cents) / 100) < Decimal("0.000001")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+999999999", "1E+14"])
def test_numbers_that_no_invoice_has(text: str) -> None:
    with pytest.raises(CellError):
        checked(Decimal(text))
