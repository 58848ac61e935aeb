"""A seeded sandbox, and ways in as each of its API members."""

from collections.abc import Callable, Iterator

import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from psa_sandbox.seeds import seed
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.store import Record, Store
from tests.connectors.connectwise.conftest import credentials_for
from tests.connectors.manual_clock import ManualClock
from tests.sandbox_transport import SandboxTransport

Connect = Callable[[str], ConnectWise]


@pytest.fixture
def sandbox() -> Sandbox:
    store = Store()
    seed(store, "msp")
    return create_app(store)


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """Connect in a security role."""
    opened: list[ConnectWise] = []

    def connect(role: str) -> ConnectWise:
        given = credentials_for(sandbox, role)
        psa = ConnectWise(
            given, Options(requests_per_minute=None), transport=SandboxTransport(sandbox), clock=ManualClock()
        )
        opened.append(psa)
        return psa

    yield connect
    for psa in opened:
        psa.close()


def set_levels(sandbox: Sandbox, role: str, row: str, **levels: str) -> None:
    """Change a row of a security role, as a person would on its page: `addLevel="My"`."""
    setting = row_of(sandbox, role, row)
    sandbox.store.replace("securityRoleSetting", int(str(setting["id"])), setting | levels, by="dmorgan")


def row_of(sandbox: Sandbox, role: str, row: str) -> Record:
    found = sandbox.store.rows("securityRole", name=role)[0]
    return sandbox.store.rows("securityRoleSetting", securityRoleId=found["id"], moduleFunctionName=row)[0]
