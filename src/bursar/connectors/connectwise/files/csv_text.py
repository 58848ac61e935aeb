"""CSV that somebody else wrote, as rows under headings, with any usual delimiter."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bursar.domain.errors import SourceUnreadable

_DELIMITERS = ",;\t|"
_REMEDY = "Save the file as CSV in UTF-8, with a heading row."


class CsvRow(NamedTuple):
    """A row: the number of its first line, and its cells by the key of their heading."""

    line: int
    cells: Mapping[str, str]


def heading_key(text: str) -> str:
    """A heading without regard to case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def csv_rows(text: str, *, what: str) -> Iterator[CsvRow]:
    """The rows that hold anything. Raises SourceUnreadable when quoting is broken or a heading comes twice."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    headings: list[str] = []
    try:
        previous = 0
        for cells in reader:
            line, previous = previous + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not headings:
                headings = _headings(cells, what)
                continue
            yield CsvRow(line, {key: plain(cell) for key, cell in zip(headings, cells, strict=False) if key})
    except csv.Error as error:
        raise SourceUnreadable(f"The {what} is no CSV: {error} (line {reader.line_num}).", remedy=_REMEDY) from error


def plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from calculating it."""
    text = cell.strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r" else text


def _headings(cells: list[str], what: str) -> list[str]:
    keys = [heading_key(cell) for cell in cells]
    doubled = next((cell for cell, key in zip(cells, keys, strict=True) if key and keys.count(key) > 1), None)
    if doubled is not None:
        raise SourceUnreadable(f"The {what} has the heading {doubled.strip()[:40]} twice.", remedy=_REMEDY)
    return keys
