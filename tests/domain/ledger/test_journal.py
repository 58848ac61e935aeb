"""Every document balances or is refused before anything is sent (rules of money 3; peers' report 1.5)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.ledger.documents import CREDIT_KINDS, RECEIVABLE_KINDS, Document, DocumentKind, RecordType, Tax
from bursar.domain.ledger.journal import Journal, JournalPolicy, Posting, Role, journal_of
from bursar.domain.ledger.stock_accounts import StockPolicy, cogs_journal
from bursar.domain.plan import Blocked
from tests.domain.ledger.documents import ADJUSTMENT, CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE, documents

COGS = JournalPolicy(stock=StockPolicy(cogs=True))
CENTS = st.integers(1, 5000).map(lambda cents: Decimal(cents) / 100)


def journal(document: Document, policy: JournalPolicy = COGS) -> Journal:
    found = journal_of(document, policy)
    assert isinstance(found, Journal), found
    return found


def refusal(document: Document, policy: JournalPolicy = COGS) -> Blocked:
    found = journal_of(document, policy)
    assert isinstance(found, Blocked), found
    assert found.subject == document.key
    assert found.remedy
    return found


def amounts(found: Journal) -> list[tuple[str, Decimal, Role]]:
    return [(row.account, row.amount, row.role) for row in found.postings]


def test_an_invoice_with_cost_of_goods_sold() -> None:
    assert amounts(journal(INVOICE)) == [
        ("1200", Decimal("142.80"), Role.RECEIVABLE),
        ("4000", Decimal("-100.00"), Role.REVENUE),
        ("4400", Decimal("-20.00"), Role.REVENUE),
        ("2200", Decimal("-22.80"), Role.TAX),
        ("5000", Decimal("60.00"), Role.COGS),
        ("1400", Decimal("-60.00"), Role.INVENTORY),
    ]


def test_a_credit_memo_is_an_invoice_the_other_way_round() -> None:
    turned = [(account, -amount, role) for account, amount, role in amounts(journal(INVOICE))]
    assert amounts(journal(CREDIT_MEMO)) == turned


def test_a_purchase_goes_where_its_sale_will_take_it_from() -> None:
    def place(policy: StockPolicy, *, dropped: bool = False) -> tuple[str, Role]:
        line = replace(PURCHASE.lines[0], drop_shipped=dropped)
        row = journal(replace(PURCHASE, lines=(line,)), JournalPolicy(stock=policy)).postings[1]
        return row.account, row.role

    assert place(StockPolicy(cogs=True)) == ("1400", Role.INVENTORY)
    assert place(StockPolicy(cogs=False)) == ("5000", Role.EXPENSE)
    assert place(StockPolicy(cogs=True), dropped=True) == ("5000", Role.EXPENSE)
    assert place(StockPolicy(cogs=True, drop_ship_cogs=True), dropped=True) == ("1400", Role.INVENTORY)
    assert place(StockPolicy(cogs=True, purchases_as_exported=True)) == ("4000", Role.EXPENSE)


def test_a_purchase_with_its_tax() -> None:
    assert amounts(journal(PURCHASE)) == [
        ("2000", Decimal("-119.00"), Role.PAYABLE),
        ("1400", Decimal("100.00"), Role.INVENTORY),
        ("1570", Decimal("19.00"), Role.TAX),
    ]


def test_expenses_are_owed_to_the_member() -> None:
    assert [row.amount for row in journal(EXPENSES).postings] == [
        Decimal("-33.95"),
        Decimal("2.45"),
        Decimal("31.50"),
    ]


def test_an_adjustment_is_offset_where_each_line_says() -> None:
    assert amounts(journal(ADJUSTMENT)) == [
        ("5900", Decimal("50.00"), Role.OFFSET),
        ("5910", Decimal("-20.00"), Role.OFFSET),
        ("1400", Decimal("-50.00"), Role.INVENTORY),
        ("1410", Decimal("20.00"), Role.INVENTORY),
    ]


def test_the_cost_of_goods_sold_as_a_document_of_its_own() -> None:
    costs = cogs_journal(INVOICE, COGS.stock)
    assert costs is not None
    assert costs.kind is DocumentKind.COGS_JOURNAL
    assert amounts(journal(costs)) == amounts(journal(INVOICE))[-2:]
    assert [row.amount for row in journal(INVOICE, JournalPolicy()).postings] + [
        row.amount for row in journal(costs).postings
    ] == [row.amount for row in journal(INVOICE).postings]
    assert costs.key != INVOICE.key
    assert cogs_journal(INVOICE, StockPolicy()) is None
    assert cogs_journal(PURCHASE, COGS.stock) is None


@given(documents())
def test_every_document_that_adds_up_has_a_balanced_journal(document: Document) -> None:
    found = journal_of(document)
    if isinstance(found, Blocked):
        assert found.code in {"account_missing", "below_a_cent"}
        return
    assert dict(found.debits) == dict(found.credits)
    assert sum((row.amount for row in found.postings), Decimal(0)) == 0


@given(documents(records=(RecordType.TRANSACTION, RecordType.PURCHASE, RecordType.EXPENSE_BILL)))
def test_the_control_account_carries_the_total_of_the_document(document: Document) -> None:
    found = journal(document, JournalPolicy())
    control = [row for row in found.postings if row.role in {Role.RECEIVABLE, Role.PAYABLE}]
    owed_to_us = (document.kind in RECEIVABLE_KINDS) != (document.kind in CREDIT_KINDS)
    assert sum((row.amount for row in control), Decimal(0)) == (document.total if owed_to_us else -document.total)
    others = sum((row.amount for row in found.postings if row not in control), Decimal(0))
    assert abs(others) == document.total


@given(documents(records=(RecordType.TRANSACTION,)), st.booleans(), st.booleans())
def test_cost_of_goods_sold_never_unbalances(document: Document, drop_ship: bool, as_exported: bool) -> None:
    policy = JournalPolicy(stock=StockPolicy(cogs=True, drop_ship_cogs=drop_ship, purchases_as_exported=as_exported))
    found = journal_of(document, policy)
    if isinstance(found, Journal):
        assert dict(found.debits) == dict(found.credits)
    else:
        assert found.code == "account_missing"


@given(documents(records=(RecordType.TRANSACTION, RecordType.PURCHASE)), CENTS, CENTS)
def test_a_difference_goes_to_the_rounding_account_or_is_held(
    document: Document, difference: Decimal, tolerance: Decimal
) -> None:
    off = replace(document, total=document.total + difference)
    policy = JournalPolicy(tolerance=tolerance, rounding_account="7999")
    assert refusal(off, JournalPolicy(tolerance=tolerance)).code == "unbalanced"
    if difference > tolerance:
        assert refusal(off, policy).code == "unbalanced"
    else:
        found = journal(off, policy)
        (rounding,) = [row for row in found.postings if row.role is Role.ROUNDING]
        assert abs(rounding.amount) == difference
        assert dict(found.debits) == dict(found.credits)


def test_a_line_in_fractions_of_a_cent_leaves_a_rounding_line() -> None:
    """Unit prices have up to seven digits; the total that ConnectWise prints is law (peers 1.5: differs by cents)."""
    line = replace(INVOICE.lines[1], account="4400", amount=Decimal("33.33333"))
    document = replace(INVOICE, lines=(line, line, line), taxes=(), stated_tax=None, total=Decimal("100.00"))
    found = journal(document, JournalPolicy(tolerance=Decimal("0.05"), rounding_account="7999"))
    assert found.postings[-1] == Posting("7999", Decimal("-0.01"), "EUR", Role.ROUNDING, "Rounding")


def test_the_refusal_of_an_unbalanced_document_says_what_is_off() -> None:
    off = replace(INVOICE, total=Decimal("150.00"))
    blocked = refusal(off)
    assert blocked.code == "unbalanced"
    assert blocked.sentence == (
        "Invoice 4711 comes to 150.00 EUR, but its lines and taxes to 142.80 EUR: 7.20 too little."
    )
    assert str(blocked.total) == "150.00 EUR"
    assert "too much" in refusal(replace(INVOICE, total=Decimal("140.00"))).sentence


def test_a_purchase_whose_tax_lines_were_left_out_says_how_to_get_them() -> None:
    assert "without naming records" in refusal(replace(PURCHASE, taxes=())).remedy


def test_an_invoice_whose_tax_has_no_line_says_so() -> None:
    assert "map the tax code's GL account" in refusal(replace(INVOICE, taxes=())).remedy


def test_two_currencies_never_meet() -> None:
    line = replace(INVOICE.lines[0], currency="USD")
    blocked = refusal(replace(INVOICE, lines=(line, INVOICE.lines[1])))
    assert blocked.code == "mixed_currency"
    assert "is in EUR and has a line in USD" in blocked.sentence


@pytest.mark.parametrize("total", ["0.001", "0.009"])
def test_less_than_a_cent_is_refused_and_not_posted_as_nothing(total: str) -> None:
    """Peers 1.5: a 0.01 invoice became 0.00, was taken as paid and locked."""
    tiny = replace(INVOICE, total=Decimal(total), lines=(), taxes=(Tax("2200", Decimal(total)),))
    assert refusal(tiny).code == "below_a_cent"


def test_one_cent_is_posted_and_nothing_is_empty() -> None:
    cent = replace(INVOICE, total=Decimal("0.01"), lines=(), taxes=(Tax("2200", Decimal("0.01")),))
    assert [row.amount for row in journal(cent).postings] == [Decimal("0.01"), Decimal("-0.01")]
    assert journal(replace(INVOICE, total=Decimal(0), lines=(), taxes=())).postings == ()


@pytest.mark.parametrize(
    ("document", "role"),
    [
        (replace(INVOICE, control_account=""), "receivable"),
        (replace(INVOICE, lines=(replace(INVOICE.lines[0], account=""), INVOICE.lines[1])), "revenue"),
        (replace(INVOICE, lines=(replace(INVOICE.lines[0], cost_account=""), INVOICE.lines[1])), "cogs"),
        (
            replace(ADJUSTMENT, lines=(replace(ADJUSTMENT.lines[0], inventory_account=""), ADJUSTMENT.lines[1])),
            "inventory",
        ),
    ],
)
def test_an_account_that_nobody_mapped_is_named_before_anything_is_sent(document: Document, role: str) -> None:
    blocked = refusal(document)
    assert blocked.code == "account_missing"
    assert f"has {role} of" in blocked.sentence
    assert "GL Accounts" in blocked.remedy


def test_what_is_not_kept_in_stock_posts_no_cost_when_sold_and_costs_when_bought() -> None:
    sold = replace(INVOICE.lines[0], inventory_account="")
    found = journal(replace(INVOICE, lines=(sold, INVOICE.lines[1])))
    assert {row.role for row in found.postings} == {Role.RECEIVABLE, Role.REVENUE, Role.TAX}
    bought = journal(replace(PURCHASE, lines=(replace(PURCHASE.lines[0], inventory_account=""),)))
    assert (bought.postings[1].account, bought.postings[1].role) == ("5000", Role.EXPENSE)
