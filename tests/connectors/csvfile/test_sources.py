"""A file or a folder as a billing source."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bursar.connectors.billing.csvfile import (
    FileSource,
    FolderSource,
    LineField,
    Profile,
    content_digest,
    load_profile,
    open_source,
    source_digest,
)
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.lines import InvoiceLine
from bursar.domain.period import Month
from bursar.ports import BillingSource
from tests.connectors.csvfile.writing import (
    Style,
    lines_of,
    make_line,
    only_rejected,
    read,
    rejected_of,
    write_csv,
    write_json,
    write_rows,
    write_xlsx,
)

CANONICAL = load_profile("canonical")
SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)


def line_of(day: date, line_id: str) -> InvoiceLine:
    return make_line(invoice_date=day, line_id=line_id)


LINE_9, LINE_10, LINE_11 = (line_of(date(2026, month, 15), f"L-{month}") for month in (9, 10, 11))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_csv(tmp_path / "lines-2026-09.csv", [LINE_9])
    write_xlsx(tmp_path / "October 202610 north.xlsx", [LINE_10])
    write_json(tmp_path / "b_2026-10-31.json", [replace(LINE_10, line_id="L-10b")])
    write_csv(tmp_path / "notes.csv", [])
    (tmp_path / "invoice 2026-11.pdf").write_bytes(b"%PDF")
    (tmp_path / "~$2026-12.xlsx").write_bytes(b"lock")
    (tmp_path / ".2026-12.csv").write_bytes(b"hidden")
    (tmp_path / "2026-12.csv").mkdir()
    return tmp_path


def test_a_file_is_a_billing_source(tmp_path: Path) -> None:
    source: BillingSource = open_source(write_csv(tmp_path / "any.csv", [LINE_9, LINE_10]), CANONICAL)
    assert isinstance(source, FileSource)
    assert source.name == "any.csv"
    assert source.months() is None
    assert list(source.read()) == [LINE_9, LINE_10]


def test_a_file_can_be_asked_for_one_month(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "any.csv", [LINE_9, LINE_10, LINE_11])
    path.write_bytes(path.read_bytes() + b"broken\r\n")
    found = list(open_source(path, CANONICAL).read(OCTOBER))
    assert lines_of(found) == [LINE_10]
    assert only_rejected(found).row_number == 5


def test_a_folder_is_a_billing_source(folder: Path) -> None:
    source: BillingSource = open_source(str(folder), CANONICAL)
    assert isinstance(source, FolderSource)
    assert source.name == folder.name
    assert source.months() == [SEPTEMBER, OCTOBER]


def test_a_folder_reads_the_files_of_the_month_only(folder: Path) -> None:
    source = open_source(folder, CANONICAL)
    assert list(source.read(SEPTEMBER)) == [LINE_9]
    assert list(source.read(OCTOBER)) == [LINE_10, replace(LINE_10, line_id="L-10b")]
    assert len(list(source.read())) == 3


def test_lines_of_another_month_are_rejected(tmp_path: Path) -> None:
    write_csv(tmp_path / "2026-10.csv", [LINE_10, LINE_9, line_of(date(2026, 10, 1), "a"), LINE_11])
    found = list(open_source(tmp_path, CANONICAL).read(OCTOBER))
    assert [line.line_id for line in lines_of(found)] == ["L-10", "a"]
    early, late = rejected_of(found)
    assert early.reason == "The invoice date 2026-09-15 lies outside 2026-10, the month in the name of the file."
    assert (early.row_number, late.row_number) == (3, 5)


def test_an_unreadable_date_is_one_fault_only(tmp_path: Path) -> None:
    write_rows(tmp_path / "2026-10.csv", [{"invoice_date": "soon"}])
    row = only_rejected(open_source(tmp_path, CANONICAL).read(OCTOBER))
    assert row.reason == 'The column "Invoice Date" holds "soon", which is not a date.'


def test_the_file_is_named_when_a_month_has_several(tmp_path: Path) -> None:
    write_rows(tmp_path / "2026-10-a.csv", [{}])
    write_rows(tmp_path / "2026-10-b.csv", [{"total": "x", "line_id": "L-9"}])
    row = only_rejected(open_source(tmp_path, CANONICAL).read(OCTOBER))
    assert row.reason.startswith('In 2026-10-b.csv: The column "Total"')


@pytest.mark.parametrize("with_ids", [True, False])
def test_the_same_lines_in_two_files_of_a_month(tmp_path: Path, *, with_ids: bool) -> None:
    columns = [column for column in LineField if with_ids or column != LineField.LINE_ID]
    lines = [LINE_10, replace(LINE_10, line_id="L-2", offer_id="B")]
    write_csv(tmp_path / "2026-10 first.csv", lines, Style(columns=columns))
    write_csv(tmp_path / "2026-10 second.csv", lines[1:], Style(columns=columns))
    found = list(open_source(tmp_path, CANONICAL).read(OCTOBER))
    assert len(lines_of(found)) == 2
    assert "row 3 of 2026-10 first.csv." in only_rejected(found).reason


def test_a_month_that_is_not_there(folder: Path) -> None:
    with pytest.raises(SourceUnreadable, match="has no file for 2026-11; it has 2026-09, 2026-10") as caught:
        list(open_source(folder, CANONICAL).read(NOVEMBER))
    assert "2026-11 in its name" in caught.value.remedy


def test_a_folder_without_month_files(tmp_path: Path) -> None:
    write_csv(tmp_path / "lines.csv", [])
    source = open_source(tmp_path, CANONICAL)
    for read_it in (source.months, lambda: list(source.read()), lambda: list(source.read(OCTOBER))):
        with pytest.raises(SourceUnreadable, match="holds no month files"):
            read_it()


def test_the_pattern_of_the_profile(tmp_path: Path) -> None:
    write_csv(tmp_path / "bill_10_2026.dat", [LINE_10])
    pattern = r"bill_(?P<month>\d+)_(?P<year>\d{4})\.dat"
    profile = Profile(name="x", format="csv", month_in_file_name=pattern)
    assert list(open_source(tmp_path, profile).read(OCTOBER)) == [LINE_10]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("2026-09 to 2026-10.csv", "holds more than one month: 2026-09, 2026-10"),
        ("2026-9999.csv", "holds no month: '2026-99' is not a month"),
    ],
)
def test_names_without_one_month(tmp_path: Path, name: str, sentence: str) -> None:
    write_csv(tmp_path / name, [])
    pattern = Profile(name="x", month_in_file_name=r"(?P<year>\d{4})-(?P<month>\d\d)")
    with pytest.raises(SourceUnreadable, match=sentence):
        open_source(tmp_path, pattern).months()


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("2026-10.csv", OCTOBER),
        ("lines_202610.csv", OCTOBER),
        ("lines 2026_10 final.csv", OCTOBER),
        ("20261015-export.csv", OCTOBER),
        ("a2026-10b.csv", OCTOBER),
        ("2026-13.csv", None),
        ("1234202610.csv", None),
        ("id-20261099.csv", None),
    ],
)
def test_months_in_names(tmp_path: Path, name: str, month: Month | None) -> None:
    write_csv(tmp_path / "2020-01.csv", [])
    write_csv(tmp_path / name, [])
    assert open_source(tmp_path, CANONICAL).months() == [Month(2020, 1), *([month] if month else [])]


def test_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="There is no file or folder"):
        open_source(tmp_path / "gone.csv", CANONICAL)


def test_a_file_that_went_away(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", [LINE_9])
    source = open_source(path, CANONICAL)
    path.unlink()
    with pytest.raises(SourceUnreadable, match=r"There is no file lines\.csv"):
        list(source.read())
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        source_digest(source)


def test_a_folder_that_went_away(tmp_path: Path) -> None:
    place = tmp_path / "lines"
    place.mkdir()
    source = open_source(place, CANONICAL)
    place.rmdir()
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        source.months()


@pytest.mark.parametrize(("name", "words"), [("lines.pdf", "the extension .pdf"), ("lines", "no extension")])
def test_unknown_formats(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(SourceUnreadable, match=words) as caught:
        read(write_csv(tmp_path / name, []))
    assert ".xlsx" in caught.value.sentence
    assert read(tmp_path / name, Profile(name="x", format="csv")) == []


def test_errors_are_the_vocabularys(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_source(tmp_path / "gone", CANONICAL)
    assert caught.value.code == "source_unreadable"


def test_digests(folder: Path) -> None:
    path = folder / "lines-2026-09.csv"
    plain = hashlib.sha256(path.read_bytes()).hexdigest()
    assert source_digest(open_source(path, CANONICAL)) == plain
    source = open_source(folder, CANONICAL)
    assert source_digest(source, SEPTEMBER) == plain
    before = source_digest(source, OCTOBER)
    assert len({plain, before, source_digest(source)}) == 3
    (folder / "b_2026-10-31.json").rename(folder / "renamed-2026-10.json")
    assert source_digest(source, OCTOBER) == before
    (folder / "renamed-2026-10.json").write_bytes(b"[]")
    assert source_digest(source, OCTOBER) != before
    assert content_digest([path]) == plain
