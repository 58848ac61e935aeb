"""Rows of an invoice come to ConnectWise's total in Tryton's own arithmetic: half to even, quantities as floats."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.books.tryton.rows import rows_of, total_of
from bursar.domain.books.delivery import Delivery
from bursar.domain.ledger.documents import DocumentKind, Line, Tax
from bursar.domain.ledger.journal import Journal, JournalPolicy, journal_of
from bursar.domain.money import to_cents
from tests.connectors.books.tryton.deliveries import sample

CENT = Decimal("0.01")
KINDS = (
    *(DocumentKind.AR_INVOICE, DocumentKind.AR_CREDIT, DocumentKind.AR_DOWNPAYMENT),
    *(DocumentKind.AP_BILL_PO, DocumentKind.AP_BILL_EXPENSE, DocumentKind.AP_CREDIT),
)


def computed(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """As Tryton computes the amount of a line."""
    return (Decimal(str(float(quantity))) * unit_price).quantize(CENT, ROUND_HALF_EVEN)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    quantity = draw(st.decimals("-999.9999", "999.9999", places=draw(st.integers(0, 7))))
    price = draw(st.decimals("0.0000001", "9999", places=draw(st.integers(0, 7))))
    drift = draw(st.sampled_from(["0", "0", "0.004", "0.005", "-0.005", "3"]))
    return Line("4000", to_cents(quantity * price) + Decimal(drift), quantity=quantity, unit_price=price)


@given(st.sampled_from(KINDS), st.lists(lines(), max_size=5), st.lists(st.decimals(-99, 999, places=3), max_size=2))
def test_tryton_reaches_the_total(kind: DocumentKind, found: list[Line], taxes: list[Decimal]) -> None:
    rows = tuple(Tax("2200", amount, description="VAT") for amount in taxes)
    total = sum((to_cents(each.amount) for each in (*found, *rows)), Decimal(0))
    document = replace(sample(kind), lines=tuple(found), taxes=rows, total=total)
    policy = JournalPolicy(tolerance=Decimal(1), rounding_account="6900")
    journal = journal_of(document, policy)
    assert isinstance(journal, Journal), journal
    delivery = Delivery(document, journal, 0, "bursar:d:aaaaaaaaaaaaaaaa:0", document.day)
    made = list(rows_of(delivery))
    for row in made:
        assert row.unit_price == row.unit_price.quantize(Decimal("0.0001"))
        assert computed(row.quantity, row.unit_price) == row.amount
    assert sum((row.amount for row in made), Decimal(0)) == total_of(delivery)
