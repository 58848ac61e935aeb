"""Lost answers, throttling, refusals: each line leaves exactly one trace (rules 86-87, money rule 5)."""

from decimal import Decimal

import pytest

from bursar.domain.errors import NotConfigured, NotPermitted, WrongKey
from bursar.store.models import Posting, Run
from bursar.store.vault import seal
from bursar.wiring import connectwise
from psa_sandbox.seeds.roles import api_keys
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import World, make_line


def load_lines(world: World, count: int = 60) -> None:
    world.load(make_line(n % 20 + 1, line_id=f"L{n}", subscription_id=f"s{n}") for n in range(count))
    world.map_exactly()


def serial_numbers(world: World) -> list[object]:
    return sorted(str(a["serialNumber"]) for a in world.additions())


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut_after", "method": "POST", "every": 10},
        {"kind": "cut_before", "method": "POST", "every": 10},
        {"kind": "500", "method": "POST", "every": 7},
        {"kind": "429", "every": 5, "retry_after": 1},
        {"kind": "429", "every": 5, "retry_after": None},
        {"kind": "cut_after", "method": "POST", "chance": 0.3, "seed": 4},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('every', 'chance')}",
)
def test_every_line_leaves_one_addition_whatever_the_network_does(world: World, fault: dict[str, object]) -> None:
    load_lines(world)
    world.fault(**fault)
    report = world.post()
    world.sandbox.faults.clear()
    if report.troubled:
        report = world.post()
    assert report.troubled == 0
    assert report.reconciliation.verdict == "balanced"
    assert len(world.additions()) == 60
    assert len(set(serial_numbers(world))) == 60
    assert len(world.store.rows("agreement")) == 20
    assert not Posting.objects.filter(state__in=Posting.OPEN).exists()


def test_a_write_that_failed_blocks_what_depends_on_it_and_nothing_else(world: World) -> None:
    load_lines(world, 20)
    world.fault(kind="500", method="POST", route=r"/finance/agreements$", times=1)
    report = world.post()
    assert report.troubled == 0  # the lost answer was looked for, found absent, and sent again
    assert len(world.additions()) == 20


def test_a_refused_agreement_blocks_its_additions_and_the_rest_goes_on(world: World) -> None:
    load_lines(world, 40)
    company = world.store.rows("company", identifier="CUST00001")[0]
    name = "Cloud Subscriptions USD - CUST00001"
    other = world.store.rows("company", identifier="CUST00002")[0]
    world.store.insert(
        "agreement",
        {"name": name, "company": {"id": other["id"]}, "contact": other["defaultContact"], "type": {"id": 1}},
    )
    report = world.post()
    states = [p.state for p in Posting.objects.filter(company_id=company["id"]).order_by("pk")]
    assert states == ["failed", "blocked", "blocked"]
    assert Posting.objects.filter(state="failed").get().sentence
    assert report.counts["create"] == 19 + 38
    assert not report.reconciliation.balanced
    assert len(report.reconciliation.differences) == 2


def test_an_interrupted_run_is_settled_before_anything_is_planned(world: World) -> None:
    load_lines(world, 20)
    world.post()
    # As if the process had died with answers on the way: the rows say "sending", the links are not there yet.
    Posting.objects.filter(resource="addition").update(state=Posting.State.SENDING, remote_id=None)
    for line_id in [f"L{n}" for n in range(20)]:
        row = world.line(line_id)
        row.link = None
        row.save()
    Run.objects.update(state=Run.State.RUNNING)
    report = world.post()
    assert report.recovered == 20
    assert report.counts["leave"] == 20
    assert len(world.additions()) == 20
    assert Run.objects.filter(state=Run.State.INTERRUPTED).count() == 1


def test_no_agreement_type_no_posting(world: World) -> None:
    load_lines(world, 2)
    del world.connection.billing["agreement_type"]
    world.connection.save()
    with pytest.raises(NotConfigured) as caught:
        world.post()
    assert "config set agreement_type" in caught.value.remedy
    assert world.additions() == []


def test_a_role_without_agreements_says_which_module(world: World) -> None:
    load_lines(world, 2)
    key = next(k for k in api_keys(world.store) if k.role == "No Agreements")
    world.connection.public_key, world.connection.sealed_private_key = key.public_key, seal(key.private_key)
    world.psa = connectwise(world.connection, SandboxTransport(world.sandbox), world.clock)
    with pytest.raises(NotPermitted) as caught:
        world.post()
    assert "Agreements" in caught.value.remedy
    assert Run.objects.get().state == Run.State.FAILED


def test_a_wrong_key_stops_the_run_with_its_remedy(world: World) -> None:
    load_lines(world, 2)
    world.fault(kind="expired_key")
    with pytest.raises(WrongKey) as caught:
        world.post()
    assert caught.value.remedy
    assert world.additions() == []


def test_amounts_are_exact_to_the_cent_when_quantity_times_price_is_not(world: World) -> None:
    world.load([make_line(1, quantity=Decimal(3), unit_price=Decimal("3.3333"), total=Decimal("10.01"))])
    world.map_exactly()
    report = world.post()
    (addition,) = world.additions()
    assert (addition["quantity"], addition["unitPrice"]) == (Decimal(1), Decimal("10.01"))
    assert "3 × 3.3333" in str(addition["invoiceDescription"])
    assert report.reconciliation.verdict == "balanced"
