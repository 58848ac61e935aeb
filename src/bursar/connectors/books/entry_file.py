"""A file of entries that only grows: durable when it says so, read afresh, whole again after a crash.

What a person changes in it is seen: the index of markers is made anew whenever the file is not as Bursar left it, and
an entry's words are always read from the file itself.
"""

import logging
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import ClassVar

from bursar.connectors.books.entry import Entry
from bursar.connectors.books.marker_index import MarkerIndex
from bursar.domain.errors import RemoteError, Unavailable, UnknownOutcome

log = logging.getLogger("bursar.books")

Stamp = tuple[int, int, int]
_NOWHERE: Stamp = (0, 0, 0)
"""The stamp of a file that is not there."""


class EntryFile(ABC):
    """One file in one format. Memory does not grow with it: its index is on the disk."""

    heading: bytes = b""
    """What the file begins with."""
    is_strict: ClassVar[bool] = False
    """Whether it must begin so: the first lines say how the others are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn: int | None = None
        """Where an entry begins that a crash cut off; None when the file is whole."""
        self.last = ""
        """The marker of the last entry."""
        self._zeros: int | None = None
        self._markers = MarkerIndex()
        self._stamp: Stamp | None = None
        """Of the file that the index was made of; None when it has to be made anew."""
        self._ends_open = False
        self._descriptor: int | None = None
        self._appended = self._settled = 0
        self._inherited = True
        self._settling = threading.Lock()

    # What a format says of itself.

    @abstractmethod
    def _found(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
        """Marker and place of each whole entry, in order. Sets `torn`."""

    @abstractmethod
    def _read(self, lines: Iterator[bytes]) -> Entry | None:
        """The entry that begins with the first line; None when there is none. Raises RemoteError."""

    # Reading.

    def holds(self, marker: str) -> bool:
        """Whether there is an entry of this marker."""
        self.refresh()
        return self._markers.start(marker) is not None

    def newest(self, count: int) -> list[str]:
        """The markers of the last entries, the last one first."""
        self.refresh()
        return self._markers.newest(count)

    def entry(self, marker: str) -> Entry | None:
        """The entry as it stands in the file at this moment. Raises RemoteError when it cannot be read."""
        for _ in range(2):
            self.refresh()
            start = self._markers.start(marker)
            if start is None:
                return None
            with self.path.open("rb") as file:
                file.seek(start)
                found = self._read(iter(file))
            if found is not None and found.marker == marker:
                return found
            self._stamp = None
        return None

    def entries(self) -> Iterator[Entry]:
        """All entries, in the order of the file; doubles, too."""
        self.refresh()
        starts = self._markers.all_starts()
        if not starts:
            return
        with self.path.open("rb") as file:
            for place, start in enumerate(starts):
                end = starts[place + 1] if place + 1 < len(starts) else self.torn
                file.seek(start)
                block = file.read(-1 if end is None else end - start)
                found = self._read(iter(block.splitlines(keepends=True)))
                if found is not None:
                    yield found

    def refresh(self) -> None:
        """See to it that the index is that of the file as it is now."""
        stamp = self._present_stamp()
        if stamp != self._stamp:
            self._stamp = None  # half an index is none, even if the former file comes back
            self._index()
            self._stamp = stamp

    def _present_stamp(self) -> Stamp:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return _NOWHERE
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _index(self) -> None:
        self._markers.clear()
        self.torn, self._zeros, self.last, self._ends_open = None, None, "", False
        self._forget()
        try:
            with self.path.open("rb") as file:
                beginning = file.read(len(self.heading))
                if len(beginning) < len(self.heading) and self.heading.startswith(beginning):
                    self.torn = 0 if beginning else None
                    return
                if self.is_strict and beginning != self.heading:
                    raise _other_heading(self.path)
                start = len(self.heading) if self.is_strict else 0
                file.seek(start)
                self._markers.add(self._noted(self._found(self._numbered(file, start))))
                if self.torn is None:
                    self.torn = self._zeros
        except FileNotFoundError:
            return

    def _forget(self) -> None:  # noqa: B027  (most formats keep nothing besides)
        """Forget what was learned from the file before it is read anew."""

    def _numbered(self, lines: Iterable[bytes], at: int) -> Iterator[tuple[int, bytes]]:
        """Lines with their places, as far as there are any: a disk without power may leave zeros at the end.

        Raises RemoteError when more than zeros follows: that was no crash, and nothing of it may be moved away.
        """
        rest = iter(lines)
        for line in rest:
            if b"\0" in line:
                if any(each.strip(b"\0\r\n") for each in chain([line[line.index(b"\0") :]], rest)):
                    raise _zeros_within(self.path)
                self._zeros = at
                return
            self._ends_open = not line.endswith(b"\n")
            yield at, line
            at += len(line)

    def _noted(self, found: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
        for marker, start in found:
            self.last = marker
            yield marker, start

    # Writing; the caller holds the lock of the book.

    def append(self, marker: str, text: bytes, entry_at: int = 0) -> None:
        """Write one entry at the end; `settle` makes it last. `entry_at` is where in the text it begins.

        Raises Unavailable when nothing was written, UnknownOutcome when that is not certain.
        """
        self.refresh()
        descriptor = self._open()
        size = os.fstat(descriptor).st_size
        before = self.heading if not size else b"\n" if self._ends_open else b""
        self._write(descriptor, before + text, size)
        self._appended += 1
        self.last = marker
        self._ends_open = False
        try:
            self._markers.add([(marker, size + len(before) + entry_at)])
        except Unavailable:
            self._stamp = None  # the entry is written all the same; whoever asks next makes the index anew
        else:
            self._stamp = self._present_stamp()

    def settle(self) -> None:
        """Wait until the disk has everything that was appended so far. Threads that wait together wait once.

        Raises UnknownOutcome when the disk does not confirm it.
        """
        wanted = self._appended
        with self._settling:
            if self._settled < wanted:
                if self._descriptor is None:  # closed meanwhile, and the disk did not confirm it then
                    raise _unconfirmed(self.path)
                self._sync(self._descriptor)

    def adopt(self) -> None:
        """Settle what an earlier process wrote and may not have lived to settle; once. Raises OSError."""
        if self._inherited and self.path.exists():
            _settle(self.path)
        self._inherited = False

    def _sync(self, descriptor: int) -> None:
        reached = self._appended
        try:
            os.fsync(descriptor)
        except OSError as error:
            self._stamp = None
            raise _unconfirmed(self.path) from error
        self._settled = reached

    def mend(self) -> None:
        """Take an entry that a crash cut off out of the file. Nothing is lost: it goes to a file beside it."""
        self.refresh()
        if self.torn is not None:
            self.cut(self.torn)

    def cut(self, size: int) -> None:
        """Move everything from there on to `NAME.torn`."""
        torn = self.path.with_name(f"{self.path.name}.torn")
        with self.path.open("rb") as file:
            file.seek(size)
            rest = file.read()
        log.warning("%d bytes of an unfinished entry are moved from %s to %s.", len(rest), self.path.name, torn.name)
        with torn.open("ab") as kept:
            kept.write(rest + b"\n")
            kept.flush()
            os.fsync(kept.fileno())
        descriptor = self._open()
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
        self._stamp = None
        self.refresh()

    def close(self) -> None:
        """Raises UnknownOutcome when the disk does not confirm what was appended. Usable again afterwards."""
        self._markers.close()
        self._stamp = None
        self._close_descriptor()

    def _close_descriptor(self) -> None:
        with self._settling:
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is None:
                return
            try:
                if self._settled < self._appended:
                    self._sync(descriptor)
            finally:
                os.close(descriptor)

    def _open(self) -> int:
        """The descriptor to append to; a new one when an editor has put another file in the place of the old one."""
        if self._descriptor is not None:
            if self._present_stamp()[0] == os.fstat(self._descriptor).st_ino:
                return self._descriptor
            self._close_descriptor()
        is_new = not self.path.exists()
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if is_new:
            _settle(self.path.parent)  # a new file's name is on the disk, too
        return self._descriptor

    def _write(self, descriptor: int, data: bytes, size: int) -> None:
        try:
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
        except OSError as error:
            self._take_back(descriptor, size)
            raise Unavailable(
                f"{self.path.name} cannot be written: {error.strerror}. Nothing was sent.",
                remedy="Make room on the disk, or give Bursar the right to write there; then run again.",
            ) from error

    def _take_back(self, descriptor: int, size: int) -> None:
        self._stamp = None
        try:
            os.ftruncate(descriptor, size)
        except OSError as error:
            raise UnknownOutcome(f"{self.path.name} was written in part, and cannot be cut.") from error


def _settle(path: Path) -> None:
    """Wait until the disk has what is in a file or folder. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unconfirmed(path: Path) -> UnknownOutcome:
    return UnknownOutcome(f"The disk did not confirm what was written to {path.name}.")


def _other_heading(path: Path) -> RemoteError:
    return RemoteError(
        f"{path.name} does not begin as the files that Bursar writes.",
        remedy="Take it out of the folder, or restore it: a spreadsheet may have saved it in a way of its own.",
    )


def _zeros_within(path: Path) -> RemoteError:
    return RemoteError(
        f"{path.name} has zeros between its entries, as a damaged disk or another encoding leaves them.",
        remedy="Restore the file, or save it in UTF-8; Bursar neither reads nor writes it until then.",
    )


def unreadable(path: Path, what: str) -> RemoteError:
    """A line that somebody changed so that it means nothing any more."""
    return RemoteError(
        f"{path.name} has a line that cannot be read: {what[:80]}",
        remedy="Restore the line as Bursar wrote it, or take its whole entry out of the file.",
    )
