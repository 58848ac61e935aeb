"""GL entry ids for a batch, from whatever file people have."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.connectwise.files.entry_ids import NamedEntries, entry_ids_in
from bursar.connectors.connectwise.files.exports import ExportForm, export_file
from bursar.domain.errors import SourceUnreadable
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.entry_ids import collect, entry_ids_of
from bursar.domain.ledger.export import GlExport
from bursar.domain.ledger.unposted import Family, family_of
from bursar.domain.plan import Blocked
from tests.connectors.glexport.test_golden_exports import export_of
from tests.domain.ledger.documents import INVOICE, PURCHASE, Door, documents

BATCHES = """<?xml version="1.0"?><Batches>
  <Batch><batchIdentifier>20261102-I</batchIdentifier><glRecIds><glRecId>11</glRecId><glRecId>12</glRecId></glRecIds></Batch>
  <Batch><glRecIds><glRecId>31</glRecId></glRecIds></Batch>
</Batches>"""


def written(export: GlExport, form: ExportForm, **reasons: str) -> bytes:
    return "".join(export_file(export, form, reasons)).encode()


@pytest.mark.parametrize("form", ExportForm)
def test_a_success_file_of_any_form(form: ExportForm) -> None:
    export = export_of("month.rest.json")
    found = entry_ids_in(written(export, form))
    assert [each.family for each in found] == [Family.INVOICES, Family.EXPENSES, Family.PROCUREMENT]
    for each in found:
        own = [document for document in export.documents if family_of(document.record) is each.family]
        assert sorted(each.ids) == list(collect(own).ids)


@pytest.mark.parametrize("form", ExportForm)
@settings(max_examples=20)
@given(st.lists(documents(Door.REST), min_size=1, max_size=2))
def test_no_id_is_lost_doubled_or_invented(form: ExportForm, held: list[Document]) -> None:
    ids = collect(held).ids
    if not ids:
        return
    found = entry_ids_in(written(GlExport(documents=tuple(held)), form))
    assert sorted({key for each in found for key in each.ids}) == list(ids)
    assert all(len(set(each.ids)) == len(each.ids) for each in found)


def test_a_plain_list() -> None:
    for text in ("11,12,13", "11\n12\r\n13\n", " 11; 12 13 ", "11,12,,13,11"):
        assert entry_ids_in(text.encode()) == [NamedEntries((11, 12, 13))]
    assert entry_ids_in("11,12".encode("utf-16")) == [NamedEntries((11, 12))]
    assert entry_ids_in([b"\xef\xbb\xbf1", b"1,1", b"2"]) == [NamedEntries((11, 12))]


def test_a_table_with_a_column_of_ids() -> None:
    assert entry_ids_in(b"Invoice;GL Entry RecID\n4711;11\n4712;12\n") == [NamedEntries((11, 12))]
    assert entry_ids_in(b'Record,GLEntryIDs\ntransaction,"11,12"\npurchase,31\n') == [
        NamedEntries((11, 12), Family.INVOICES),
        NamedEntries((31,), Family.PROCUREMENT),
    ]


def test_batches_as_other_tools_write_them() -> None:
    assert entry_ids_in(BATCHES.encode()) == [NamedEntries((11, 12), identifier="20261102-I"), NamedEntries((31,))]


@pytest.mark.parametrize("form", ExportForm)
def test_what_failed_is_never_batched(form: ExportForm) -> None:
    export = GlExport(documents=(INVOICE, PURCHASE))
    with pytest.raises(SourceUnreadable, match="is a fail file") as refused:
        entry_ids_in(written(export, form, **{PURCHASE.key: "Not mapped."}))
    assert refused.value.remedy == "Choose the success file of the same run."


@pytest.mark.parametrize("form", [ExportForm.LEGACY_XML, ExportForm.REST_XML, ExportForm.JSON])
def test_half_a_file_is_no_batch(form: ExportForm) -> None:
    unread = Blocked("transactions:9", "unreadable", "The export's transactions 9 cannot be read.", "Correct it.")
    with pytest.raises(SourceUnreadable, match="transactions 9 cannot be read"):
        entry_ids_in(written(GlExport(documents=(INVOICE,), blocked=(unread,)), form))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds not one GL entry id"),
        (b"  ,\n", "holds not one GL entry id"),
        (b"GLEntryIDs\n11,12,13\n", "a row with more cells than headings"),
        (b"Invoice,GL Entry RecID\n4711,11,12\n", "a row with more cells than headings"),
        (b"11,12x", "'12x' is not a GL entry id"),
        (b"Invoice,Amount\n1,2\n", "has no column of GL entry ids"),
        (b"GLEntryIDs\n11\nx\n", "'x' is not a GL entry id"),
        (b"0", "'0' is not a GL entry id"),
        (b"11\x0012", "has a control character"),
        ("GLEntryIDs,Größe\n11,1".encode("latin-1"), "is not in UTF-8"),
        (b"<Batches><Batch><glRecIds /></Batch></Batches>", "a batch without a GL entry id"),
        (b"<Batches><Surprise /></Batches>", "has Surprise where a Batch should be"),
        (b"<Batches><Batch><glRecId>-1</glRecId></Batch></Batches>", "'-1' is not a GL entry id"),
        (b"<PsaError>no</PsaError>", "root is PsaError"),
        (b"<!DOCTYPE x><Batches />", "has a DOCTYPE"),
        (b'{"transactions":', "is not JSON"),
    ],
)
def test_what_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said) as refused:
        entry_ids_in(content)
    assert refused.value.remedy


def test_a_document_without_ids_adds_none() -> None:
    bare = replace(INVOICE, entry_ids=(), taxes=(), lines=(replace(INVOICE.lines[0], entry_ids=()),))
    assert entry_ids_of(bare) == ()
    found = entry_ids_in(written(GlExport(documents=(bare, PURCHASE)), ExportForm.JSON))
    assert found == [NamedEntries(entry_ids_of(PURCHASE), Family.PROCUREMENT)]
