"""A ConnectWise that is served on loopback, and browsers of people with every role."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person
from bursar.usecases.connections import NewConnection, add_connection
from psa_sandbox.connection import open_server
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.store import Store

CLIENT_ID = "5c1f0f6e-6a0c-4a55-9d5a-0f6d1e0b6a11"
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class ServedPsa:
    """Where it is, and the keys of its API members."""

    url: str
    sandbox: Sandbox

    @property
    def company(self) -> str:
        return self.sandbox.store.site.company_id

    def keys(self, role: str = "Bursar Billing") -> tuple[str, str]:
        key = next(key for key in api_keys(self.sandbox.store) if key.role == role)
        return key.public_key, key.private_key

    def entered(self, **changes: str) -> dict[str, str]:
        """What a person would fill in."""
        public, private = self.keys(changes.pop("role", "Bursar Billing"))
        values = {"name": "main", "url": self.url, "company": self.company, "client_id": CLIENT_ID}
        return values | {"public_key": public, "private_key": private} | changes

    def calls(self) -> int:
        """How many requests have arrived."""
        return len(self.sandbox.journal.entries())

    def connect(self, **changes: str) -> Connection:
        """A stored connection that works."""
        return add_connection(NewConnection(**self.entered(**changes)))


@pytest.fixture
def psa() -> Iterator[ServedPsa]:
    store = Store()
    seed(store, "msp")
    sandbox = create_app(store)
    server = open_server(sandbox, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield ServedPsa(f"http://127.0.0.1:{server.port}", sandbox)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def encryption_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())


@dataclass(frozen=True)
class Browsers:
    """One signed-in browser for each role, and one of somebody whom nobody knows."""

    administrator: Client
    operator: Client
    viewer: Client
    stranger: Client


def _browser(role: Role) -> Client:
    client = Client()
    client.force_login(Person.objects.create_user(f"{role}@example.com", role=role))
    return client


@pytest.fixture
def browsers(db: None) -> Browsers:
    return Browsers(_browser(Role.ADMINISTRATOR), _browser(Role.OPERATOR), _browser(Role.VIEWER), Client())
