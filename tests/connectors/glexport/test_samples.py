"""The field samples: every GL export is read, balances, and is written again with the same information."""

from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.connectwise.gl_export import legacy_xml, read_gl_export, rest_json, rest_xml
from bursar.connectors.connectwise.legacy.answers import batch_answer
from bursar.connectors.connectwise.legacy.safe_xml import Element, tree
from bursar.domain.errors import Rejected
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.export import GlExport
from bursar.domain.ledger.journal import Journal, JournalPolicy, journal_of
from bursar.domain.ledger.stock_accounts import StockPolicy
from tests.conftest import shared_folder

pytestmark = pytest.mark.shared
LEGACY = ("legacy-gl-export-1.xml", "legacy-gl-export-2.xml", "legacy-gl-export-3.xml")
REST = "rest-gl-export-invoices.xml"


def sample(name: str) -> bytes:
    folder = shared_folder()
    assert folder is not None
    return (folder / "samples" / "connectwise" / name).read_bytes()


def export_of(name: str) -> GlExport:
    return read_gl_export(sample(name), currency="USD")


def documents_of(name: str) -> dict[str, Document]:
    export = export_of(name)
    assert not export.blocked
    return {document.number: document for document in export.documents}


def test_every_export_among_the_samples_is_tested_here() -> None:
    folder = shared_folder()
    assert folder is not None
    found = {
        path.name for path in Path(folder / "samples" / "connectwise").iterdir() if b"<GLExport" in path.read_bytes()
    }
    assert found == {*LEGACY, REST}


@pytest.mark.parametrize("name", [*LEGACY, REST])
@pytest.mark.parametrize("cogs", [True, False])
def test_every_document_has_a_balanced_journal(name: str, cogs: bool) -> None:
    export = export_of(name)
    assert export.documents
    assert not export.blocked
    for document in export.documents:
        journal = journal_of(document, JournalPolicy(stock=StockPolicy(cogs=cogs)))
        assert isinstance(journal, Journal)
        assert dict(journal.debits) == dict(journal.credits) == {document.currency: document.total}
        assert not document.remainder


def test_the_expense_bill() -> None:
    bill = documents_of(LEGACY[0])["1132Admin1"]
    assert (bill.kind, bill.total, bill.currency) == ("ap_bill_expense", Decimal("33.95"), "FRF")
    assert [line.amount for line in bill.lines] == [Decimal("2.45"), Decimal("31.50")]
    assert entry_ids_of(bill) == (1132, 1138, 1139, 1140, 1141)
    export = export_of(LEGACY[0])
    assert export.non_reimbursable_ids == (1132, 1133, 1134, 1135, 1136, 1137)
    assert export.unclaimed_ids == (1133, 1134, 1135, 1136, 1137)


def test_the_invoice() -> None:
    invoice = documents_of(LEGACY[1])["12331233"]
    (line,), (tax,) = invoice.lines, invoice.taxes
    assert (line.account, line.amount, line.quantity) == ("4001", Decimal("35.00"), Decimal("5.00"))
    assert (tax.code, tax.rate, tax.amount, tax.level) == ("T1", Decimal(20), Decimal("7.00"), 1)
    assert sorted(entry_ids_of(invoice)) == list(range(1503, 1511))
    assert (invoice.party.code, invoice.po_number, str(invoice.due)) == ("ZYNK0001", "CUSTOMER PO", "2014-05-17")


def test_the_purchases() -> None:
    purchases = documents_of(LEGACY[2])
    assert entry_ids_of(purchases["COMPANYBPO"]) == (1299,)
    (line,) = purchases["23"].lines
    described = dict(line.more)["salesDescription"]
    assert isinstance(described, str)
    assert described.startswith("Systems Support\n\n- Network File Server covered\n- Network Tape")
    assert described.endswith("Extended Warranty & Onsite Repair")
    assert str(line.entered) == "2015-03-18 12:15:16"
    assert (line.amount, line.quantity) == (Decimal("1110.00"), Decimal("555.00"))


def test_the_rest_invoice() -> None:
    invoice = documents_of(REST)["119"]
    assert (invoice.record_id, invoice.party.company_id, invoice.party.identifier) == ("125", 8, "Angry Fox, Co.")
    assert sorted(entry_ids_of(invoice)) == list(range(1009, 1017))
    (tax,) = invoice.taxes
    assert (tax.rate, tax.amount) == (Decimal(20), Decimal(0))
    assert dict(invoice.more)["taxGroupRate"] == Decimal(20)


@pytest.mark.parametrize("name", LEGACY)
def test_the_legacy_export_is_written_again_with_the_same_information(name: str) -> None:
    written = "".join(legacy_xml(export_of(name))).encode()
    assert_same(tree(sample(name), what="sample"), tree(written, what="copy"))


def test_the_rest_export_is_written_again_with_the_same_information() -> None:
    written = "".join(rest_xml(export_of(REST))).encode()
    before, after = leaves(tree(sample(REST), what="sample")), leaves(tree(written, what="copy"))
    added = after.keys() - before.keys()
    assert {path: after.get(path) for path in before} == before
    assert all(path.endswith("/currency/currencyCode") for path in added)
    assert read_gl_export(rest_json(export_of(REST)).encode(), currency="USD") == export_of(REST)


def test_answers_of_the_accounting_interface() -> None:
    assert batch_answer(sample("legacy-gl-update-ok.xml")) == "Batch update was successful"
    with pytest.raises(Rejected, match="refused: Cannot find GLEntryRecIDList to update") as refused:
        batch_answer(sample("legacy-gl-update-error.xml"))
    assert "Page_Load" in refused.value.answer


def assert_same(before: Element, after: Element) -> None:
    """The same elements with the same attributes, but for doubled escapes and the colons of empty segments."""
    assert after.name == before.name
    assert {name: _meant(name, text) for name, text in before.attributes.items()} == after.attributes
    for one, other in zip(before.children, after.children, strict=True):
        assert_same(one, other)


def _meant(name: str, text: str) -> str:
    once = text.replace("&#xD;&#xA;", "\n")
    return once.rstrip(":") if name.endswith("AccountNumber") else once


def leaves(element: Element, path: str = "") -> dict[str, str]:
    """Path → text of every element that says something."""
    if not element.children:
        return {path: element.text} if element.text.strip() else {}
    is_list = element.name in {"customers", "transactions", "detail"}
    found: dict[str, str] = {}
    for place, child in enumerate(element.children):
        found |= leaves(child, f"{path}/{child.name}{place if is_list else ''}")
    return found
