"""Rows of an Excel workbook, one at a time. Formulas are recognised, never computed or trusted."""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from bursar.connectors.billing.csvfile.amounts import without_noise
from bursar.connectors.billing.csvfile.cells import Cell, cell_text
from bursar.connectors.billing.csvfile.fault import Fault, shown
from bursar.connectors.billing.csvfile.layout import missing
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.table import Row, Table
from bursar.domain.errors import SourceUnreadable

# Remarks about styles and extensions of a workbook, which do not touch its values.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")

_DAMAGED = (
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What the workbook library raises over damaged archives and sheets; only its own calls are guarded by it."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_Cells = Sequence[SheetCell | MergedCell]

LARGEST_WORKBOOK = 1024**3
"""In bytes, unpacked. Sheets are read as a stream."""
LARGEST_PART = 128 * 1024**2
"""The same of a part that is held in memory: the texts and styles of a workbook."""


@contextmanager
def xlsx_table(path: Path, profile: Profile) -> Iterator[Table]:
    """The table of one sheet. Raises SourceUnreadable when the workbook is protected, damaged or has no such sheet."""
    with _opened(path) as workbook:
        sheet = _sheet(workbook, profile, path.name)
        headings = _headings(sheet, profile, path.name)
        yield Table(headings, _rows(sheet, len(headings), profile, path.name))


def xlsx_top(path: Path, profile: Profile, count: int) -> tuple[list[str], list[list[Cell]]]:
    """The names of the sheets, and the first rows of the one that would be read. Raises SourceUnreadable.

    Without rows when it is not clear which sheet that is: whoever reads the table is told why.
    """
    with _opened(path) as workbook:
        titles = [sheet.title for sheet in workbook.worksheets]
        try:
            sheet = _sheet(workbook, profile, path.name)
        except SourceUnreadable:
            return titles, []
        return titles, [[_cell(cell) for cell in row] for row in islice(_sheet_rows(sheet, path.name), count)]


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    with path.open("rb") as stream:
        _refuse_old_office(stream, path.name)
        _refuse_bombs(stream, path.name)
        with closing(_workbook(stream, path.name)) as workbook:
            yield workbook


def _refuse_bombs(stream: BinaryIO, where: str) -> None:
    """A small archive may unpack to more than the machine holds. No part unpacks to more than it says it does."""
    try:
        parts = ZipFile(stream).infolist()
    except _DAMAGED:
        raise _damaged(where) from None
    held = [part.file_size for part in parts if not part.filename.startswith("xl/worksheets/")]
    if sum(part.file_size for part in parts) > LARGEST_WORKBOOK or max(held, default=0) > LARGEST_PART:
        raise SourceUnreadable(
            f"{where} unpacks to more than Bursar reads.", remedy="Save the sheet with the lines as CSV, or split it."
        )
    stream.seek(0)


def _refuse_old_office(stream: BinaryIO, where: str) -> None:
    content = stream.read(len(_OLD_OFFICE))
    if not content:
        raise SourceUnreadable(f"{where} is empty.", remedy="Export it again; the transfer may have failed.")
    if content == _OLD_OFFICE:
        protected = _ENCRYPTED in stream.read()
        raise SourceUnreadable(
            f"{where} is {'protected with a password' if protected else 'an old Excel file (.xls)'}.",
            remedy="Open it in Excel and save it as .xlsx without a password to open it.",
        )
    stream.seek(0)


class _Sheet(ReadOnlyWorksheet):
    """A sheet that is not looked through for its dimensions: where none are stated, that reads it to its end."""

    def _get_size(self) -> None:
        """Say nothing. They may be wrong anyway."""


class _Reader(ExcelReader):
    """Opens a workbook without reading a sheet."""

    def read_worksheets(self) -> None:
        """List the sheets."""
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                found = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
                found.sheet_state = sheet.state or "visible"
                vars(self.wb)["_sheets"].append(found)  # the library has no other way in for a sheet that is read only


def _workbook(stream: BinaryIO, where: str) -> Workbook:
    try:
        reader = _Reader(stream, read_only=True, data_only=False, keep_links=False)
        reader.read()
    except _DAMAGED:
        raise _damaged(where) from None
    workbook: Workbook = reader.wb
    return workbook


def _damaged(where: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{where} is damaged or is not an Excel workbook.",
        remedy="Export it again, or open it in Excel, let it repair the file and save it as .xlsx.",
    )


def _sheet(workbook: Workbook, profile: Profile, where: str) -> ReadOnlyWorksheet:
    """The sheet that the profile names; else the only one with the headings; else the first."""
    sheets: list[ReadOnlyWorksheet] = list(workbook.worksheets)
    if not sheets:
        raise SourceUnreadable(f"{where} has no worksheet.", remedy="Export the file again.")
    if profile.sheet is not None:
        return _named(sheets, profile.sheet, where)
    if len(sheets) == 1:
        return sheets[0]
    fitting = [sheet for sheet in sheets if not missing(_headings(sheet, profile, where), profile)]
    if len(fitting) > 1:
        raise SourceUnreadable(
            f"The sheets {_titles(fitting)} of {where} all hold invoice lines.",
            remedy="Say in the profile which sheet to read (sheet), or put the lines into one sheet.",
        )
    return (fitting or sheets)[0]


def _named(sheets: Sequence[ReadOnlyWorksheet], title: str, where: str) -> ReadOnlyWorksheet:
    for sheet in sheets:
        if sheet.title.strip().casefold() == title.strip().casefold():
            return sheet
    raise SourceUnreadable(
        f'{where} has no sheet "{title}"; it has {_titles(sheets)}.', remedy="Correct sheet in the profile."
    )


def _titles(sheets: Sequence[ReadOnlyWorksheet]) -> str:
    return ", ".join(f'"{shown(sheet.title)}"' for sheet in sheets)


def _headings(sheet: ReadOnlyWorksheet, profile: Profile, where: str) -> list[str]:
    """The texts of the heading row up to the last that is not empty."""
    row = next(islice(_sheet_rows(sheet, where), profile.header_row - 1, None), ())
    headings = [cell_text(_cell(cell)) for cell in row]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _rows(sheet: ReadOnlyWorksheet, width: int, profile: Profile, where: str) -> Iterator[Row]:
    rows = enumerate(_sheet_rows(sheet, where), start=1)
    for number, row in islice(rows, profile.header_row, None):
        cells = [_cell(cell) for cell in row[:width]]
        yield Row(number, cells + [""] * (width - len(cells)))


def _sheet_rows(sheet: ReadOnlyWorksheet, where: str) -> Iterator[_Cells]:
    # A workbook may state wrong dimensions; believing them would leave rows out in silence.
    sheet.reset_dimensions()
    rows = iter(sheet.rows)
    while True:
        try:
            row = next(rows, None)
        except _DAMAGED:
            raise _damaged(where) from None
        if row is None:
            return
        yield row


def _cell(cell: SheetCell | MergedCell) -> Cell:
    if cell.data_type == "f":
        return Fault(
            f"The cell {cell.coordinate} holds a formula.",
            "Copy the cells, paste them as values, save the file and load it again.",
        )
    if cell.data_type == "e":
        return Fault(f"The cell {cell.coordinate} holds the error {cell.value}.", "Correct the cell and save the file.")
    return _value(cell.value)


def _value(value: object) -> Cell:
    """A cell's value: numbers as Decimal without rounding noise, date-times as their date."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return without_noise(Decimal(repr(value)))
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else str(value).strip()
