"""CSV files: what is broken costs its own row and no other."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile import LineField, Profile, load_profile
from bursar.connectors.billing.csvfile.text_file import LONGEST_LINE
from bursar.domain.errors import SourceUnreadable
from tests.connectors.csvfile.writing import (
    CANONICAL,
    Style,
    csv_text,
    lines_of,
    make_line,
    only_rejected,
    read,
    rejected_of,
    write_csv,
)

LINES = [make_line(line_id=f"L-{number}", organization_name=f"Firm {number}") for number in range(1, 6)]
THIRD = 3  # position of the third line below the heading row: row 4 of the file

BROKEN: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("unterminated quote", lambda row: b'"' + row, "A quotation mark in the row is not closed"),
    ("stray quote", lambda row: row.replace(b"Firm", b'"Firm" A'), "A quotation mark in the row is not closed"),
    ("NUL bytes", lambda row: row.replace(b"Firm", b"\0\0\0\0"), "The row holds NUL bytes."),
    ("only NUL bytes", lambda row: b"\0" * len(row), "The row holds NUL bytes."),
    ("wrong encoding", lambda row: row.replace(b"Firm", b"M\xfcller"), "The row holds bytes that are not utf-8-sig"),
    ("missing columns", lambda row: row[: row.index(b",USD")], "The row has 18 values; the headings ask for 20."),
    ("too many columns", lambda row: row.replace(b"Firm", b"Firm, Ltd"), "The row has 21 values; the headings"),
    ("too long", lambda row: row.replace(b"Firm", b"x" * LONGEST_LINE), "The row is longer than 100,000 characters."),
]


def rewrite_row(path: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    rows = path.read_bytes().split(b"\r\n")
    rows[number] = change(rows[number])
    path.write_bytes(b"\r\n".join(rows))


@pytest.mark.parametrize(("change", "reason"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_row_costs_no_other(tmp_path: Path, change: Callable[[bytes], bytes], reason: str) -> None:
    path = write_csv(tmp_path / "lines.csv", LINES)
    rewrite_row(path, THIRD, change)
    found = read(path)
    row = only_rejected(found)
    assert lines_of(found) == [line for line in LINES if line.line_id != "L-3"]
    assert row.row_number == THIRD + 1
    assert row.reason.startswith(reason)
    assert row.remedy
    assert 0 < len(row.raw) <= 500
    assert "\0" not in row.raw
    row.raw.encode()


def test_rows_in_quotation_marks_after_an_unclosed_one(tmp_path: Path) -> None:
    """Later quotation marks must not pair up with the stray one and swallow rows."""
    lines = [make_line(line_id=f"L-{number}", organization_name=f"Firm, {number}") for number in range(1, 6)]
    path = write_csv(tmp_path / "lines.csv", lines)
    rewrite_row(path, THIRD, lambda row: row.replace(b'"Firm, 3"', b'"Firm, 3'))
    found = read(path)
    assert [line.line_id for line in lines_of(found)] == ["L-1", "L-2", "L-4", "L-5"]
    assert only_rejected(found).row_number == THIRD + 1


@pytest.mark.parametrize("row", [1, 200, 399, 400])
def test_a_quotation_mark_that_is_never_closed(tmp_path: Path, row: int) -> None:
    """No other quotation mark is in the file: to the csv module all that follows is one value."""
    lines = [make_line(line_id=f"L-{number}", offer_name="Mail") for number in range(1, 401)]
    path = write_csv(tmp_path / "lines.csv", lines)
    rewrite_row(path, row, lambda text: b'"' + text)
    found = read(path)
    assert lines_of(found) == [line for line in lines if line.line_id != f"L-{row}"]
    assert only_rejected(found).row_number == row + 1


def test_many_quotation_marks_that_are_never_closed(tmp_path: Path) -> None:
    lines = [make_line(line_id=f"L-{number}", offer_name="Mail") for number in range(1, 2001)]
    path = write_csv(tmp_path / "lines.csv", lines)
    content = path.read_text().replace("Mail,", 'Mail,"x')
    path.write_text(content, encoding="utf-8", newline="")
    assert [row.row_number for row in rejected_of(read(path))] == list(range(2, 2002))


def test_two_stray_quotation_marks_that_make_one_row_of_three(tmp_path: Path) -> None:
    lines = [make_line(line_id=f"L-{number}", offer_name="Mail") for number in range(1, 6)]
    path = write_csv(tmp_path / "lines.csv", lines)
    rewrite_row(path, 2, lambda row: row.replace(b"Harbour", b'"Harbour'))
    rewrite_row(path, 4, lambda row: row.replace(b"Dental", b'Dental"'))
    found = read(path)
    assert [line.line_id for line in lines_of(found)] == ["L-1", "L-3", "L-4", "L-5"]
    assert only_rejected(found).row_number == 3


def test_line_breaks_in_every_column(tmp_path: Path) -> None:
    """What looks like a lost quotation mark must not cost a row that is right."""
    for column in (LineField.ORGANIZATION_NAME, LineField.OFFER_NAME, LineField.SUBSCRIPTION_NAME):
        for columns in ([column, *(other for other in LineField if other != column)], list(LineField)):
            lines = [make_line(line_id="L-1", **{column.value: "one\ntwo, three\n\nfour"}), make_line(line_id="L-2")]
            assert read(write_csv(tmp_path / "lines.csv", lines, Style(columns=columns))) == lines


def test_an_id_that_swallowed_the_next_row(tmp_path: Path) -> None:
    """Two stray quotation marks can make valid CSV of two rows; an id with a line break gives them away."""
    lines = [make_line(line_id=f"L-{number}", offer_name="Mail") for number in range(1, 6)]
    path = write_csv(tmp_path / "lines.csv", lines)
    content = path.read_bytes().replace(b"L-2\r\n", b'"L-2\r\n').replace(b"L-3\r\n", b'L-3"\r\n')
    inner = content.index(b'"L-2') + 1
    end = content.index(b'L-3"')
    path.write_bytes(content[:inner] + content[inner:end].replace(b",", b" ") + content[end:])
    found = read(path)
    assert [line.line_id for line in lines_of(found)] == ["L-1", "L-4", "L-5"]
    assert 'The column "Line ID"' in only_rejected(found).reason
    assert "has a line break in it" in only_rejected(found).reason


def test_values_may_hold_line_breaks_and_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    lines = [make_line(line_id="L-1", offer_name="two\nlines"), make_line(line_id="L-2", offer_name="plain")]
    path = write_csv(tmp_path / "lines.csv", lines)
    path.write_bytes(path.read_bytes() + b"\r\n,,,\r\nshort\r\n")
    found = read(path)
    assert lines_of(found) == lines
    assert only_rejected(found).row_number == 6


def test_raw_text_is_cut(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", [make_line(organization_name="x" * 800)])
    row = only_rejected(read(path))
    assert len(row.raw) == 500
    assert "is longer than 500 characters" in row.reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [make_line(organization_name="a,b;c|d\te")]
    assert read(write_csv(tmp_path / "lines.csv", lines, Style(delimiter=delimiter))) == lines


def test_the_heading_row_may_come_later(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", LINES)
    path.write_bytes(b'Report of "October\r\n\r\n' + path.read_bytes() + b"x\r\n")
    found = read(path, Profile(name="late", header_row=3))
    assert lines_of(found) == LINES
    assert only_rejected(found).row_number == 9


def test_a_heading_with_a_line_break(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", LINES)
    path.write_bytes(path.read_bytes().replace(b"Unit Price", b'"Unit\nPrice"', 1))
    assert read(path) == LINES


def test_utf16_as_spreadsheets_save_it(tmp_path: Path) -> None:
    style = Style(delimiter="\t", encoding="utf-16")
    lines = [make_line(organization_name="Žižka")]
    assert read(write_csv(tmp_path / "lines.txt", lines, style), style.profile) == lines


def test_only_headings_is_an_empty_month(tmp_path: Path) -> None:
    assert read(write_csv(tmp_path / "lines.csv", [])) == []


UNREADABLE: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "lines.csv is empty.", "Export it again"),
    ("blank heading row", b"\r\n\r\n", "lines.csv has no headings in row 1.", "header_row"),
    (
        "other headings",
        b"Doc;Sum\r\n1;2\r\n",
        'lacks the headings "Invoice Number", "Invoice Date", "Organization Name"',
        "profile",
    ),
    ("one long heading", b"Doc#Sum\r\n1#2\r\n", 'It has "Doc#Sum".', "the delimiter is wrong"),
    (
        "two columns for a field",
        csv_text([]).replace("Unit Cost", "Line Total").encode(),
        'The headings "Line Total" and "Total" of lines.csv both mean Total.',
        "null leaves a column out",
    ),
    ("heading row not CSV", b'"Invoice" Number,Total\r\n', "The heading row of lines.csv is not valid CSV.", "Export"),
    ("a workbook", b"PK\x03\x04rest", "lines.csv is not text but a spreadsheet", ".xlsx"),
    ("UTF-16", csv_text([]).encode("utf-16"), "is utf-16 text, but the profile says utf-8-sig.", '"utf-16"'),
]


@pytest.mark.parametrize(
    ("content", "sentence", "remedy"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE]
)
def test_whole_file_problems(tmp_path: Path, content: bytes, sentence: str, remedy: str) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable) as caught:
        read(path)
    assert sentence in caught.value.sentence
    assert remedy in caught.value.remedy


def test_missing_headings_name_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(csv_text([]).replace("Currency", "Moneda"), encoding="utf-8")
    with pytest.raises(SourceUnreadable) as caught:
        read(path)
    assert 'lacks the headings "Currency". It has "Invoice Number", "Invoice Date"' in caught.value.sentence
    assert '"Moneda"' in caught.value.sentence


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [("cp1252", "is utf-8-sig text, but the profile says cp1252"), ("utf-16", "is utf-8-sig text")],
)
def test_a_mark_that_contradicts_the_profile(tmp_path: Path, encoding: str, sentence: str) -> None:
    path = write_csv(tmp_path / "lines.csv", LINES, Style(encoding="utf-8-sig"))
    with pytest.raises(SourceUnreadable, match=sentence):
        read(path, Profile(name="x", encoding=encoding))


def test_text_that_should_be_utf16(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="is not utf-16 text"):
        read(write_csv(tmp_path / "lines.csv", LINES), Profile(name="x", encoding="utf-16"))


def test_the_file_ends_before_its_heading_row(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="ends before its heading row 50"):
        read(write_csv(tmp_path / "lines.csv", LINES), Profile(name="x", header_row=50))


def test_a_file_of_another_encoding_is_rejected_row_by_row(tmp_path: Path) -> None:
    lines = [make_line(line_id="L-1", organization_name="Café"), make_line(line_id="L-2")]
    found = read(write_csv(tmp_path / "lines.csv", lines, Style(encoding="cp1252")))
    assert lines_of(found) == lines[1:]
    assert "cp1252" in only_rejected(found).remedy
    assert "Caf\ufffd" in only_rejected(found).raw


def test_the_semicolon_example(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(SEMICOLON_EXAMPLE.encode("cp1252"))
    found = read(path, load_profile("example-semicolon-euro"))
    first, second = lines_of(found)
    assert first == make_line(
        line_id=first.line_id,
        invoice_number="R-7",
        organization_id="4001",
        organization_name="Bäckerei Süd",
        offer_id="A-1",
        offer_name="Speicher",
        quantity=first.quantity.from_float(1200),
        unit_price=first.unit_price.from_float(1.25),
        total=first.total.from_float(1500),
        currency="EUR",
        unit_cost=None,
        contract_id=None,
        subscription_id="S-9",
        subscription_name="Archiv",
    )
    assert (str(second.total), second.billing_cycle.value, second.eligible) == ("-12.50", "One Time", False)
    assert [row.row_number for row in rejected_of(found)] == [6]


SEMICOLON_EXAMPLE = """Monthly export;;
;;
Bill no;Billed on;State;Account;Account holder;Interval;Service ref;Service;Article;Article text;Kind;From;To;\
Pieces;Each;Net
R-7;31.10.2026;final;4001;Bäckerei Süd;M;S-9;Archiv;A-1;Speicher;R;01.10.2026;31.10.2026;1.200;1,25 €;1.500,00 €
R-8;31.10.2026;open;4001;Bäckerei Süd;;;;A-2;Umzug;K;01.10.2026;01.10.2026;1;12,50-;(12,50)
R-9;31.10.2026;final;4001;Bäckerei Süd;M;S-9;Archiv;A-1;Speicher;Z;01.10.2026;31.10.2026;1;1,25;1,25
;;;;Total;;;;;;;;;;;1.487,50
"""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_bytes_can_crash_the_reading(noise: bytes, position: int) -> None:
    """Noise put anywhere into a file gives lines, rejected rows or a refusal, and nothing else."""
    content = csv_text(map(CANONICAL.row, LINES)).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        path.write_bytes(content[:position] + noise + content[position:])
        try:
            found = read(path)
        except SourceUnreadable:
            return
    for row in rejected_of(found):
        row.raw.encode()
        row.reason.encode()
        assert "\0" not in row.raw + row.reason


def test_a_constant_stands_in_for_a_column(tmp_path: Path) -> None:
    columns = [column for column in LineField if column != LineField.CURRENCY]
    path = write_csv(tmp_path / "lines.csv", [make_line(currency="EUR")], Style(columns=columns))
    (line,) = lines_of(read(path, Profile(name="x", constants={LineField.CURRENCY: "eur"})))
    assert line.currency == "EUR"
