"""One writer for each book: a lock that dies with its process, so that a killed run never blocks the next one."""

import fcntl
from pathlib import Path
from typing import IO

from bursar.domain.errors import Unavailable


class OneWriter:
    """The lock of one folder. Whoever holds it keeps it until `release`."""

    def __init__(self, folder: Path, book: str) -> None:
        self._path = folder / ".bursar.lock"
        self._book = book
        self._handle: IO[str] | None = None

    @property
    def held(self) -> bool:
        return self._handle is not None

    def take(self) -> None:
        """Become the writer, or stay it. Raises Unavailable when somebody else is, and OSError."""
        if self._handle is not None:
            return
        handle = self._path.open("a", encoding="ascii")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            raise Unavailable(
                f"Somebody else is writing to {self._book} at this moment; nothing was sent.",
                remedy="Wait until the other run has ended (`bursar run list`), then run again.",
            ) from error
        except OSError:
            handle.close()
            raise
        self._handle = handle

    def release(self) -> None:
        """Let others write. Does nothing when the lock is not held."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
