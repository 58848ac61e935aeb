"""Groups of lines that settle one another, divided into parts."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.books.tryton.matching import Item, matched

START = date(2026, 11, 1)


@st.composite
def groups(draw: st.DrawFn) -> list[Item]:
    """Lines that come to zero, as Tryton reconciles them."""
    amounts = draw(st.lists(st.decimals("-999.99", "999.99", places=2).filter(bool), min_size=1, max_size=8))
    amounts.append(-sum(amounts, Decimal(0)))
    return [
        Item(number, amount, START + timedelta(draw(st.integers(0, 5))), draw(st.sampled_from([None, None, 1, 2])))
        for number, amount in enumerate(amounts)
        if amount
    ]


@given(groups())
def test_every_line_is_settled_to_the_cent(group: list[Item]) -> None:
    parts = matched(group)
    settled = {item.id: Decimal(0) for item in group}
    for part in parts:
        assert part.amount > 0
        assert part.settled.amount > 0 > part.by.amount
        settled[part.settled.id] += part.amount
        settled[part.by.id] += part.amount
    assert settled == {item.id: abs(item.amount) for item in group}


@given(groups(), st.randoms())
def test_the_same_group_gives_the_same_parts(group: list[Item], chance: object) -> None:
    shuffled = list(group)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own Random
    assert matched(shuffled) == matched(group)


def test_the_oldest_is_paid_first_by_what_came_first() -> None:
    first, second = Item(1, Decimal(60), START), Item(2, Decimal(40), START + timedelta(1))
    early, late = Item(3, Decimal(-70), START), Item(4, Decimal(-30), START + timedelta(2))
    found = [(part.settled.id, part.by.id, part.amount) for part in matched([late, second, early, first])]
    assert found == [(1, 3, Decimal(60)), (2, 3, Decimal(10)), (2, 4, Decimal(30))]


def test_lines_of_one_invoice_settle_one_another_first() -> None:
    owed, given_back = Item(1, Decimal(60), START, owner=7), Item(2, Decimal(-60), START + timedelta(9), owner=7)
    other, paid = Item(3, Decimal(10), START), Item(4, Decimal(-10), START)
    found = [(part.settled.id, part.by.id) for part in matched([owed, given_back, other, paid])]
    assert found == [(1, 2), (3, 4)]
