"""CSV that people open in a spreadsheet, where no cell of it can become a formula; and CSV as they save it there."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from bursar.domain.errors import SourceUnreadable

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = ",;\t|"
_REMEDY = "Save the file as CSV in UTF-8, with a heading row."


def cell(value: object) -> str:
    """A value as one cell; text that a spreadsheet would calculate gets an apostrophe in front, a number never."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def uncell(text: str) -> str:
    """What `cell` was given: the text without the apostrophe."""
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_A_FORMULA) else text


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """The headings, then one piece of text per row, as they are read."""
    yield _line(columns)
    for row in rows:
        yield _line([cell(row[column]) for column in columns])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


class CsvRow(NamedTuple):
    """A row: the number of its first line, and its cells by the key of their heading."""

    line: int
    cells: Mapping[str, str]
    surplus: bool = False
    """Whether cells beyond the last heading say something: a comma may have divided a number."""


def heading_key(text: str) -> str:
    """A heading without regard to case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def csv_rows(text: str, *, what: str) -> Iterator[CsvRow]:
    """The rows that hold anything, with any usual delimiter.

    Raises SourceUnreadable when quoting is broken or a heading comes twice.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    headings: list[str] = []
    try:
        previous = 0
        for cells in reader:
            line, previous = previous + 1, reader.line_num
            if not any(each.strip() for each in cells):
                continue
            if not headings:
                headings = _headings(cells, what)
                continue
            pairs = zip_longest(headings, cells[: len(headings)], fillvalue="")
            surplus = any(each.strip() for each in cells[len(headings) :])
            yield CsvRow(line, {key: uncell(each.strip()) for key, each in pairs if key}, surplus)
    except csv.Error as error:
        raise SourceUnreadable(f"The {what} is no CSV: {error} (line {reader.line_num}).", remedy=_REMEDY) from error


def _headings(cells: Sequence[str], what: str) -> list[str]:
    keys = [heading_key(each) for each in cells]
    doubled = next((each for each, key in zip(cells, keys, strict=True) if key and keys.count(key) > 1), None)
    if doubled is not None:
        raise SourceUnreadable(f"The {what} has the heading {doubled.strip()[:40]} twice.", remedy=_REMEDY)
    return keys
