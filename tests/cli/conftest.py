import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker

from bursar.cli.first_use import prepare_store
from bursar.jobs.database import queue_client
from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PsaProcess, psa_process

DATABASE = "bursar.sqlite3"
BURSAR_VARIABLES = ("BURSAR_PRIVATE_KEY", "BURSAR_ENCRYPTION_KEY", "BURSAR_ENCRYPTION_KEY_FILE")


@pytest.fixture(scope="session")
def running_psa() -> Iterator[PsaProcess]:
    with psa_process() as psa:
        yield psa


@pytest.fixture
def psa(running_psa: PsaProcess) -> PsaProcess:
    """The believable MSP as it was seeded, without faults."""
    running_psa.reset()
    return running_psa


@contextmanager
def sqlite_file(path: Path) -> Iterator[None]:
    """Use this database file in every thread, as a process with its own BURSAR_HOME would."""
    before, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**before.settings_dict, "NAME": str(path)}
    connections["default"] = DatabaseWrapper(connections.settings["default"], "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, settings


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A database file in which nothing is kept yet: made once, because every home wants one."""
    path = tmp_path_factory.mktemp("tables") / DATABASE
    with django_db_blocker.unblock(), sqlite_file(path):
        prepare_store()
        with queue_client():
            pass
    return path


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker, tables: Path
) -> Iterator[Path]:
    """A BURSAR_HOME in which nothing is kept yet."""
    for name in BURSAR_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    for file in tables.parent.glob(f"{DATABASE}*"):
        shutil.copy(file, tmp_path)
    with django_db_blocker.unblock(), sqlite_file(tmp_path / DATABASE):
        yield tmp_path


@pytest.fixture
def bursar(home: Path, psa: PsaProcess) -> CommandLine:
    """The command line on an empty home, beside a fresh sandbox."""
    return CommandLine(home, psa)
