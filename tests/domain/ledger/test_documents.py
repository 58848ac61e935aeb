"""What a document says of itself, and an export of its options."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bursar.domain.ledger.documents import Document, DocumentKind, PartyRef, RecordType, Tax
from bursar.domain.ledger.export import ExportSettings
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.ledger.unposted import Family, family_of
from tests.domain.ledger.documents import ADJUSTMENT, CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE


@pytest.mark.parametrize(
    ("document", "title", "key"),
    [
        (INVOICE, "Invoice 4711", "transaction:900"),
        (replace(INVOICE, record_id=""), "Invoice 4711", "transaction:4711"),
        (CREDIT_MEMO, "Credit memo 4712", "transaction:901"),
        (PURCHASE, "Purchase PO77", "purchase:PO #PO77, Packing Slip: A1"),
        (replace(PURCHASE, kind=DocumentKind.AP_CREDIT), "Vendor credit PO77", "purchase:PO #PO77, Packing Slip: A1"),
        (EXPENSES, "Expense bill 51jdoe", "expense_bill:51jdoe"),
        (replace(ADJUSTMENT, number=""), "Adjustment 61,62", "adjustment:61,62"),
    ],
)
def test_how_a_document_is_named(document: Document, title: str, key: str) -> None:
    assert (document.title, document.key) == (title, key)


def test_two_receipts_of_one_order_are_two_documents() -> None:
    """Peers 1.5: the second part-receipt failed, because it had the number of the first."""
    second = replace(PURCHASE, record_id="PO #PO77, Packing Slip: A2")
    assert second.number == PURCHASE.number
    assert second.key != PURCHASE.key


def test_sums() -> None:
    assert (INVOICE.tax_total, INVOICE.remainder) == (Decimal("22.80"), Decimal(0))
    assert replace(INVOICE, taxes=()).remainder == Decimal("22.80")


@pytest.mark.parametrize(
    ("words", "level"), [("Level 1 Sales Tax", 1), ("Level 3 Purchase Tax", 3), ("Sales Tax", None), ("Level ²", None)]
)
def test_the_level_of_a_tax(words: str, level: int | None) -> None:
    assert Tax("2200", Decimal(1), description=words).level == level
    assert Tax("2200", Decimal(1), memo=words).level == level


def test_a_tax_row_without_code_has_the_code_of_its_level() -> None:
    document = replace(INVOICE, more=(("countyTaxXref", "COUNTY"), ("stateTaxXref", "STATE")))
    assert document.tax_code(document.taxes[0]) == "VAT"
    assert document.tax_code(replace(document.taxes[0], code="")) == "STATE"
    assert document.tax_code(Tax("2200", Decimal(1), description="Level 2 Sales Tax")) == "COUNTY"
    assert document.tax_code(Tax("2200", Decimal(1))) == ""


def test_what_the_books_know_a_party_by() -> None:
    assert PartyRef(vendor_number="V", account_number="A").code == "V"
    assert PartyRef(account_number="A", identifier="I").code == "A"
    assert PartyRef(member="jdoe").code == "jdoe"
    assert PartyRef().code == ""


def test_the_connection_says_what_the_export_does_not() -> None:
    otherwise = StockPolicy(cogs=True, drop_ship_cogs=True, purchases_as_exported=True)
    assert ExportSettings().stock_policy(otherwise) == otherwise
    said = ExportSettings(cogs=False, drop_ship_cogs=False).stock_policy(otherwise)
    assert said == StockPolicy(cogs=False, drop_ship_cogs=False, purchases_as_exported=True)


def test_every_type_of_record_waits_in_one_list() -> None:
    assert {family_of(record) for record in RecordType} == set(Family)
