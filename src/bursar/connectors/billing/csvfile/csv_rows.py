"""Rows of a CSV file. What is broken costs one row: reading goes on at the next line of the file."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bursar.connectors.billing.csvfile.fault import Fault, raw_text
from bursar.connectors.billing.csvfile.layout import recognised
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.table import BrokenRow, Row, Table
from bursar.connectors.billing.csvfile.text_file import (
    LONGEST_LINE,
    NUL_BYTES,
    PhysicalLine,
    holds_unreadable_bytes,
    open_text,
    physical_lines,
    unreadable_bytes,
)
from bursar.domain.errors import SourceUnreadable

DELIMITERS = (",", ";", "\t", "|")
MOST_HEADING_LINES = 100

_EXPORT_AGAIN = "Export the file again, or correct the row."
TOO_LONG = Fault(f"The row is longer than {LONGEST_LINE:,} characters.", _EXPORT_AGAIN)
CUT_ROW = Fault(
    "The file ends in the middle of this row.",
    "The export or transfer was interrupted. Export the file again and load it once more.",
)
_NO_HEADINGS = "Export the file again with headings, or correct header_row or delimiter in the profile."


@contextmanager
def csv_table(path: Path, profile: Profile) -> Iterator[Table]:
    """The table of a CSV file. Raises SourceUnreadable when its headings cannot be read."""
    with open_text(path, profile.encoding) as stream:
        lines = physical_lines(stream)
        heading_lines = _heading_lines(lines, profile, path.name)
        delimiter = _delimiter(heading_lines, profile)
        headings = _split(heading_lines, delimiter)
        if headings is None:
            raise SourceUnreadable(f"The heading row of {path.name} is not valid CSV.", remedy=_NO_HEADINGS)
        feed = _Feed(lines)
        yield Table(headings, _rows(feed, delimiter, len(headings), profile))


def _heading_lines(lines: Iterator[PhysicalLine], profile: Profile, where: str) -> list[str]:
    """The physical lines of the heading row: more than one when a quoted heading holds a line break."""
    for _ in range(profile.header_row - 1):
        next(lines, None)
    taken: list[str] = []
    for line in lines:
        taken.append(line.text)
        if "".join(taken).count('"') % 2 == 0 or len(taken) == MOST_HEADING_LINES:
            return taken
    if taken:
        return taken
    raise SourceUnreadable(f"{where} ends before its heading row {profile.header_row}.", remedy=_NO_HEADINGS)


def _delimiter(heading_lines: Sequence[str], profile: Profile) -> str:
    """The profile's delimiter, or the one under which most headings are known (then: the most headings)."""
    if profile.delimiter != "auto":
        return "\t" if profile.delimiter == "tab" else profile.delimiter

    def worth(delimiter: str) -> tuple[int, int]:
        headings = _split(heading_lines, delimiter) or []
        return recognised(headings, profile), len(headings)

    return max(DELIMITERS, key=worth)


def _split(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """The values of one row; None when it is not CSV."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None


class _Feed:
    """Hands lines to the csv reader, remembers those of the current row, and can hand them out again.

    What it remembers is bounded: the csv module gives a value up that grows beyond its field size limit.
    """

    def __init__(self, lines: Iterator[PhysicalLine]) -> None:
        self._lines = lines
        self._again: deque[PhysicalLine] = deque()
        self.taken: list[PhysicalLine] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line.text

    def keep_first(self) -> None:
        """Give all lines of the row but the first back, to be read as rows of their own."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _rows(feed: _Feed, delimiter: str, width: int, profile: Profile) -> Iterator[Row | BrokenRow]:
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    number = profile.header_row
    while True:
        feed.taken = []
        cells = _next_cells(reader)
        if not feed.taken:
            return
        number += 1
        yield _row(number, cells, feed, delimiter, width, profile.encoding)


def _next_cells(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        cells = next(reader, None)
    except csv.Error:
        return None
    return cells and [cell.strip() for cell in cells]


def _row(
    number: int, cells: list[str] | None, feed: _Feed, delimiter: str, width: int, encoding: str
) -> Row | BrokenRow:
    if cells is not None and not any(cells):
        return Row(number, [""] * width)
    if len(feed.taken) > 1 and _lost_quotation_mark(cells, feed.taken, delimiter, width):
        feed.keep_first()
        cells = None
    text = "".join(line.text for line in feed.taken)
    ended = feed.taken[-1].ended
    if not all(line.whole for line in feed.taken):
        return BrokenRow(number, TOO_LONG, raw_text(text))
    if cells is None or len(cells) != width:
        return BrokenRow(number, _shape_fault(cells, text, width, ended=ended), raw_text(text))
    if fault := _text_fault(text, encoding):
        return BrokenRow(number, fault, raw_text(text))
    return Row(number, cells, text, ended)


def _lost_quotation_mark(cells: list[str] | None, lines: Sequence[PhysicalLine], delimiter: str, width: int) -> bool:
    """Whether a row over several lines holds other rows: its own shape is wrong, or one of its lines is a whole row.

    The last line of a value in the first column has the shape of a whole row, and may.
    """
    if cells is None or len(cells) != width:
        return True
    inner = lines[1:-1] if len(cells[0].splitlines()) > 1 else lines[1:]
    return any(len(_split([line.text], delimiter) or ()) == width for line in inner)


def _shape_fault(cells: list[str] | None, text: str, width: int, *, ended: bool) -> Fault:
    """Why the row does not fall into as many values as there are headings."""
    if "\0" in text:
        return NUL_BYTES
    if not ended and (cells is None or len(cells) < width):
        return CUT_ROW
    if cells is None:
        return Fault(
            "A quotation mark in the row is not closed, or stands where none may be.",
            "Write a quotation mark inside a quoted value twice, and close every quoted value.",
        )
    if len(cells) < width:
        return Fault(f"The row has {len(cells)} values; the headings ask for {width}.", _EXPORT_AGAIN)
    return Fault(
        f"The row has {len(cells)} values; the headings ask for {width}.",
        "Put values that hold the delimiter into quotation marks.",
    )


def _text_fault(text: str, encoding: str) -> Fault | None:
    """What makes the values unusable although their number is right."""
    if "\0" in text:
        return NUL_BYTES
    return unreadable_bytes(encoding) if holds_unreadable_bytes(text) else None
