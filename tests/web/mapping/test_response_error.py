"""*Response Error*: the list that was mapped to could not be read; nothing stored is touched (rules 33 and 34)."""

import pytest

from bursar.domain.errors import RemoteError
from bursar.domain.lists import ListKind
from bursar.domain.roles import Role
from bursar.store.models import ListRefusal, Run
from bursar.usecases.lists import refresh_lists
from bursar.usecases.runs import SYNC_ORGANIZATIONS
from bursar.usecases.sync_organizations import sync_organizations
from bursar.usecases.watch import Watch
from tests.usecases.test_sync_organizations import without_catalogue
from tests.usecases.world import World, make_world
from tests.web.mapping.kept import offer, organization, state_of
from tests.web.mapping.test_picking import url
from tests.web.visitors import part_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def sync(world: World) -> None:
    run = Run.objects.create(connection=world.connection, verb=SYNC_ORGANIZATIONS)
    sync_organizations(run, world.psa, world.clock, Watch())


def shown(world: World, tab: str, **query: object) -> str:
    return part_of(visitor(Role.VIEWER).get(url(tab, world.connection, **query)), "records")


def test_rules_33_and_34_a_list_that_cannot_be_read_marks_mapped_rows_until_it_can(world: World) -> None:
    sync(world)
    company = world.store.rows("company")[0]
    mapped, open_one = (
        organization(world.connection, "Alder", int(str(company["id"]))),
        organization(world.connection, "Birch"),
    )
    product = offer(world.connection, "Office", int(str(world.store.rows("catalogItem")[0]["id"])))
    before = state_of(mapped), state_of(product)
    world.fault(kind="500", method="GET", route="companies", times=20)
    with pytest.raises(RemoteError):
        sync(world)
    text = shown(world, "organizations")
    refusal = ListRefusal.objects.get()
    assert refusal.kind == ListKind.COMPANY
    assert "1 response error 1 unmapped 0 excluded" in text
    assert f"Alder id-Alder Response Error {refusal.sentence} Refresh after a few minutes" in text
    assert "Birch id-Birch Unmapped" in text
    assert "Alder" in shown(world, "organizations", status="response error")
    assert "Nothing found" in shown(world, "organizations", status="mapped")
    assert "Response Error" not in shown(world, "products").partition("Columns")[2]
    assert (state_of(mapped), state_of(product)) == before
    assert state_of(open_one) == ("unmapped", [])
    world.sandbox.faults.clear()
    sync(world)
    assert not ListRefusal.objects.exists()
    assert "1 mapped 1 unmapped 0 excluded" in shown(world, "organizations")
    assert "Nothing found" in shown(world, "organizations", status="response error")


def test_rule_34_a_refused_catalogue_concerns_products_alone(world: World) -> None:
    organization(world.connection, "Alder", 1)
    offer(world.connection, "Office", 11)
    without_catalogue(world)
    sync(world)
    assert "1 response error 0 unmapped" in shown(world, "products")
    assert "1 mapped 0 unmapped" in shown(world, "organizations")


def test_a_silent_server_refuses_every_list_that_was_asked_for(world: World) -> None:
    world.fault(kind="expired_key", method="GET", times=20)
    kinds = [ListKind.COMPANY, ListKind.CATALOG_ITEM, ListKind.LOCATION]
    refused = refresh_lists(world.connection, world.psa, kinds, world.clock.now()).refused
    assert set(refused) == set(kinds) == {ListKind(row.kind) for row in ListRefusal.objects.all()}
