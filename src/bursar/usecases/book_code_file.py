"""All mappings of a book as one CSV file: out, edited in a spreadsheet, and in again, all or none."""

from collections.abc import Iterator
from datetime import datetime

from bursar.domain.errors import InvalidInput
from bursar.domain.spreadsheet import csv_lines, csv_rows
from bursar.store.models import Book, BookCode
from bursar.usecases.book_codes import map_codes

COLUMNS = ("kind", "source", "label", "target", "unusable")
NEEDED = ("kind", "source", "target")
_REMEDY = "Start from the file that the mappings of a book are given out as."


def export_codes(book: Book, kind: str = "", *, unusable: bool = False) -> Iterator[str]:
    """The codes of the book as CSV, read and written piece by piece; only of one kind, or only unusable ones."""
    rows = BookCode.objects.filter(book=book).order_by("kind", "source")
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(unusable=True) if unusable else rows
    return csv_lines(COLUMNS, map(_cells, rows.iterator(2000)))


def import_codes(book: Book, content: bytes, now: datetime) -> int:
    """Take in such a file: the columns kind, source and target. Returns how many changed. Raises InvalidInput.

    An empty target takes a mapping back.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("This is not a CSV file in UTF-8.", remedy=_REMEDY) from None
    return map_codes(book, _rows(text), now)


def _cells(row: BookCode) -> dict[str, object]:
    return {name: getattr(row, name) for name in COLUMNS} | {"unusable": "yes" if row.unusable else "no"}


def _rows(text: str) -> list[tuple[str, str, str]]:
    found = list(csv_rows(text, what="file of mappings"))
    divided = next((row.line for row in found if row.surplus), None)
    if divided is not None:
        remedy = "Put a code that holds a comma or a semicolon in quotes."
        raise InvalidInput(f"The file has a row with more cells than headings (line {divided}).", remedy=remedy)
    rows = [row.cells for row in found]
    if not rows:
        raise InvalidInput(f"The file has no row under the headings {', '.join(NEEDED)}.", remedy=_REMEDY)
    missing = [name for name in NEEDED if name not in rows[0]]
    if missing:
        raise InvalidInput(f"The file lacks the column {', '.join(missing)}.", remedy=_REMEDY)
    return [(cells["kind"].lower(), cells["source"], cells["target"]) for cells in rows]
