"""Sync organizations: companies are what it is about, products come along where the role may see them (rule 28)."""

from bursar.domain.lists import ListKind
from bursar.store.models import ListEntry, LogEntry, Run, RunNote
from bursar.usecases.carry_out import carry_out
from bursar.usecases.runs import SYNC_ORGANIZATIONS
from bursar.usecases.sync_organizations import sync_organizations
from bursar.usecases.watch import Watch
from tests.usecases.world import World


def sync(world: World) -> Run:
    run = Run.objects.create(connection=world.connection, verb=SYNC_ORGANIZATIONS)
    sync_organizations(run, world.psa, world.clock, Watch())
    return run


def without_catalogue(world: World) -> None:
    """Take Inquire on the product catalogue from the role."""
    role = world.store.rows("securityRole", name="Bursar Billing")[0]
    rows = world.store.rows("securityRoleSetting", securityRoleId=role["id"], moduleFunctionName="Product Catalog")
    for row in rows:
        world.store.replace("securityRoleSetting", int(str(row["id"])), row | {"inquireLevel": "None"}, by="dmorgan")


def test_rule_40_companies_and_products_are_kept(world: World) -> None:
    run = sync(world)
    assert run.counts == {"companies": 20, "gone": 0, "products": 50}
    assert ListEntry.objects.filter(kind=ListKind.CATALOG_ITEM).count() == 50
    assert not run.notes.exists()


def test_rule_40_a_finished_sync_sets_its_moment_and_is_logged(world: World) -> None:
    run = Run.objects.create(connection=world.connection, verb=SYNC_ORGANIZATIONS)
    carry_out(run, world.clock, lambda: sync_organizations(run, world.psa, world.clock, Watch()))
    world.connection.refresh_from_db()
    assert world.connection.last_sync_to_platform == run.ended_at is not None
    assert world.connection.last_sync_to_psa is None
    assert list(LogEntry.objects.order_by("pk").values_list("level", "title")) == [
        ("INFO", "Company sync started"),
        ("INFO", "Company sync finished"),
    ]


def test_a_refused_catalogue_is_said_and_the_organizations_are_there(world: World) -> None:
    without_catalogue(world)
    run = sync(world)
    assert run.counts == {"companies": 20, "gone": 0}
    note = run.notes.get()
    assert (note.kind, note.code, note.subject) == (RunNote.Kind.WARNING, "not_permitted", "The product catalogue")
    assert "Product Catalog" in note.remedy
