"""Where in a file the entry of which marker begins: an index on the disk, so that memory does not grow with it."""

import sqlite3
from array import array
from collections.abc import Iterable

from bursar.domain.errors import Unavailable

_SET_UP = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE entry (marker BLOB PRIMARY KEY, start INTEGER NOT NULL) WITHOUT ROWID;
"""


class MarkerIndex:
    """Made anew from the file whenever it is needed, and gone with the process. Memory: eight bytes for each entry."""

    def __init__(self) -> None:
        self._table: sqlite3.Connection | None = None
        self._starts = array("Q")

    def add(self, found: Iterable[tuple[str, int]]) -> None:
        """Note further entries, in order; of two with one marker the first counts. Raises Unavailable."""
        try:
            self._opened().executemany("INSERT OR IGNORE INTO entry VALUES (?, ?)", map(self._counted, found))
        except sqlite3.Error as error:
            raise _unusable(error) from error

    def start(self, marker: str) -> int | None:
        """Where the entry of this marker begins, in bytes; None when there is none. Raises Unavailable."""
        try:
            row = self._opened().execute("SELECT start FROM entry WHERE marker = ?", [_bytes(marker)]).fetchone()
        except sqlite3.Error as error:
            raise _unusable(error) from error
        return int(row[0]) if row else None

    def all_starts(self) -> "array[int]":
        """Where each entry begins, doubles too, as of now."""
        return array("Q", self._starts)

    def newest(self, count: int) -> list[str]:
        """The markers that begin last, the last one first; looks at all of them. Raises Unavailable."""
        try:
            rows = self._opened().execute("SELECT marker FROM entry ORDER BY start DESC LIMIT ?", [count]).fetchall()
        except sqlite3.Error as error:
            raise _unusable(error) from error
        return [bytes(marker).decode("utf-8", "surrogatepass") for (marker,) in rows]

    def clear(self) -> None:
        self._starts = array("Q")
        self.close()

    def close(self) -> None:
        """Give up the table; asking again begins an empty one."""
        if self._table is not None:
            self._table.close()
            self._table = None

    def _opened(self) -> sqlite3.Connection:
        if self._table is None:
            # no name: SQLite keeps it in a file of its own, which nobody else sees and which is gone when it is closed
            self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._table.executescript(_SET_UP)
        return self._table

    def _counted(self, entry: tuple[str, int]) -> tuple[bytes, int]:
        marker, start = entry
        self._starts.append(start)
        return _bytes(marker), start


def _bytes(marker: str) -> bytes:
    """A file that somebody edited may hold halves of characters, which SQLite takes as bytes only."""
    return marker.encode("utf-8", "surrogatepass")


def _unusable(error: sqlite3.Error) -> Unavailable:
    return Unavailable(
        f"Bursar cannot keep an index of the book's entries: {error}.",
        remedy="Make room where temporary files are kept, then run again.",
    )
