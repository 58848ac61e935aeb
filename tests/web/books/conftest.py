import pytest
from django.test import Client

from bursar.domain.roles import Role
from bursar.store.models import Connection
from tests.web.visitors import a_connection, visitor


@pytest.fixture
def connection(db: None) -> Connection:
    return a_connection()


@pytest.fixture
def viewer(db: None) -> Client:
    return visitor(Role.VIEWER)


@pytest.fixture
def operator(db: None) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def administrator(db: None) -> Client:
    return visitor(Role.ADMINISTRATOR)
