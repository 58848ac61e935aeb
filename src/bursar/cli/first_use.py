"""The tables are made and kept up to date without a command, by whichever process comes first."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

P = ParamSpec("P")

ADVISORY_KEY = 0x6275_7273_6172
"""Keeps this PostgreSQL advisory lock apart from other programs'."""


def with_store(command: Callable[P, None]) -> Callable[P, None]:
    """A command that needs the tables."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        prepare_store()
        command(*args, **kwargs)

    return run


def prepare_store() -> None:
    """Apply pending migrations. Processes that start together take turns, before any of them opens a SQLite file."""
    with _turn():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)


def _turn() -> AbstractContextManager[None]:
    if connection.vendor == "postgresql":
        return _advisory_turn()
    name = str(connection.settings_dict["NAME"])
    in_memory = "mode=memory" in name or name == ":memory:"
    return nullcontext() if in_memory else _file_turn(Path(f"{name}.first-use.lock"))


@contextmanager
def _file_turn(path: Path) -> Iterator[None]:
    with path.open("a", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _advisory_turn() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_KEY])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_KEY])
