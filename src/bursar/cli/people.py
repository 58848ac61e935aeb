"""`bursar people`: who may log in to the web pages, and with which role."""

from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson
from bursar.cli.output import Listing, print_json, say
from bursar.cli.password import VARIABLE, new_password
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Person
from bursar.usecases.people import (
    ShownPerson,
    add_person,
    change_role,
    deactivate,
    find_person,
    reactivate,
    remove_two_factor,
    set_password,
    shown_people,
)

app = typer.Typer(
    help="Who may log in to the web pages: add, list, role, deactivate, reactivate, password, two-factor."
)

PERSON_KEYS = ("email", "name", "role", "active")
ONE_SHAPE: Shape = {"": ("person",), "person": PERSON_KEYS}
LIST_SHAPE: Shape = {"": ("people",), "people[]": (*PERSON_KEYS, "two_factor", "last_seen", "joined_at")}

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="E-mail address, which is the login.")]


@app.command(
    "add",
    epilog=epilog(
        "bursar people add anna@example.com --role administrator --name Anna",
        f"{VARIABLE}=... bursar people add bo@example.com --role viewer (no prompt)",
        keys=ONE_SHAPE,
    ),
)
@with_store
def add(
    email: Email,
    role: Annotated[Role, typer.Option("--role", help="viewer sees, operator runs, administrator changes settings.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name as others see it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a person with a password, which is asked for or read from BURSAR_PASSWORD."""
    _tell(add_person(email, role, name, new_password()), "can log in", as_json=as_json)


@app.command("list", epilog=epilog("bursar people list", "bursar people list --json", keys=LIST_SHAPE))
@with_store
def show_all(as_json: AsJson = False) -> None:
    """Show everybody, with role and state."""
    people = shown_people()
    if as_json:
        print_json({"people": [_listed(shown) for shown in people]})
        return
    listing = Listing("E-mail", "Name", "Role", "Active", "Two-factor", "Last seen")
    for shown in people:
        person = shown.person
        listing.row(person.email, person.name, person.role, person.is_active, shown.two_factor, shown.last_seen)
    listing.show(if_empty="There is nobody yet. Add an administrator with `bursar people add`.")


@app.command("role", epilog=epilog("bursar people role bo@example.com operator", keys=ONE_SHAPE))
@with_store
def role_of(
    email: Email,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="viewer, operator or administrator.")],
    as_json: AsJson = False,
) -> None:
    """Give a person another role."""
    person = find_person(email)
    change_role(person, role)
    _tell(person, f"has the role {role}", as_json=as_json)


@app.command("deactivate", epilog=epilog("bursar people deactivate bo@example.com", keys=ONE_SHAPE))
@with_store
def deactivate_one(email: Email, as_json: AsJson = False) -> None:
    """Let a person in no more: sessions end and API tokens are revoked."""
    person = find_person(email)
    deactivate(person)
    _tell(person, "is deactivated", as_json=as_json)


@app.command("reactivate", epilog=epilog("bursar people reactivate bo@example.com", keys=ONE_SHAPE))
@with_store
def reactivate_one(email: Email, as_json: AsJson = False) -> None:
    """Let a person in again."""
    person = find_person(email)
    reactivate(person)
    _tell(person, "is active", as_json=as_json)


@app.command(
    "password",
    epilog=epilog(
        "bursar people password bo@example.com",
        f"{VARIABLE}=... bursar people password bo@example.com (no prompt)",
        keys=ONE_SHAPE,
    ),
)
@with_store
def password_of(email: Email, as_json: AsJson = False) -> None:
    """Replace a person's password, which ends every session."""
    person = find_person(email)
    set_password(person, new_password())
    _tell(person, "has a new password", as_json=as_json)


@app.command("two-factor", epilog=epilog("bursar people two-factor bo@example.com --off", keys=ONE_SHAPE))
@with_store
def two_factor_of(
    email: Email,
    off: Annotated[bool, typer.Option("--off", help="Remove the authenticator and the recovery codes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Switch off two-factor authentication for somebody who lost the authenticator; every session ends."""
    person = find_person(email)
    if not off:
        raise InvalidInput("Nothing was said to be done.", remedy="Add --off to remove the second factor.")
    remove_two_factor(person)
    _tell(person, "signs in with the password alone", as_json=as_json)


def _tell(person: Person, outcome: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"person": _document(person)})
    else:
        say(f"{person.email} {outcome}.")


def _document(person: Person) -> dict[str, object]:
    return {"email": person.email, "name": person.name, "role": str(person.role), "active": person.is_active}


def _listed(shown: ShownPerson) -> dict[str, object]:
    times = {"last_seen": shown.last_seen, "joined_at": shown.person.joined_at}
    return {**_document(shown.person), "two_factor": shown.two_factor, **times}
