"""Operators, viewers, and a key for secrets."""

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from bursar.domain.roles import Role
from bursar.store.models import Connection
from tests.web.visitors import a_connection, visitor


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())


@pytest.fixture
def connection(db: None) -> Connection:
    return a_connection()


@pytest.fixture
def operator(connection: Connection) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def viewer(connection: Connection) -> Client:
    return visitor(Role.VIEWER)
