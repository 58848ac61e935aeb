"""Files that mean harm, or arrived broken, are refused with a sentence; a record that makes no sense stops no other."""

from collections.abc import Iterator

import pytest

from bursar.connectors.connectwise.gl_export import gl_export_parts, read_gl_export
from bursar.connectors.connectwise.legacy.safe_xml import nodes, tree
from bursar.domain.errors import SourceUnreadable
from bursar.domain.ledger.export import GlExport

HEAD = '<?xml version="1.0" encoding="utf-8"?>'
INVOICE = (
    '<Transaction DocumentNumber="{number}" DocumentDate="2026-10-31" DocumentType="INVOICE" Total="{total}"'
    ' CurrencyID="EUR" AccountNumber="1200" Memo="{memo}"><Detail Total="-10.00" AccountNumber="4000"'
    ' GLEntryRecID="5" GLTypeID="RP" /></Transaction>'
)


def legacy(*records: str, head: str = HEAD) -> str:
    return f"{head}<GLExport CogsOption='True'><Transactions>{''.join(records)}</Transactions></GLExport>"


def invoice(number: str = "1", total: str = "10.00", memo: str = "") -> str:
    return INVOICE.format(number=number, total=total, memo=memo)


def read(source: bytes | str) -> GlExport:
    return read_gl_export(source.encode() if isinstance(source, str) else source, currency="EUR")


def test_an_external_entity_is_never_fetched() -> None:
    entity = '<!DOCTYPE GLExport [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(SourceUnreadable, match="has a DOCTYPE"):
        read(legacy(invoice(memo="&file;"), head=HEAD + entity))


def test_entities_never_multiply() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    with pytest.raises(SourceUnreadable, match="has a DOCTYPE"):
        read(legacy(invoice(memo="&l11;"), head=f'{HEAD}<!DOCTYPE GLExport [<!ENTITY l0 "ha">{laughs}]>'))


def test_an_external_document_type_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="has a DOCTYPE"):
        read(legacy(invoice(), head=f'{HEAD}<!DOCTYPE GLExport SYSTEM "http://127.0.0.1:1/gl.dtd">'))


def test_an_entity_that_nobody_declared_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="undefined entity"):
        read(legacy(invoice(memo="&nbsp;")))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="nested more than 24 levels"):
        read("<GLExport>" + "<a>" * 100_000)


def test_deep_json_is_refused_and_stops_no_other_document() -> None:
    deep = '{"a":' * 40 + "1" + "}" * 40
    good = '{"documentNumber":"2","documentDate":"2026-10-31","total":0,"detail":[]}'
    export = read(f'{{"transactions":[{{"documentNumber":"1","site":{deep}}},{good}]}}')
    assert [document.number for document in export.documents] == ["2"]
    assert "nested more than 8 levels deep" in export.blocked[0].sentence
    with pytest.raises(SourceUnreadable, match="nested too deeply"):
        read("[" * 200_000)


def test_control_characters_are_refused_in_xml_and_dropped_from_json() -> None:
    with pytest.raises(SourceUnreadable, match=r"not well-formed XML.*line 1"):
        read(legacy(invoice(memo="bell\x07")))
    with pytest.raises(SourceUnreadable, match="invalid character number"):
        read(legacy(invoice(memo="&#7;")))
    export = read(
        '{"transactions":[{"documentNumber":"1\\u0007\\ud800","documentDate":"2026-10-31","total":0,"memo":"a\\u0000b"}]}'
    )
    assert (export.documents[0].number, export.documents[0].memo) == ("1", "ab")


def test_a_label_of_utf16_on_utf8_bytes_is_survived() -> None:
    """ConnectWise writes that [field]."""
    export = read(legacy(invoice(memo="Zürich"), head='<?xml version="1.0" encoding="utf-16"?>'))
    assert export.documents[0].memo == "Zürich"


def test_real_utf16_and_latin1_are_read() -> None:
    utf16 = legacy(invoice(memo="Zürich"), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16")
    latin = legacy(invoice(memo="Zürich"), head='<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1")
    windows = legacy(invoice(memo="5 €"), head='<?xml version="1.0" encoding="windows-1252"?>').encode("cp1252")
    assert [read(text).documents[0].memo for text in (utf16, latin, windows)] == ["Zürich", "Zürich", "5 €"]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("iso-8859-1", "says that it is in a single-byte encoding, and is in UTF-8"),
        ("utf-7", "is in the encoding utf-7"),
        ("big5", "is in the encoding big5"),
        ("us-ascii", "not well-formed"),
    ],
)
def test_a_wrong_label_is_refused(label: str, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said):
        read(legacy(invoice(memo="Zürich"), head=f'<?xml version="1.0" encoding="{label}"?>'))


def test_latin1_bytes_without_a_label_are_refused() -> None:
    with pytest.raises(SourceUnreadable, match="not well-formed"):
        read(legacy(invoice(memo="Zürich")).encode("latin-1"))


def test_a_truncated_file_is_refused() -> None:
    whole = legacy(invoice("1"), invoice("2"))
    for cut in (len(whole) - 1, len(whole) - 30, len(whole) // 2, len(HEAD) + 5):
        with pytest.raises(SourceUnreadable, match="ends too early"):
            read(whole[:cut])
    with pytest.raises(SourceUnreadable, match="not JSON"):
        read('{"transactions":[{"documentNumber":"1"')


@pytest.mark.parametrize("nothing", [b"", b"  \n "])
def test_an_empty_file_is_refused(nothing: bytes) -> None:
    with pytest.raises(SourceUnreadable, match="is empty"):
        read(nothing)


def test_another_document_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="root is PsaError"):
        read("<PsaError>System.Exception: no</PsaError>")
    with pytest.raises(SourceUnreadable, match="not an object"):
        read("[1]")


def test_a_record_without_end_is_refused_before_memory_is_full() -> None:
    def endless() -> Iterator[bytes]:
        yield b"<GLExport><Transactions><Transaction Memo='"
        while True:
            yield b"x" * 1_000_000

    with pytest.raises(SourceUnreadable, match="has a tag of more than 1 MiB"):
        list(gl_export_parts(endless(), currency="EUR"))
    many = legacy("<Transaction>" + "<Detail />" * 250_000 + "</Transaction>")
    with pytest.raises(SourceUnreadable, match="has a record of more than 16 MiB"):
        read(many)


def test_an_account_of_colons_takes_no_time() -> None:
    """A tag may hold a million of them; where each was tried as the last one, that took an hour."""
    account = ":" * 1_000_000 + "4000"
    (document,) = read(legacy(invoice().replace('"4000"', f'"{account} :: : "'))).documents
    assert document.lines[0].account == account


def test_records_arrive_before_the_file_has_ended() -> None:
    def slowly() -> Iterator[bytes]:
        yield f"{HEAD}<GLExport><Transactions>{invoice('1')}".encode()
        yield pytest.fail("the first record should have come by now")

    parts = gl_export_parts(slowly(), currency="EUR")
    assert next(parts) == read(legacy(invoice("1"))).documents[0]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (invoice("7", total="ten"), "Transactions 7 cannot be read. Total: 'ten' is not a number."),
        (invoice("7", total="1E+99"), "is not an amount that anybody invoices"),
        (invoice("7").replace("2026-10-31", "31.10.2026"), "'31.10.2026' is not a date."),
        (invoice("7").replace('"5"', '"5,x"'), "Detail 1: GLEntryRecID: 'x' is not a GL entry id."),
        (invoice("7").replace("<Detail", "<Surprise"), "'Surprise' is not an element that Bursar knows there."),
        ('<Transaction DocumentNumber="7" DocumentDate="2026-10-31" />', "It has no total."),
        ('<Transaction DocumentNumber="7" Total="0" />', "It has no documentDate."),
    ],
)
def test_a_record_that_makes_no_sense_stops_no_other(record: str, said: str) -> None:
    export = read(legacy(record, invoice("8")))
    assert [document.number for document in export.documents] == ["8"]
    (blocked,) = export.blocked
    assert blocked.code == "unreadable"
    assert said in blocked.sentence
    assert blocked.remedy


def test_an_unknown_section_is_said_and_not_dropped_in_silence() -> None:
    export = read(f"{HEAD}<GLExport><Surprises><Surprise /></Surprises></GLExport>")
    assert [blocked.code for blocked in export.blocked] == ["unknown_section"]


def test_an_element_that_comes_twice_blocks_its_record() -> None:
    record = "<transaction><total>1</total><total>2</total></transaction>"
    export = read(f"<GLExport><transactions>{record}</transactions></GLExport>")
    assert "It has total twice." in export.blocked[0].sentence


def test_the_tree_reads_small_documents_only_as_they_are() -> None:
    root = tree(b"<a b='1'><c>text</c></a>", what="file")
    assert (root.name, root.attributes, root.children[0].text) == ("a", {"b": "1"}, "text")
    with pytest.raises(SourceUnreadable, match="junk after document element"):
        list(nodes(b"<a/><b/>", what="file", records_at=1))
