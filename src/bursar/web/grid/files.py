"""A view of a grid as CSV, written as it is read, or as an Excel workbook; all its pages, with the columns shown."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from bursar.domain.spreadsheet import csv_lines
from bursar.store.queries.chunks import chunks
from bursar.web.grid.chooser import shown_columns
from bursar.web.grid.grid import Column, Grid
from bursar.web.grid.view_state import ViewState, matching

M = TypeVar("M", bound=Model)
R = TypeVar("R")

ROWS_AT_ONCE = 500
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 64 * 1024
LONGEST_CELL = 32_767
"""Characters in a cell of a workbook."""
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def view_as_file(request: HttpRequest, grid: Grid[M, R], rows: QuerySet[M], name: str) -> StreamingHttpResponse:
    """The view that the address describes: `format=xlsx` is a workbook, anything else CSV."""
    state = ViewState.read(grid, request.GET)
    columns = shown_columns(request, grid, state)
    found = _presented(grid, matching(grid, rows, state))
    if request.GET.get("format") == "xlsx":
        return _download(_workbook(grid, columns, found), XLSX, f"{name}-{timezone.now():%Y-%m-%d}.xlsx")
    titles = [column.title for column in columns]
    values = ({column.title: column.value(row) for column in columns} for row in found)
    return _download(csv_lines(titles, values), CSV, f"{name}-{timezone.now():%Y-%m-%d}.csv")


def moment_text(moment: datetime | None) -> str:
    """An instant as files carry it: ISO 8601 in UTC, to the second. A file outlives the zone of who asked for it."""
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _download(pieces: Iterator[str] | Iterator[bytes], content_type: str, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)


def _presented(grid: Grid[M, R], rows: QuerySet[M]) -> Iterator[R]:
    for piece in chunks(rows.iterator(chunk_size=ROWS_AT_ONCE), ROWS_AT_ONCE):
        yield from grid.present(piece)


def _workbook(grid: Grid[M, R], columns: Sequence[Column[R]], rows: Iterator[R]) -> Iterator[bytes]:
    """Rows go to a file as they are read, and the file goes out in pieces: memory does not grow with the list."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(grid.name[:31])
    sheet.append([_cell(sheet, column.title) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, column.value(row)) for column in columns])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _cell(sheet: WriteOnlyWorksheet, value: object) -> Cell | int | Decimal:
    """A number stays a number; text is text, whatever it begins with, and never a formula."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    text = WriteOnlyCell(sheet)
    text.value = _UNWRITABLE.sub("", "" if value is None else str(value))[:LONGEST_CELL]
    text.data_type = "s"
    return text
