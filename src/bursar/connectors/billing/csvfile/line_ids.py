"""Ids of the lines of one read: unique when given, derived and stable when not.

What was seen is kept in a temporary database file and not in memory, so that a million lines cost no more than ten.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import NamedTuple

from bursar.connectors.billing.csvfile.fault import Fault, RowError

DERIVED_PREFIX = "auto-"
_DIGITS = 24
_ANOTHER_ID = "Give each line its own line id, or remove the row that is there twice."
_ONE_VERSION = "Keep one version of the month's lines in the folder; move the other file away."


class Place(NamedTuple):
    """Where a line stands."""

    file: str
    row: int


class LineIds:
    """Remembers ids over all files of one read."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE given (id TEXT PRIMARY KEY, file TEXT, row INTEGER) WITHOUT ROWID")
        database.execute(
            "CREATE TABLE derived (content BLOB PRIMARY KEY, file TEXT, row INTEGER, times INTEGER) WITHOUT ROWID"
        )

    def claim(self, line_id: str, place: Place) -> str:
        """The id itself. Raises RowError when an earlier row has it."""
        first = self._place("SELECT file, row FROM given WHERE id = ?", line_id)
        if first:
            raise RowError(Fault(f'The line id "{line_id}" is already used in {_where(first, place)}.', _ANOTHER_ID))
        self._database.execute("INSERT INTO given VALUES (?, ?, ?)", (line_id, *place))
        return line_id

    def derive(self, content: Sequence[str], place: Place) -> str:
        """An id from what identifies the line and from how many equal lines the file had before it.

        Raises RowError when another file of this read already has such a line.
        """
        digest = hashlib.sha256(json.dumps(content).encode())
        key = digest.digest()[:16]
        first = self._place("SELECT file, row FROM derived WHERE content = ?", key)
        if first and first.file != place.file:
            raise RowError(Fault(f"The same line is already in {_where(first, place)}.", _ONE_VERSION))
        digest.update(f"#{self._count(key, place)}".encode())
        return DERIVED_PREFIX + digest.hexdigest()[:_DIGITS]

    def _count(self, key: bytes, place: Place) -> int:
        self._database.execute(
            "INSERT INTO derived VALUES (?, ?, ?, 1) ON CONFLICT (content) DO UPDATE SET times = times + 1",
            (key, *place),
        )
        counted = self._database.execute("SELECT times FROM derived WHERE content = ?", (key,)).fetchone()
        return int(counted[0])

    def _place(self, question: str, key: str | bytes) -> Place | None:
        found = self._database.execute(question, (key,)).fetchone()
        return Place(*found) if found else None


def _where(first: Place, now: Place) -> str:
    return f"row {first.row}" if first.file == now.file else f"row {first.row} of {first.file}"


@contextmanager
def line_ids() -> Iterator[LineIds]:
    """Ids for one read; what they remember is gone afterwards."""
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("BEGIN")
        yield LineIds(database)
