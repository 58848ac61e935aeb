"""`bursar people` and `bursar token`: logins and API tokens without a browser."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Person
from bursar.usecases.api_tokens import person_of_token
from bursar.usecases.people import create_first_administrator, setup_code
from tests.cli.command_line import CommandLine
from tests.cli.conftest import sqlite_file
from tests.cli.psa_process import PATIENCE
from tests.cli.terminal import terminal

PASSWORD = "correct horse battery"
GIVEN = {"BURSAR_PASSWORD": PASSWORD}


def add(bursar: CommandLine, email: str, role: str = "administrator") -> dict[str, object]:
    document = bursar.json("people", "add", email, "--role", role, "--name", "Somebody", env=GIVEN)
    person = document["person"]
    assert isinstance(person, dict)
    return person


def people(bursar: CommandLine) -> dict[str, tuple[object, object]]:
    rows = bursar.json("people", "list")["people"]
    assert isinstance(rows, list)
    return {row["email"]: (row["role"], row["active"]) for row in rows}


def test_people_are_added_listed_and_changed(bursar: CommandLine) -> None:
    assert "There is nobody yet" in bursar.run("people", "list").stdout
    added = add(bursar, "Anna@Example.com")
    assert added == {"email": "anna@example.com", "name": "Somebody", "role": "administrator", "active": True}
    assert Person.objects.get().check_password(PASSWORD)
    add(bursar, "bo@example.com", "viewer")
    assert "bo@example.com is deactivated." in bursar.run("people", "deactivate", "bo@example.com").stdout
    bursar.json("people", "role", "BO@example.com", "operator")
    assert people(bursar) == {"anna@example.com": ("administrator", True), "bo@example.com": ("operator", False)}
    bursar.json("people", "reactivate", "bo@example.com")
    assert people(bursar)["bo@example.com"] == ("operator", True)
    assert "bo@example.com" in bursar.run("people", "list").stdout
    assert set(AuditEntry.objects.values_list("channel", flat=True)) == {"cli"}


def test_a_password_is_replaced(bursar: CommandLine) -> None:
    add(bursar, "anna@example.com")
    words = ("people", "password", "anna@example.com")
    assert bursar.run(*words, env={"BURSAR_PASSWORD": "short"}, code=2).stderr.startswith("Error: This password")
    bursar.json(*words, env={"BURSAR_PASSWORD": "another good password"})
    assert Person.objects.get().check_password("another good password")


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(bursar: CommandLine) -> None:
    words = ("people", "add", "anna@example.com", "--role", "administrator")
    with terminal() as screen, bursar.process(*words, stdin=screen.descriptor) as process:
        assert process.stderr is not None
        assert process.stderr.read(10) == "Password: "  # from here on the echo is off
        screen.type(f"{PASSWORD}\n")
        assert process.stderr.readline() == "\n"
        assert process.stderr.read(25) == "Repeat for confirmation: "
        screen.type(f"{PASSWORD}\n")
        out, err = process.communicate(timeout=PATIENCE)
        assert PASSWORD not in out + err + screen.screen()
    assert process.returncode == 0, err
    assert Person.objects.get().check_password(PASSWORD)


def test_without_a_password_and_without_a_terminal_it_is_a_usage_error(bursar: CommandLine) -> None:
    error = bursar.error("people", "add", "anna@example.com", "--role", "viewer", code=2)
    assert "BURSAR_PASSWORD" in error["remedy"]


def test_mistakes_are_explained(bursar: CommandLine) -> None:
    assert (
        "Nobody has the e-mail address" in bursar.error("people", "role", "x@example.com", "viewer", code=2)["sentence"]
    )
    add(bursar, "anna@example.com")
    assert bursar.error("people", "role", "anna@example.com", "god", code=2)["code"] == "usage"
    assert "last active administrator" in bursar.error("people", "deactivate", "anna@example.com", code=2)["sentence"]


def test_two_administrators_who_leave_at_once_leave_one_behind(bursar: CommandLine) -> None:
    names = ["anna@example.com", "bo@example.com"]
    for name in names:
        add(bursar, name)
    with (
        bursar.process("people", "deactivate", names[0]) as first,
        bursar.process("people", "deactivate", names[1]) as second,
    ):
        first.communicate(timeout=PATIENCE)
        second.communicate(timeout=PATIENCE)
    assert sorted((first.returncode, second.returncode)) == [0, 2]
    assert Person.objects.filter(is_active=True).count() == 1


def test_two_first_administrators_at_once_are_one(home: Path, bursar: CommandLine) -> None:
    bursar.run("people", "list")  # makes the tables
    code, together = str(setup_code()), Barrier(2)

    def attempt(email: str) -> str:
        with sqlite_file(home / "bursar.sqlite3"):
            together.wait(PATIENCE)
            try:
                return create_first_administrator(code, email, "", PASSWORD).email
            except InvalidInput as refusal:
                return refusal.sentence

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(attempt, ("anna@example.com", "bo@example.com")))
    assert "Bursar is set up already." in outcomes
    assert outcomes == {"Bursar is set up already.", Person.objects.get().email}


def test_a_token_is_shown_once_and_revoked(bursar: CommandLine) -> None:
    add(bursar, "anna@example.com", "operator")
    created = bursar.json("token", "create", "anna@example.com", "--name", "reports", "--role", "viewer", "--days", "9")
    secret = str(created["secret"])
    found = person_of_token(secret, timezone.now())
    assert found is not None
    assert (found[0].person.email, found[1]) == ("anna@example.com", Role.VIEWER)
    listed = bursar.run("token", "list").stdout
    assert secret[:12] in listed
    assert secret not in listed
    number = str(found[0].pk)
    revoked = bursar.json("token", "revoke", number)["revoked"]
    assert isinstance(revoked, dict)
    assert revoked["name"] == "reports"
    assert person_of_token(secret, timezone.now()) is None
    assert bursar.error("token", "revoke", number, code=2)["sentence"] == f"There is no token {number}."
    assert bursar.json("token", "list") == {"tokens": []}


def test_a_token_is_alone_on_standard_output(bursar: CommandLine) -> None:
    add(bursar, "anna@example.com")
    created = bursar.run("token", "create", "anna@example.com", "--name", "reports", "--role", "administrator")
    assert re.fullmatch(r"bursar_[A-Za-z0-9_-]{43}\n", created.stdout)
    assert "it is not shown again" in created.stderr


def test_a_token_cannot_be_stronger_than_its_person(bursar: CommandLine) -> None:
    add(bursar, "anna@example.com", "viewer")
    error = bursar.error("token", "create", "anna@example.com", "--name", "x", "--role", "operator", code=2)
    assert "can have the role viewer at most" in error["sentence"]
