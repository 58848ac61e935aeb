"""Connections in the store, with a key of their own, and nothing behind them."""

from pathlib import Path

import pytest

from bursar.store.models import Connection
from bursar.usecases.connections import NewConnection, add_connection
from tests.connections.entering import entered


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, where the key file is made."""
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    for name in ("BURSAR_ENCRYPTION_KEY", "BURSAR_ENCRYPTION_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def connection(db: None) -> Connection:
    made: NewConnection = entered()
    return add_connection(made)
