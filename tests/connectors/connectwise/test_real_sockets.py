"""The same over real connections: pools, silence, and a server that hangs up."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from bursar.connectors.request_log import Exchange
from bursar.domain.errors import Unavailable, UnknownOutcome
from psa_sandbox.connection import open_server
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.conftest import credentials_for
from tests.connectors.connectwise.sample_writes import create_addition
from tests.connectors.manual_clock import ManualClock

Dial = Callable[[Options], ConnectWise]
QUICK = Options(requests_per_minute=None)
CREATE = create_addition(1)


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    server = open_server(sandbox, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def seen() -> list[Exchange]:
    """What the client sent."""
    return []


@pytest.fixture
def dial(sandbox: Sandbox, url: str, seen: list[Exchange]) -> Iterator[Dial]:
    opened: list[ConnectWise] = []

    def dial(options: Options) -> ConnectWise:
        credentials = replace(credentials_for(sandbox, "Bursar Billing"), url=url)
        opened.append(ConnectWise(credentials, options, clock=ManualClock(), observe=seen.append))
        return opened[-1]

    yield dial
    for psa in opened:
        psa.close()


def test_many_reads_and_writes_over_few_connections(dial: Dial, sandbox: Sandbox) -> None:
    psa = dial(QUICK)
    receipt = psa.send(CREATE)
    ids = [agreement.id for agreement in psa.agreements()]
    additions = dict(psa.additions(ids))
    assert set(additions) == set(ids)
    assert receipt.remote_id in {addition.id for addition in additions[1]}


@pytest.mark.parametrize(("kind", "copies"), [("cut_before", 0), ("cut_after", 1)])
def test_a_server_that_hangs_up(dial: Dial, sandbox: Sandbox, kind: FaultKind, copies: int) -> None:
    psa = dial(QUICK)
    sandbox.faults.arm(Fault(kind, times=1, method="POST"))
    with pytest.raises(UnknownOutcome):
        psa.send(CREATE)
    assert len(sandbox.store.rows("addition", serialNumber=CREATE.fields["marker"])) == copies
    sandbox.faults.arm(Fault(kind, times=1, method="GET"))
    assert (psa.look(CREATE) is not None) is (copies == 1)


def test_a_silent_server_costs_a_write_its_certainty(dial: Dial, sandbox: Sandbox, seen: list[Exchange]) -> None:
    psa = dial(Options(requests_per_minute=None, read_timeout=0.2))
    psa.info()
    sandbox.faults.arm(Fault("delay", times=1, method="POST", ms=600))
    with pytest.raises(UnknownOutcome, match="took too long"):
        psa.send(CREATE)
    assert [exchange.failure for exchange in seen if exchange.method == "POST"] == ["ReadTimeout"]


def test_nobody_listens(sandbox: Sandbox) -> None:
    server = open_server(sandbox, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.port}"
    server.server_close()
    credentials = replace(credentials_for(sandbox, "Bursar Billing"), url=address)
    with ConnectWise(credentials, QUICK, clock=ManualClock()) as psa, pytest.raises(Unavailable, match="no connection"):
        psa.send(CREATE)
