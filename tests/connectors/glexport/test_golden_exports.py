"""One month in each dialect, in `exports/`: read and written again, each file is the same to the byte."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.connectwise.gl_export import legacy_xml, read_gl_export, rest_json, rest_xml
from bursar.connectors.connectwise.gl_export_rest import document_from_record, record_of
from bursar.domain.ledger.comparison import balances_of
from bursar.domain.ledger.documents import Axis, Dimension
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.export import GlExport
from bursar.domain.ledger.journal import Journal, JournalPolicy, journal_of
from bursar.domain.ledger.stock_accounts import StockPolicy

FOLDER = Path(__file__).parent / "exports"
WRITERS: dict[str, Callable[[GlExport], str]] = {
    "month.legacy.xml": lambda export: "".join(legacy_xml(export)),
    "month.rest.xml": lambda export: "".join(rest_xml(export)),
    "month.rest.json": lambda export: rest_json(export) + "\n",
}


def export_of(name: str) -> GlExport:
    export = read_gl_export((FOLDER / name).read_bytes(), currency="EUR")
    assert not export.blocked
    return export


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_read_is_written_again_to_the_byte(name: str) -> None:
    assert WRITERS[name](export_of(name)) == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WRITERS)
def test_every_dialect_tells_the_same(name: str) -> None:
    export, other = export_of(name), export_of("month.rest.json")
    assert [document.kind for document in export.documents] == [document.kind for document in other.documents]
    assert [entry_ids_of(document) for document in export.documents] == [
        entry_ids_of(document) for document in other.documents
    ]
    assert balances_of(journals(export)) == balances_of(journals(other))
    assert export.settings == other.settings
    assert (export.customers, export.vendors) == (other.customers, other.vendors)


def test_the_invoice_in_full() -> None:
    invoice = export_of("month.legacy.xml").documents[0]
    switch = invoice.lines[0]
    assert (switch.memo, switch.quantity, switch.amount) == ("Switch\n24 ports", Decimal(4), Decimal("100.00"))
    assert invoice.dimensions == (Dimension(Axis.CLASS, "North"), Dimension(Axis.TERRITORY, "Midwest"))
    assert invoice.po_number == 'PO 12 "rush" & <more>'


def test_a_document_can_be_kept_as_its_record() -> None:
    for document in export_of("month.rest.json").documents:
        assert document_from_record(document.record, record_of(document), currency="EUR") == document


def test_entries_of_expenses_without_a_bill_are_kept() -> None:
    export = export_of("month.legacy.xml")
    assert (export.non_reimbursable_ids, export.unclaimed_ids) == ((51, 59), (59,))


def journals(export: GlExport) -> list[Journal]:
    policy = JournalPolicy(stock=export.settings.stock_policy(StockPolicy()))
    found = [journal_of(document, policy) for document in export.documents]
    assert all(isinstance(journal, Journal) for journal in found)
    return [journal for journal in found if isinstance(journal, Journal)]
