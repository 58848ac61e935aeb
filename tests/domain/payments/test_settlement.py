"""What one source says of one invoice."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bursar.domain.payments.settlement import Settlement, fault_of, joined
from tests.domain.payments.invoices import cash, credit, says


def test_credits_that_come_to_nothing_are_none() -> None:
    settlement = says(credit(40), credit(-40), credit(5, "M-2"), credit("0.001", "M-3"))
    assert settlement.credits == {"M-2": Decimal(5)}
    assert says(cash(5), cash(-5)).says_something is False
    assert says(credit(5)).says_something
    assert not says(cash("0.004")).says_something


@pytest.mark.parametrize(
    ("settlement", "fault"),
    [
        (says(cash(5)), ""),
        (says(cash(5), number=" "), "names no invoice"),
        (says(cash(5), number="9" * 201), "longer than 200"),
        (says(cash(5), currency="Dollar"), "'Dollar' is no currency"),
        (says(cash("1e15")), "larger than any invoice"),
        (says(cash("NaN")), "larger than any invoice"),
        (says(cash("-Infinity")), "larger than any invoice"),
        (says(*[cash("9e14", ref=str(n)) for n in range(2)]), "come to more than any invoice"),
    ],
)
def test_what_cannot_be_used_says_why(settlement: Settlement, fault: str) -> None:
    assert fault in fault_of(settlement)
    assert bool(fault_of(settlement)) == bool(fault)


def test_rows_of_one_invoice_are_added_up() -> None:
    whole = joined([replace(says(cash(5)), currency=""), says(cash(7, 9))])
    assert (whole.cash, whole.currency, whole.newest) == (12, "USD", cash(7, 9).day)
