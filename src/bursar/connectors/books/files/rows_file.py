"""Import files of rows: a document is the rows that follow one another under its marker, the last of them marked."""

import csv
import io
import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from bursar.connectors.books.entry import Entry
from bursar.connectors.books.entry_file import unreadable
from bursar.connectors.books.files.import_file import ImportFile

_PLACE = re.compile(r"(?:Bursar: )?(\d+) of (\d+)\.")


@dataclass(frozen=True, slots=True)
class _Key:
    """Which document a row belongs to, and whether it is its last."""

    marker: str
    is_last: bool


class RowsFile(ImportFile):
    """Rows of cells. One column says `2 of 3.`, so that a document that a crash cut off is known as such."""

    columns: ClassVar[tuple[str, ...]]
    marker_column: ClassVar[int]
    place_column: ClassVar[int]

    @abstractmethod
    def _entry(self, marker: str, rows: Sequence[Sequence[str]]) -> Entry:
        """The document that these rows are. Raises ValueError, ArithmeticError or LookupError."""

    def _text(self, rows: Sequence[Sequence[str]]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue()

    def _cells(self, line: bytes) -> list[str]:
        try:
            found = next(csv.reader([line.decode(self.encoding).rstrip("\r\n")], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            return []
        return found + [""] * (len(self.columns) - len(found))

    def _key(self, cells: Sequence[str]) -> _Key | None:
        """None when the row breaks off, or is none of ours."""
        place = _PLACE.fullmatch(cells[self.place_column]) if cells else None
        if place is None or not cells[self.marker_column]:
            return None
        return _Key(cells[self.marker_column], place[1] == place[2])

    def _found(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
        marker, start, whole = "", 0, True
        broken: int | None = None
        for at, line in lines:
            if line.isspace():
                continue
            if broken is not None:
                raise unreadable(self.path, "a row within the file breaks off")
            key = self._key(self._cells(line))
            if key is None:
                broken = at
                continue
            if whole or key.marker != marker:
                if marker and not whole:
                    yield marker, start
                marker, start = key.marker, at
            whole = key.is_last
            if whole:
                yield marker, start
        if not whole:
            self.torn = start
        elif broken is not None:
            self.torn = broken

    def _read(self, lines: Iterator[bytes]) -> Entry | None:
        rows: list[Sequence[str]] = []
        marker = ""
        for line in lines:
            cells = self._cells(line)
            key = self._key(cells)
            if key is None or (rows and key.marker != marker):
                break
            marker = key.marker
            rows.append(cells)
            if key.is_last:
                break
        if not rows:
            return None
        try:
            return self._entry(marker, rows)
        except (ValueError, ArithmeticError, LookupError) as error:
            raise unreadable(self.path, ", ".join(filter(None, rows[0]))) from error


def day_of(text: str) -> date:
    return date.fromisoformat(text)


def amount_of(text: str) -> Decimal:
    """A plain amount; an empty cell is nothing. Raises ArithmeticError."""
    return Decimal(text) if text else Decimal()
