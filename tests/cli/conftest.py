from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PsaProcess, psa_process

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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """An empty BURSAR_HOME."""
    for name in BURSAR_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    with django_db_blocker.unblock(), sqlite_file(tmp_path / "bursar.sqlite3"):
        yield tmp_path


@pytest.fixture
def bursar(home: Path, psa: PsaProcess) -> CommandLine:
    """The command line on an empty home, beside a fresh sandbox."""
    return CommandLine(home, psa)
