"""A write happens once, whatever happens to its answer."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import RemoteError, Throttled, UnknownOutcome
from bursar.domain.plan import Action
from bursar.ports import Receipt, Write
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.sample_writes import change_addition, create_addition

CREATE = create_addition(1)
TROUBLES: tuple[FaultKind, ...] = ("429", "500", "cut_before", "cut_after")


def copies(sandbox: Sandbox) -> int:
    return len(sandbox.store.rows("addition", serialNumber=CREATE.fields["marker"]))


def posts(sandbox: Sandbox) -> int:
    return sum(entry.method == "POST" for entry in sandbox.journal.entries())


@pytest.mark.parametrize("kind", ["500", "cut_before", "cut_after"])
def test_a_create_whose_answer_is_lost_is_sent_once(psa: ConnectWise, sandbox: Sandbox, kind: FaultKind) -> None:
    sandbox.faults.arm(Fault(kind, method="POST", times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(CREATE)
    assert posts(sandbox) == 1
    happened = kind == "cut_after"
    assert copies(sandbox) == happened
    assert (psa.look(CREATE) is not None) is happened


@pytest.mark.parametrize("kind", ["500", "cut_before", "cut_after"])
def test_an_update_whose_answer_is_lost_can_be_looked_for(psa: ConnectWise, sandbox: Sandbox, kind: FaultKind) -> None:
    made = psa.send(CREATE)
    update = change_addition(1, made, Action.UPDATE, bill_customer="NoCharge")
    sandbox.faults.arm(Fault(kind, method="PATCH", times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(update)
    assert (psa.look(update) is not None) is (kind == "cut_after")


@pytest.mark.parametrize("retry_after", [7, None])
def test_a_throttled_create_arrives_once(psa: ConnectWise, sandbox: Sandbox, retry_after: int | None) -> None:
    sandbox.faults.arm(Fault("429", method="POST", times=2, retry_after=retry_after))
    psa.send(CREATE)
    assert (posts(sandbox), copies(sandbox)) == (3, 1)


def test_a_create_that_is_throttled_for_long_was_not_done(psa: ConnectWise, sandbox: Sandbox) -> None:
    sandbox.faults.arm(Fault("429", method="POST", retry_after=3600))
    with pytest.raises(Throttled) as caught:
        psa.send(CREATE)
    assert caught.value.retry_after == 3600
    assert (posts(sandbox), copies(sandbox)) == (1, 0)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_send_then_look_before_sending_again_leaves_exactly_one(psa: ConnectWise, sandbox: Sandbox, seed: int) -> None:
    write = create_addition(1, marker=f"bursar:o:abcdefghijklmnop:{seed}")
    for offset, kind in enumerate(TROUBLES):
        sandbox.faults.arm(Fault(kind, chance=0.3, seed=seed + offset))
    try:
        receipt = send_as_a_poster_does(psa, write)
    finally:
        sandbox.faults.clear()
    records = sandbox.store.rows("addition", serialNumber=write.fields["marker"])
    assert [record["id"] for record in records] == [receipt.remote_id]
    sandbox.store.delete("addition", receipt.remote_id)


def send_as_a_poster_does(psa: ConnectWise, write: Write) -> Receipt:
    """Send; when the outcome is unknown look first, and again, until there is a receipt."""
    for _ in range(200):
        try:
            found = psa.look(write)
            return found or psa.send(write)
        except RemoteError:
            continue
    raise AssertionError("no receipt after two hundred rounds")
