"""A seeded sandbox, and a connection to it, for tests that want the real thing."""

from collections.abc import Callable, Iterator

import pytest

from bursar.connectors.connectwise import ConnectWise, Credentials, Options
from bursar.connectors.connectwise.options import LARGEST_PAGE
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.store import Store
from tests.connectors.manual_clock import ManualClock
from tests.sandbox_transport import SandboxTransport

Connect = Callable[..., ConnectWise]


@pytest.fixture
def sandbox() -> Sandbox:
    store = Store()
    seed(store, "msp")
    return create_app(store)


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """Connect in a security role, with options."""
    opened: list[ConnectWise] = []

    def connect(
        role: str = "Bursar Billing",
        *,
        marker_field: str | None = None,
        page_size: int = LARGEST_PAGE,
        concurrency: int = 8,
    ) -> ConnectWise:
        chosen = Options(concurrency, None, page_size, marker_field=marker_field)
        psa = ConnectWise(
            credentials_for(sandbox, role), chosen, transport=SandboxTransport(sandbox), clock=ManualClock()
        )
        opened.append(psa)
        return psa

    yield connect
    for psa in opened:
        psa.close()


@pytest.fixture
def psa(connect: Connect) -> ConnectWise:
    return connect()


def credentials_for(sandbox: Sandbox, role: str) -> Credentials:
    """The keys of the API member with this role."""
    key = next(pair for pair in api_keys(sandbox.store) if pair.role == role)
    company = sandbox.store.site.company_id
    return Credentials("http://localhost", company, key.public_key, key.private_key, "a-client-id")
