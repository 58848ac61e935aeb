"""Excel workbooks: typed cells, formulas, sheets, and files that are no workbook."""

import warnings
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from bursar.connectors.billing.csvfile import LineField, Profile
from bursar.connectors.billing.csvfile.profile import SkipRule
from bursar.domain.errors import SourceUnreadable
from tests.connectors.csvfile.writing import (
    CANONICAL,
    lines_of,
    make_line,
    only_rejected,
    read,
    rejected_of,
    write_xlsx,
)

LINES = [make_line(line_id=f"L-{number}") for number in range(1, 4)]
Typed = str | float | date | ArrayFormula
COLUMN = {field: position for position, field in enumerate(LineField, start=1)}


def change_cells(path: Path, values: Mapping[tuple[int, LineField], Typed]) -> Path:
    """Set cells by row and field, as somebody does in Excel."""
    workbook = load_workbook(path)
    sheet = workbook.worksheets[0]
    for (row, field), value in values.items():
        cell = sheet.cell(row, COLUMN[field])
        cell.number_format = "General"
        cell.value = value
    workbook.save(path)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "lines.xlsx", LINES)


@pytest.mark.parametrize(
    ("formula", "field", "cell"),
    [
        ("=O3*P3", LineField.TOTAL, "R3"),
        (ArrayFormula("C3:C3", "=UPPER(C2)"), LineField.INVOICE_STATUS, "C3"),
        ("=DATE(2026,10,1)", LineField.CHARGE_START, "M3"),
        ('="L-"&2', LineField.LINE_ID, "T3"),
    ],
)
def test_a_formula_is_recognised_and_its_row_rejected(
    book: Path, formula: str | ArrayFormula, field: LineField, cell: str
) -> None:
    found = read(change_cells(book, {(3, field): formula}))
    row = only_rejected(found)
    assert lines_of(found) == [LINES[0], LINES[2]]
    assert row.row_number == 3
    assert row.reason == f"The cell {cell} holds a formula."
    assert row.remedy == "Copy the cells, paste them as values, save the file and load it again."


def test_a_formula_in_a_column_that_is_not_used_does_no_harm(book: Path) -> None:
    profile = Profile(name="x", columns={"Contract ID": None})
    found = read(change_cells(book, {(3, LineField.CONTRACT_ID): "=1+1"}), profile)
    assert len(lines_of(found)) == 3


def test_a_total_row_of_formulas_can_be_skipped(book: Path) -> None:
    change_cells(book, {(5, LineField.ORGANIZATION_NAME): "Total", (5, LineField.TOTAL): "=SUM(R2:R4)"})
    profile = Profile(name="x", skip_rows=(SkipRule(column="organization_name", equals=("total",)),))
    assert read(book, profile) == LINES
    assert only_rejected(read(book)).row_number == 5


def test_an_error_value_is_named(book: Path) -> None:
    row = only_rejected(read(change_cells(book, {(2, LineField.QUANTITY): "#DIV/0!"})))
    assert row.reason == "The cell O2 holds the error #DIV/0!."


def test_numbers_are_exact(book: Path) -> None:
    change_cells(
        book,
        {
            (2, LineField.UNIT_PRICE): 12.1,
            (2, LineField.UNIT_COST): 0.1 + 0.2,
            (2, LineField.TOTAL): 35.900000000000006,
            (2, LineField.QUANTITY): 3,
            (3, LineField.TOTAL): 1234567890123.45,
            (4, LineField.TOTAL): 0.1 + 0.2 - 0.3,
        },
    )
    first, second, third = lines_of(read(book))
    assert (first.unit_price, first.unit_cost, first.total) == (Decimal("12.1"), Decimal("0.3"), Decimal("35.90"))
    assert str(first.quantity) == "3"
    assert second.total == Decimal("1234567890123.45")
    assert str(third.total) == "0.00"


def test_ids_that_excel_took_for_numbers(book: Path) -> None:
    change_cells(book, {(2, LineField.ORGANIZATION_ID): 1001.0, (2, LineField.INVOICE_NUMBER): 20261000412})
    line = lines_of(read(book))[0]
    assert (line.organization_id, line.invoice_number) == ("1001", "20261000412")


def test_an_id_that_excel_took_for_a_date(book: Path) -> None:
    row = only_rejected(read(change_cells(book, {(2, LineField.INVOICE_NUMBER): date(2026, 10, 1)})))
    assert row.reason == 'The column "Invoice Number" holds "2026-10-01", which is a date instead of a text.'


def test_dates_may_have_a_time_or_be_text(book: Path) -> None:
    change_cells(
        book,
        {
            (2, LineField.CHARGE_END): datetime.fromisoformat("2026-10-31T23:59:59"),
            (2, LineField.CHARGE_START): "2026-10-01",
        },
    )
    assert read(book) == LINES


def test_a_number_is_not_a_date(book: Path) -> None:
    row = only_rejected(read(change_cells(book, {(2, LineField.CHARGE_END): 46326})))
    assert 'The column "Charge End" holds "46326", which is a number instead of a date.' in row.reason


def test_a_number_may_be_a_date_when_the_profile_says_so(book: Path) -> None:
    change_cells(book, {(2, LineField.CHARGE_END): 20261031})
    assert read(book, Profile(name="x", date_formats=("YYYYMMDD",))) == LINES


def test_a_date_outside_the_calendar(book: Path) -> None:
    change_cells(book, {(2, LineField.CHARGE_END): date(2026, 10, 31)})
    rewrite_sheet(book, b"<v>46326</v>", b"<v>99999999</v>")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        row = rejected_of(read(book))[0]
    assert "holds the error #VALUE!" in row.reason


def rewrite_sheet(path: Path, old: bytes, new: bytes) -> None:
    """Replace bytes in the sheet's XML."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_wrong_dimensions_lose_no_rows(book: Path) -> None:
    change_cells(book, {})
    rewrite_sheet(book, b'<dimension ref="A1:T4"', b'<dimension ref="A1:T2"')
    assert read(book) == LINES


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = first_sheet(workbook)
    sheet["A1"] = "October"
    for column, heading in enumerate(CANONICAL.headings, start=1):
        sheet.cell(4, column, heading)
    for column, value in enumerate(CANONICAL.row(make_line(total=Decimal("1.00"), currency="US")), start=1):
        sheet.cell(9, column, value)
    workbook.save(tmp_path / "late.xlsx")
    row = only_rejected(read(tmp_path / "late.xlsx", Profile(name="x", header_row=4)))
    assert row.row_number == 9
    assert row.raw.startswith("INV-2026-0412 | 2026-10-31 | Verified")


def first_sheet(workbook: Workbook) -> Worksheet:
    sheet = workbook.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def with_notes(path: Path, *, copy_lines: bool) -> Path:
    """The workbook with a sheet before the lines: notes, or the same lines again."""
    workbook = load_workbook(path)
    notes = workbook.create_sheet("Notes", 0)
    notes["A1"] = "How to read this file"
    if copy_lines:
        for row in workbook["Lines"].iter_rows(values_only=True):
            notes.append(row)
        notes.delete_rows(1)
    workbook.save(path)
    return path


def test_the_sheet_with_the_headings_is_found(book: Path) -> None:
    assert read(with_notes(book, copy_lines=False)) == LINES


def test_two_sheets_of_lines_are_not_guessed_between(book: Path) -> None:
    with pytest.raises(SourceUnreadable) as caught:
        read(with_notes(book, copy_lines=True))
    assert caught.value.sentence == 'The sheets "Notes", "Lines" of lines.xlsx all hold invoice lines.'
    assert read(book, Profile(name="x", sheet="lines")) == LINES


def test_a_sheet_that_is_not_there(book: Path) -> None:
    with pytest.raises(SourceUnreadable, match='has no sheet "Invoices"; it has "Lines"'):
        read(book, Profile(name="x", sheet="Invoices"))


def test_missing_headings(book: Path) -> None:
    change_cells(book, {(1, LineField.TOTAL): "Sum"})
    with pytest.raises(SourceUnreadable, match='lacks the headings "Total"'):
        read(book)


def old_office(*, encrypted: bool) -> bytes:
    directory = "EncryptedPackage" if encrypted else "Workbook"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + directory.encode("utf-16-le") + bytes(1000)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (old_office(encrypted=True), "is protected with a password"),
        (old_office(encrypted=False), "is an old Excel file"),
        (b"", "is empty"),
        (b"Invoice Number,Total\r\n", "is damaged or is not an Excel workbook"),
        (b"PK\x03\x04" + bytes(100), "is damaged or is not an Excel workbook"),
    ],
)
def test_files_that_are_no_workbook(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "lines.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=sentence) as caught:
        read(path)
    assert caught.value.remedy


def test_a_sheet_that_is_cut(book: Path) -> None:
    rewrite_sheet(book, b"</sheetData>", b"")
    with pytest.raises(SourceUnreadable, match="is damaged"):
        read(book)


_BOOK: list[bytes] = []


def workbook_bytes() -> bytes:
    if not _BOOK:
        with TemporaryDirectory() as folder:
            _BOOK.append(write_xlsx(Path(folder) / "lines.xlsx", LINES).read_bytes())
    return _BOOK[0]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8), st.booleans())
@pytest.mark.filterwarnings("ignore")
def test_no_damage_can_crash_the_reading(position: int, noise: bytes, cut: bool) -> None:
    content = workbook_bytes()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.xlsx"
        rest = b"" if cut else content[position + len(noise) :]
        path.write_bytes(content[:position] + noise + rest)
        try:
            found = read(path)
        except SourceUnreadable:
            return
    assert len(lines_of(found)) <= len(LINES)
