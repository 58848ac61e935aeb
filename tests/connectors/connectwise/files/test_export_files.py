"""Exports as files in four forms; what failed says why, and what succeeded never does."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.connectwise.files.exports import (
    ANSWER_NAME,
    ExportForm,
    Outcome,
    export_file,
    export_file_name,
    parted,
)
from bursar.connectors.connectwise.files.saved_export import GlExportFile
from bursar.connectors.connectwise.gl_export import read_gl_export
from bursar.connectors.connectwise.legacy.answers import SUCCESSFUL, answer_xml, batch_answer
from bursar.connectors.exact_json import parse
from bursar.domain.errors import Rejected, SourceUnreadable
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.export import ExportSettings, GlExport
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.plan import Blocked
from tests.connectors.glexport.test_golden_exports import FOLDER, export_of
from tests.domain.ledger.documents import INVOICE, Door, documents

READABLE = [ExportForm.LEGACY_XML, ExportForm.REST_XML, ExportForm.JSON]
WHY = 'Account 4000 is not mapped: "Sales" <Nord> & =cmd'
UNREADABLE = Blocked("transactions:9", "unreadable", "The export's transactions 9 cannot be read.", "Correct it.")


def text_of(export: GlExport, form: ExportForm, reasons: dict[str, str] | None = None) -> str:
    return "".join(export_file(export, form, reasons))


def read_again(text: str) -> GlExport:
    return read_gl_export(text.encode(), currency="EUR")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def month() -> GlExport:
    return export_of("month.rest.json")


def test_the_csv_form(golden: Callable[[str, str], None]) -> None:
    golden("ledger-export.csv", text_of(month(), ExportForm.CSV).replace("\r\n", "\n"))


def test_the_fail_file_as_csv(golden: Callable[[str, str], None]) -> None:
    export = month()
    reasons = {export.documents[0].key: WHY, export.documents[3].key: "Vendor JDOE is unknown."}
    _, failed = parted(replace(export, blocked=(UNREADABLE,)), reasons)
    golden("ledger-export-fail.csv", text_of(failed, ExportForm.CSV, reasons).replace("\r\n", "\n"))


@pytest.mark.parametrize("name", ["month.legacy.xml", "month.rest.xml", "month.rest.json"])
def test_a_stream_of_parts_is_written_like_a_whole(name: str) -> None:
    export = export_of(name)
    parts = [each.part for each in opened(name).export(Wish())]
    for form in ExportForm:
        assert "".join(export_file(parts, form)) == text_of(export, form)


@settings(max_examples=30)
@given(st.lists(documents(Door.REST), max_size=2))
def test_the_csv_says_every_amount_and_every_id_once(written: list[Document]) -> None:
    rows = rows_of(text_of(GlExport(documents=tuple(written)), ExportForm.CSV))
    expected = [row for document in written for row in document.rows]
    held = [row for row in rows if row["Row"]]
    assert [Decimal(row["Amount"]) for row in held] == [row.amount for row in expected]
    assert [row["GLEntryIDs"].split() for row in held] == [[*map(str, row.entry_ids)] for row in expected]
    assert len(rows) == sum(max(1, len(list(document.rows))) for document in written)
    heads = {(row["Record"], row["RecordID"].lstrip("'"), row["Total"]) for row in rows}
    assert len(heads) <= len(written)


def test_no_cell_is_a_formula() -> None:
    evil = replace(INVOICE, memo="=1+1", number="@SUM(A1)", po_number="-2", description="+3\n4")
    (first, *_) = rows_of(text_of(GlExport(documents=(evil,)), ExportForm.CSV))
    assert (first["Memo"], first["DocumentNumber"], first["PONumber"], first["Description"]) == (
        "'=1+1",
        "'@SUM(A1)",
        "'-2",
        "'+3\n4",
    )
    credit = replace(INVOICE, lines=(replace(INVOICE.lines[0], amount=Decimal("-5.00")),), taxes=())
    (row,) = rows_of(text_of(GlExport(documents=(credit,)), ExportForm.CSV))
    assert row["Amount"] == "-5.00"


@pytest.mark.parametrize("form", READABLE)
def test_the_fail_file_holds_what_failed_and_why(form: ExportForm) -> None:
    export = month()
    failing = export.documents[1].key
    succeeded, failed = parted(export, {failing: WHY})
    assert [document.key for document in failed.documents] == [failing]
    assert [document.key for document in succeeded.documents] == [d.key for d in export.documents if d.key != failing]
    (document,) = read_again(text_of(failed, form, {failing: WHY})).documents
    said = {name: value for name, value in document.more if "essage" in name}
    assert list(said.values()) == [WHY]


@pytest.mark.parametrize("form", ExportForm)
def test_an_invoice_whose_costs_failed_is_no_success(form: ExportForm) -> None:
    """Both stand in one record: a batch made of the success file would close what is half in the books."""
    export = GlExport(documents=(INVOICE,))
    reasons = {f"{INVOICE.key}-COGS": "Account 5000 is inactive."}
    succeeded, failed = parted(export, reasons)
    assert (succeeded.documents, failed.documents) == ((), (INVOICE,))
    assert "Account 5000 is inactive." in text_of(failed, form, reasons)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (ExportForm.LEGACY_XML, ' ErrorMessage="Not mapped."'),
        (ExportForm.REST_XML, "<ErrorMessage>Not mapped.</ErrorMessage>"),
        (ExportForm.JSON, '"errorMessage":"Not mapped."'),
        (ExportForm.CSV, ",Not mapped.\r\n"),
    ],
)
def test_what_the_reason_is_called(form: ExportForm, words: str) -> None:
    export = GlExport(documents=(INVOICE,))
    assert words in text_of(export, form, {INVOICE.key: "Not mapped."})
    assert "essage" not in text_of(export, form)


@pytest.mark.parametrize("form", READABLE)
def test_a_reason_does_not_outlive_its_failure(form: ExportForm) -> None:
    """A fail file is corrected and sent again; what succeeds then carries no message from before."""
    export = GlExport(documents=(INVOICE,))
    again = read_again(text_of(export, form, {INVOICE.key: WHY}))
    assert "essage" not in text_of(again, form)
    assert "Another reason" in text_of(again, form, {again.documents[0].key: "Another reason"})
    assert WHY.split(":", maxsplit=1)[0] not in text_of(again, form, {again.documents[0].key: "Another reason"})


@pytest.mark.parametrize("form", READABLE)
def test_what_could_not_be_read_is_in_the_file_too(form: ExportForm) -> None:
    export = replace(month(), blocked=(UNREADABLE, replace(UNREADABLE, subject="expenses:2")))
    again = read_again(text_of(export, form))
    assert again.blocked == export.blocked
    assert len(again.documents) == len(export.documents)


def test_names_are_those_that_people_have_tools_for() -> None:
    assert export_file_name(ExportForm.LEGACY_XML) == "connectwise_accounting_interface_get_batch.xml"
    assert export_file_name(ExportForm.REST_XML) == "connectwise_accounting_interface_get_batch.xml"
    assert (
        export_file_name(ExportForm.JSON, Outcome.SUCCESS) == "connectwise_accounting_interface_get_batch_success.json"
    )
    assert export_file_name(ExportForm.CSV, Outcome.FAIL) == "connectwise_accounting_interface_get_batch_fail.csv"
    assert ANSWER_NAME == "connectwise_accounting_interface_post_batch.xml"


def test_the_answer_to_a_batch_is_the_accounting_interfaces() -> None:
    assert batch_answer(answer_xml().encode()) == SUCCESSFUL == "Batch update was successful"
    with pytest.raises(Rejected, match="refused: Batch <x> exists & is closed"):
        batch_answer(answer_xml("Batch <x> exists & is closed").encode())


# An export that somebody saved


def opened(name: str) -> GlExportFile:
    def chunks() -> list[bytes]:
        content = Path(FOLDER / name).read_bytes()
        return [content[start : start + 1000] for start in range(0, len(content), 1000)]

    return GlExportFile(chunks, currency="EUR")


@pytest.mark.parametrize("name", ["month.legacy.xml", "month.rest.xml", "month.rest.json"])
def test_a_saved_export_is_read_like_the_interface(name: str) -> None:
    saved, export = opened(name), export_of(name)
    found = [each.part for each in saved.export(Wish()) if isinstance(each.part, Document)]
    assert tuple(found) == export.documents
    assert found == [each.part for each in saved.export(Wish()) if isinstance(each.part, Document)]
    assert list(saved.unposted(Family.INVOICES)) == saved.explain([]) == []
    expenses = [each.part for each in saved.export(Wish(frozenset({Family.EXPENSES})))]
    assert {part.record for part in expenses if isinstance(part, Document)} == {
        RecordType.EXPENSE,
        RecordType.EXPENSE_BILL,
    }
    assert any(isinstance(part, ExportSettings) for part in expenses)


def test_a_saved_export_shows_each_record_as_it_stood_there() -> None:
    legacy = next(each for each in opened("month.legacy.xml").export(Wish()) if isinstance(each.part, Document))
    assert legacy.source.startswith('<Transaction DocumentType="INVOICE" DocumentDate="2026-10-31"')
    assert legacy.source.endswith("</Transaction>")
    assert 'PONumber="PO 12 &quot;rush&quot; &amp; &lt;more&gt;"' in legacy.source
    xml = next(each for each in opened("month.rest.xml").export(Wish()) if isinstance(each.part, Document))
    assert "<documentNumber>4711</documentNumber>" in xml.source
    json = next(each for each in opened("month.rest.json").export(Wish()) if isinstance(each.part, Document))
    said = parse(json.source)
    assert isinstance(said, dict)
    assert said["documentNumber"] == "4711"


def test_a_saved_file_that_is_none_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="is empty"):
        list(GlExportFile(list[bytes], currency="EUR").export(Wish(thru=date(2026, 1, 1))))
