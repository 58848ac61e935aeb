"""What a person does in the sandbox's setup tables."""

from psa_sandbox.state.record import Record
from tests.usecases.world import World


def named(world: World, kind: str, name: str) -> Record:
    return next(row for row in world.store.rows(kind) if row["name"] == name)


def number(world: World, kind: str, name: str) -> int:
    return int(str(named(world, kind, name)["id"]))


def drop(world: World, kind: str, name: str) -> None:
    """Delete an entry."""
    world.store.delete(kind, number(world, kind, name))


def forbid(world: World, function: str) -> None:
    """Take the right to look at something from the API member's role."""
    role = named(world, "securityRole", "Bursar Billing")["id"]
    for row in world.store.rows("securityRoleSetting", moduleFunctionName=function, securityRoleId=role):
        changed = {**row, "inquireLevel": "None"}
        world.store.replace("securityRoleSetting", int(str(row["id"])), changed, by="a person")
