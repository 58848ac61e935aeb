from collections.abc import Iterator

import pytest

from bursar.domain.lists import SETTING_LISTS
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.lists import refresh_lists
from bursar.wiring import connectwise
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import create_app
from psa_sandbox.state.store import Store
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import PatientClock, World


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A connection to the believable MSP, Cloud Subscriptions chosen; no list was read."""
    store = Store()
    seed(store, "msp")
    sandbox, clock = create_app(store), PatientClock()
    key = next(key for key in api_keys(store) if key.role == "Bursar Billing")
    client_id = "00000000-0000-0000-0000-000000000000"
    login = (store.site.company_id, client_id, key.public_key, key.private_key)
    connection = add_connection(NewConnection("main", "https://psa.cedarpoint.example", *login))
    with connectwise(connection, SandboxTransport(sandbox), clock) as psa:
        set_billing_setting(connection, "agreement_type", "Cloud Subscriptions", psa)
        yield World(sandbox, connection, psa, clock)


@pytest.fixture
def listed(world: World) -> World:
    """The same, with all lists read."""
    refresh_lists(world.connection, world.psa, SETTING_LISTS, world.clock.now())
    return world
