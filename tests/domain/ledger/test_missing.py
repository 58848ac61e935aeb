"""What an export leaves out in silence is named, with its reason (peers' report 1.5; Zynk's gotcha 2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.missing import Missing, Reason, located, missing_from
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from tests.domain.ledger.documents import ADJUSTMENT, EXPENSES, INVOICE, PURCHASE

ROW = Waiting(
    record=RecordType.TRANSACTION,
    unposted_id="900",
    number="4711",
    day=date(2026, 10, 31),
    total=Decimal("142.80"),
    tax=Decimal("22.80"),
    currency="EUR",
    company="Contoso Ltd",
    account_number="CONTOSO",
    location="Tampa",
    location_id="2",
    department_id="10",
)
ORDER = replace(
    ROW,
    record=RecordType.PURCHASE,
    unposted_id="3-A1-purchase",
    number="PO #PO77, Packing Slip: A1",
    total=Decimal("119.00"),
    tax=Decimal("19.00"),
    company="Distribution AG",
    account_number="DISTRI",
)
SPENT = Waiting(
    record=RecordType.EXPENSE,
    unposted_id="70",
    day=date(2026, 10, 14),
    total=Decimal("33.95"),
    currency="EUR",
    member="jdoe",
    vendor_number="JDOE",
    classification="Reimbursable",
    location_id="2",
)
ALL = Wish()


def missing(row: Waiting, wish: Wish = ALL, *came: Document) -> Missing | None:
    found = missing_from(came, [row], wish)
    assert len(found) <= 1
    return found[0] if found else None


def reason(row: Waiting, wish: Wish = ALL, *came: Document) -> Reason | None:
    found = missing(row, wish, *came)
    if found is None:
        return None
    assert found.sentence
    assert found.remedy
    return found.reason


def test_what_came_whole_is_not_missing() -> None:
    rows = [ROW, ORDER, SPENT]
    assert missing_from([INVOICE, PURCHASE, EXPENSES], rows, ALL) == []


def test_a_legacy_invoice_is_found_by_its_number() -> None:
    assert reason(ROW, ALL, replace(INVOICE, record_id="")) is None


def test_a_company_without_account_number_is_named() -> None:
    found = missing(replace(ROW, account_number=" "))
    assert found is not None
    assert found.reason is Reason.NO_ACCOUNT_NUMBER
    assert found.sentence == (
        "Invoice 4711 of Contoso Ltd has no account number, so ConnectWise leaves it out of every export."
    )
    assert "Finance tab" in found.remedy
    assert (found.subject, str(found.total), found.is_chosen) == ("transaction:900", "142.80 EUR", False)
    assert reason(replace(ORDER, account_number="")) is Reason.NO_ACCOUNT_NUMBER


@pytest.mark.parametrize("entries", [0, None])
def test_an_invoice_without_gl_entries_is_named(entries: int | None) -> None:
    assert reason(replace(ROW, entries=entries)) is Reason.NO_GL_ENTRIES
    assert reason(replace(ROW, entries=0, account_number="")) is Reason.NO_GL_ENTRIES


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(families=frozenset({Family.EXPENSES})), Reason.NOT_ASKED),
        (Wish(excluded={Family.INVOICES: frozenset({"900"})}), Reason.EXCLUDED),
        (Wish(included={Family.INVOICES: frozenset({"901"})}), Reason.NOT_INCLUDED),
        (Wish(location="Berlin"), Reason.OTHER_LOCATION),
        (Wish(thru=date(2026, 10, 30)), Reason.AFTER_THRU_DATE),
    ],
)
def test_what_was_filtered_out_says_by_what(wish: Wish, expected: Reason) -> None:
    found = missing(ROW, wish)
    assert found is not None
    assert found.reason is expected
    assert found.is_chosen


@pytest.mark.parametrize(
    "wish",
    [
        Wish(location="Tampa"),
        Wish(location="2"),
        Wish(thru=date(2026, 10, 31)),
        Wish(included={Family.INVOICES: frozenset({"900"})}),
        Wish(included={Family.EXPENSES: frozenset({"1"})}),
        Wish(included={Family.INVOICES: frozenset()}),
    ],
)
def test_what_the_filters_allow_is_missing_for_another_reason(wish: Wish) -> None:
    assert reason(ROW, wish) is Reason.NO_GL_ENTRIES


def test_tax_without_lines_is_named() -> None:
    assert reason(ORDER, ALL, replace(PURCHASE, taxes=())) is Reason.TAX_WITHOUT_LINES


def test_half_a_document_is_named() -> None:
    found = missing(ROW, ALL, replace(INVOICE, total=Decimal("100.00")))
    assert found is not None
    assert found.reason is Reason.TOTAL_DIFFERS
    assert "The export says 100.00 EUR." in found.sentence


def test_the_sign_of_a_credit_is_no_difference() -> None:
    assert reason(replace(ROW, total=Decimal("-142.80")), ALL, INVOICE) is None


def test_expenses_are_compared_by_member() -> None:
    two = [replace(SPENT, total=Decimal("2.45")), replace(SPENT, unposted_id="71", total=Decimal("31.50"))]
    assert missing_from([EXPENSES], two, ALL) == []
    (found,) = missing_from([EXPENSES], [*two, replace(SPENT, unposted_id="72", total=Decimal(5))], ALL)
    assert found.reason is Reason.TOTAL_DIFFERS
    assert "3 expenses of jdoe come to 38.95, their documents to 33.95." in found.sentence


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (replace(SPENT, vendor_number=""), Reason.NO_VENDOR_NUMBER),
        (replace(SPENT, classification="NonReimbursable"), Reason.NOT_REIMBURSABLE),
        (replace(SPENT, vendor_number=None), Reason.UNEXPLAINED),
        (SPENT, Reason.NO_GL_ENTRIES),
    ],
)
def test_an_expense_that_did_not_come_says_why(row: Waiting, expected: Reason) -> None:
    assert reason(row) is expected
    assert reason(row, Wish(families=frozenset())) is Reason.NOT_ASKED


def test_stock_movements_are_found_by_what_the_list_calls_them() -> None:
    row = Waiting(RecordType.ADJUSTMENT, "3-adjustment", "Count 3", total=Decimal("-30.00"))
    assert reason(row, ALL, ADJUSTMENT) is None
    assert reason(row) is Reason.NO_GL_ENTRIES


def test_documents_learn_their_location_from_the_list() -> None:
    placed = located([INVOICE, EXPENSES, PURCHASE], [ROW, SPENT])
    assert [document.location for document in placed] == ["Tampa", "2", ""]
    assert placed[0].department == "10"
    assert placed[2] == PURCHASE


def test_the_number_of_one_invoice_may_be_the_id_of_another() -> None:
    """Ids and numbers of invoices come from two sequences that meet: no invoice is taken for another."""
    row = replace(ROW, unposted_id="900", number="950", location="Tampa")
    other = replace(ROW, unposted_id="850", number="900", location="Madison", total=Decimal("7.00"))
    invoice = replace(INVOICE, record_id="900", number="950")
    for rows in ([row, other], [other, row]):
        assert located([invoice], rows)[0].location == "Tampa"
        (found,) = missing_from([invoice], rows, ALL)
        assert (found.subject, found.reason) == ("transaction:850", Reason.NO_GL_ENTRIES)
