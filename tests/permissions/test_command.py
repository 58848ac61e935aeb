"""`bursar connection check-permissions`: exit code 1 when something is missing, and what to tick."""

import json

from bursar.cli.permissions import SHAPE
from tests.cli.command_line import CommandLine
from tests.cli.conftest import bursar, home, psa, running_psa, tables

__all__ = ["bursar", "home", "psa", "running_psa", "tables"]

NEEDED = 17


def checked(bursar: CommandLine, *words: str, code: int = 0) -> dict[str, object]:
    """The document of a check, which has exactly the keys that the help tells of."""
    document: dict[str, object] = json.loads(
        bursar.run("connection", "check-permissions", *words, "--json", code=code).stdout
    )
    assert set(document) == set(SHAPE[""])
    rows = document["permissions"]
    assert isinstance(rows, list)
    assert all(set(row) == set(SHAPE["permissions[]"]) for row in rows)
    assert len(rows) == NEEDED
    return document


def test_a_role_with_everything(bursar: CommandLine) -> None:
    bursar.add()
    result = bursar.run("connection", "check-permissions")
    assert "Everything that Bursar needs is granted." in result.stdout
    assert "missing" not in result.stdout
    document = checked(bursar, "main")
    assert (document["missing"], document["unknown"], document["source"], document["role"]) == (0, 0, "probes", None)


def test_a_role_without_agreements(bursar: CommandLine) -> None:
    bursar.run(*bursar.add_words("main", "No Agreements"), "--no-test", env=bursar.key_of("No Agreements"))
    result = bursar.run("connection", "check-permissions", code=1)
    for act in ("Add", "Edit", "Inquire"):
        remedy = f"System > Security Roles > the role of the API member: Finance > Agreements: set {act} to All"
        assert f"What to do: In ConnectWise, {remedy}\n" in result.stderr
    document = checked(bursar, code=1)
    assert document["missing"] == 3
    rows = document["permissions"]
    assert isinstance(rows, list)
    assert [row["level"] for row in rows if row["verdict"] == "missing"] == ["Add", "Edit", "Inquire"]


def test_the_settings_of_a_role_by_member(bursar: CommandLine) -> None:
    bursar.add("admin", "Admin")
    document = checked(bursar, "admin", "--member", "api-admin")
    assert (document["source"], document["role"], document["member"]) == ("settings", "Admin", "api-admin")
    remembered = checked(bursar, "admin")
    assert remembered["source"] == "settings"


def test_an_unknown_member(bursar: CommandLine) -> None:
    bursar.add("admin", "Admin")
    error = bursar.error("connection", "check-permissions", "--member", "nobody", code=3)
    assert "Member ID nobody" in error["sentence"]
