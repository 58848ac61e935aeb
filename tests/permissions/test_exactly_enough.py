"""The table of needs is true: with exactly these boxes billing runs, and without any one of them it does not."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from bursar.domain.errors import NotPermitted
from bursar.domain.lists import ListKind
from bursar.domain.permissions import ENABLED, Act, Box, boxes_for
from bursar.usecases.billing_settings import set_billing_setting
from tests.usecases.world import World, make_line, make_world

ROLE = "Bursar Billing"
NEEDED = [box for box in boxes_for(ENABLED) if not box.table]
UNUSED = {"Contacts"}
"""Peers ask for it where Agreements are created; the sandbox does not look at it when a contact is referred to."""
LEVELS = {Act.ADD: "addLevel", Act.EDIT: "editLevel", Act.DELETE: "deleteLevel", Act.INQUIRE: "inquireLevel"}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with world.psa:
        yield world


def grant_only(world: World, boxes: list[Box]) -> None:
    """Give the role these boxes and nothing else."""
    allowed = {(box.permission.name, box.act) for box in boxes}
    role = world.store.rows("securityRole", name=ROLE)[0]
    for row in world.store.rows("securityRoleSetting", securityRoleId=role["id"]):
        levels = {
            name: "All" if (str(row["moduleFunctionName"]), act) in allowed else "None" for act, name in LEVELS.items()
        }
        world.store.replace("securityRoleSetting", int(str(row["id"])), row | levels, by="dmorgan")


def bill(world: World) -> None:
    """Everything that the enabled journeys do: lists, mapping, Agreements, Additions, a change. Raises NotPermitted."""
    for kind in ListKind:
        world.psa.choices(kind)
    set_billing_setting(world.connection, "agreement_type", "Cloud Subscriptions", world.psa)
    world.load([make_line(number) for number in (1, 2)])
    world.map_exactly()
    world.post()
    list(world.psa.additions([agreement.id for agreement in world.psa.agreements()]))


def refusals(world: World) -> int:
    return sum(entry.status == 403 for entry in world.sandbox.journal.entries())


def test_with_exactly_these_boxes_nothing_is_refused(world: World) -> None:
    grant_only(world, NEEDED)
    bill(world)
    assert refusals(world) == 0
    assert len(world.additions()) == 2


@pytest.mark.parametrize("box", [box for box in NEEDED if box.act is not Act.EDIT], ids=str)
def test_without_one_of_them_something_is_refused(world: World, box: Box) -> None:
    grant_only(world, [other for other in NEEDED if other != box])
    with suppress(NotPermitted):
        bill(world)
    assert (refusals(world) > 0) is (box.permission.name not in UNUSED)


def test_without_edit_nothing_is_changed_later(world: World) -> None:
    grant_only(world, [box for box in NEEDED if box.act is not Act.EDIT])
    bill(world)
    assert refusals(world) == 0
    grants = world.psa.granted(NEEDED)
    assert [str(box) for box, grant in grants.grants.items() if grant.level == "None"] == ["Finance > Agreements: Edit"]
