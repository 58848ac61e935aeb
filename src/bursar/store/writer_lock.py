"""One writer per connection: a lock that dies with its process, so that a killed run never blocks the next one."""

import fcntl
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connection as database

from bursar.domain.errors import BursarError
from bursar.store.models import Connection

log = logging.getLogger("bursar.post")

ADVISORY_CLASS = 0x6275_7273
"""Keeps our PostgreSQL advisory locks apart from other programs'."""


class AnotherWriter(BursarError):
    """Another run writes to the same ConnectWise and did not finish in time."""

    code = "another_writer"
    may_retry = True
    default_remedy = "Wait until the other run has ended (`bursar run list`), then run again."


@contextmanager
def sole_writer(connection: Connection, *, patience: float = 3600.0, pause: float = 0.2) -> Iterator[None]:
    """Hold the connection's writer lock. Waits up to `patience` seconds, then raises AnotherWriter."""
    lock = _advisory(connection) if database.vendor == "postgresql" else _file(connection)
    with lock as try_lock:
        if not try_lock():
            log.warning("Another run is writing to '%s'; waiting until it has ended.", connection.name)
            _wait(try_lock, connection, time.monotonic() + patience, pause)
        yield


def _wait(try_lock: Callable[[], bool], connection: Connection, deadline: float, pause: float) -> None:
    while not try_lock():
        if time.monotonic() > deadline:
            raise AnotherWriter(f"Another run is writing to '{connection.name}'.")
        time.sleep(pause)


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: IO[str] | None = None

    def __enter__(self) -> "_FileLock":
        self._handle = self._path.open("a", encoding="ascii")
        return self

    def __call__(self) -> bool:
        if self._handle is None:
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            self._handle.close()


class _AdvisoryLock:
    def __init__(self, key: int) -> None:
        self._key = key
        self._held = False

    def __enter__(self) -> "_AdvisoryLock":
        return self

    def __call__(self) -> bool:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [ADVISORY_CLASS, self._key])
            row = cursor.fetchone()
        self._held = bool(row and row[0])
        return self._held

    def __exit__(self, *_: object) -> None:
        if self._held:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [ADVISORY_CLASS, self._key])


def _file(connection: Connection) -> _FileLock:
    name = str(database.settings_dict["NAME"])
    in_memory = "mode=memory" in name or name == ":memory:"
    folder = Path(tempfile.gettempdir()) if in_memory else Path(name).resolve().parent
    stem = "bursar-in-memory" if in_memory else Path(name).name
    return _FileLock(folder / f"{stem}.connection-{connection.pk}.lock")


def _advisory(connection: Connection) -> _AdvisoryLock:
    return _AdvisoryLock(connection.pk)
