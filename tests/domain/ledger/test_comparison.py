"""Two ledgers side by side."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.ledger.comparison import Place, balances_of, compare_balances
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.journal import Journal, journal_of
from bursar.domain.period import Month
from tests.domain.ledger.documents import CREDIT_MEMO, INVOICE, documents

OCTOBER = Month(2026, 10)


def journals(*some: Document) -> list[Journal]:
    return [found for document in some if isinstance(found := journal_of(document), Journal)]


def test_balances_are_per_month_account_and_currency() -> None:
    later = replace(INVOICE, day=date(2026, 11, 1), currency="USD")
    balances = balances_of(journals(INVOICE, INVOICE, later))
    assert balances[Place(OCTOBER, "1200", "EUR")] == Decimal("285.60")
    assert balances[Place(OCTOBER.next, "1200", "USD")] == Decimal("142.80")


def test_a_document_and_its_credit_leave_nothing() -> None:
    assert balances_of(journals(INVOICE, CREDIT_MEMO)) == {}


def test_differences_name_the_place_and_both_sides() -> None:
    ours = balances_of(journals(INVOICE))
    theirs = ours | {Place(OCTOBER, "4000", "EUR"): Decimal("-99.99"), Place(OCTOBER, "9999", "EUR"): Decimal("-0.01")}
    found = compare_balances(ours, theirs)
    assert [(one.place.account, one.ours, one.theirs, one.amount) for one in found] == [
        ("4000", Decimal("-100.00"), Decimal("-99.99"), Decimal("-0.01")),
        ("9999", Decimal(0), Decimal("-0.01"), Decimal("0.01")),
    ]


@given(st.lists(documents(), max_size=5))
def test_books_sum_to_zero_and_agree_with_themselves(some: list[Document]) -> None:
    balances = balances_of(journals(*some))
    assert sum(balances.values(), Decimal(0)) == 0
    assert compare_balances(balances, dict(reversed(balances.items()))) == []
