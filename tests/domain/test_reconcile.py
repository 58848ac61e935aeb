from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.money import Money, Totals
from bursar.domain.reconcile import Expectation, Reconciliation

AMOUNTS = st.decimals(-1000, 1000, places=2)
EXPECTATIONS = st.builds(
    Expectation,
    key=st.text(max_size=3),
    planned=st.builds(Money, AMOUNTS, st.sampled_from(["EUR", "USD"])),
    posted=st.one_of(st.none(), AMOUNTS),
    read_back=st.one_of(st.none(), AMOUNTS),
)


def euro(planned: str, posted: str | None, read_back: str | None) -> Expectation:
    given_back = [None if text is None else Decimal(text) for text in (posted, read_back)]
    return Expectation("key", Money(Decimal(planned), "EUR"), *given_back)


def test_equal_amounts_balance_whatever_their_digits() -> None:
    result = Reconciliation()
    result.add([euro("10.00", "10", "10.0"), euro("-3", "-3.00", "-3")])
    assert result.balanced
    assert result.verdict == "balanced"


@pytest.mark.parametrize(
    ("posted", "read_back"), [("10", None), (None, "10"), (None, None), ("10", "9.99"), ("9.99", "10")]
)
def test_silence_and_other_amounts_are_differences(posted: str | None, read_back: str | None) -> None:
    result = Reconciliation()
    result.add([euro("10", posted, read_back)])
    assert not result.balanced
    assert result.differences == [euro("10", posted, read_back)]


def test_the_verdict_says_how_much_is_missing() -> None:
    result = Reconciliation()
    result.add([euro("10", "10", "10"), euro("5", "5", "3.50"), euro("2", None, None)])
    assert result.verdict == "differs by 3.50 EUR in 2 record(s)"


def test_differences_that_cancel_out_are_still_differences() -> None:
    result = Reconciliation()
    result.add([euro("5", "6", "6"), euro("6", "5", "5")])
    assert result.verdict == "differs by 0.00 EUR in 2 record(s)"


def test_the_verdict_leaves_out_currencies_that_agree() -> None:
    dollars = Expectation("other", Money(Decimal(115), "USD"), None, None)
    result = Reconciliation()
    result.add([euro("10", "10", "10"), dollars])
    assert result.verdict == "differs by 115.00 USD in 1 record(s)"
    result.add([euro("2", "2", "1")])
    assert result.verdict == "differs by 1.00 EUR + 115.00 USD in 2 record(s)"


@given(st.lists(EXPECTATIONS), st.lists(EXPECTATIONS))
def test_it_balances_exactly_when_every_record_agrees(first: list[Expectation], second: list[Expectation]) -> None:
    result = Reconciliation()
    result.add(first)
    result.add(second)
    every = first + second
    assert result.balanced == all(item.posted == item.planned.amount == item.read_back for item in every)
    assert result.planned == Totals(item.planned for item in every)
    if result.balanced:
        assert result.planned == result.posted == result.read_back
