"""A look at a file before it is loaded: what it seems to be, and what is never unpacked."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from bursar.connectors.billing.csvfile.preview import SCANNED_ROWS, check, first_guess, preview
from bursar.connectors.billing.csvfile.profile import load_profile
from bursar.connectors.billing.csvfile.schema import LineField
from bursar.connectors.billing.csvfile.xlsx_rows import LARGEST_PART, xlsx_table
from bursar.domain.errors import SourceUnreadable
from tests.deliveries.exports import canonical, pushed

CANONICAL = load_profile("canonical")


@pytest.mark.parametrize(
    ("text", "encoding", "row", "dates", "amounts"),
    [
        ('Date,Amount\n2026-10-31,"1,234.56"\n', "utf-8", 1, "YYYY-MM-DD", "1,234.56"),
        ("Datum;Betrag\n31.10.2026;1.234,56\n", "cp1252", 1, "DD.MM.YYYY", "1.234,56"),
        ("Date\tSum é\n31/10/2026\t1 234,56\n", "cp1252", 1, "DD/MM/YYYY", "1 234,56"),
        ("Report\n\nDatum;Betrag\n31.10.2026;1'234.56\n", "utf-16", 3, "DD.MM.YYYY", "1'234.56"),
    ],
)
def test_how_a_file_seems_to_be_written(
    tmp_path: Path, text: str, encoding: str, row: int, dates: str, amounts: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    guess = first_guess(path, CANONICAL)
    assert (guess.header_row, guess.date_formats[0], guess.decimal_style) == (row, dates, amounts)
    assert preview(path, guess).headings == text.splitlines()[row - 1].replace(";", "|").replace(",", "|").replace(
        "\t", "|"
    ).split("|")


def test_a_file_with_another_name_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    book = Workbook()
    book.active.append(["Invoice Number"])
    book.save(path)
    assert first_guess(path, CANONICAL).format == "xlsx"


def test_only_the_beginning_of_a_large_workbook_is_read(tmp_path: Path) -> None:
    """The sheet is damaged far below: a preview never comes there, a check does."""
    path = tmp_path / "large.xlsx"
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Lines")
    sheet.append(["Charge Type"])
    for number in range(SCANNED_ROWS * 4):
        sheet.append([f"Type {number % 7}"])
    book.save(path)
    parts = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    (name,) = (each for each in parts if each.startswith("xl/worksheets/"))
    parts[name] = parts[name][: len(parts[name]) * 3 // 4]
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    profile = load_profile("canonical").model_copy(update={"format": "xlsx"})
    seen = preview(path, profile)
    assert "lacks the headings" in str(seen.problem)
    assert [row.cells for row in seen.rows][:2] == [["Type 0"], ["Type 1"]]
    assert len(next(iter(seen.words.values()))) == 7
    with pytest.raises(SourceUnreadable, match="damaged"), xlsx_table(path, profile) as table:
        list(table.rows)


def test_a_workbook_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    file = io.BytesIO()
    Workbook().save(file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as part:
        for _ in range(LARGEST_PART // 1024**2 + 1):
            part.write(b" " * 1024**2)
    path.write_bytes(file.getvalue())
    assert path.stat().st_size < 1024**2
    assert "unpacks to more than Bursar reads" in str(preview(path, CANONICAL).problem)


def test_a_check_says_how_far_it_came(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_bytes(pushed([canonical(number) for number in range(5)]))
    found = check(path, CANONICAL, patience=0)
    assert (found.lines, found.finished) == (1, False)
    found = check(path, CANONICAL)
    assert (found.lines, found.finished, found.totals) == (5, True, {"USD": Decimal("45.00")})
    with pytest.raises(SourceUnreadable, match="lacks the headings"):
        check(path, CANONICAL.model_copy(update={"columns": {"odd": LineField.TOTAL}}))
