"""The people of the demo: one login for each role, with a password that nobody knows before."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bursar.domain.roles import Role


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Somebody who may log in to the demo's pages."""

    role: str
    name: str
    email: str
    password: str = field(repr=False)


PEOPLE = (
    (Role.ADMINISTRATOR, "Ada Administrator", "ada@demo.example"),
    (Role.OPERATOR, "Oscar Operator", "oscar@demo.example"),
    (Role.VIEWER, "Vera Viewer", "vera@demo.example"),
)


def make_logins() -> list[DemoLogin]:
    """New passwords each time: the demo's pages are for whoever started it."""
    return [DemoLogin(role.value, name, email, secrets.token_urlsafe(12)) for role, name, email in PEOPLE]


def as_line(logins: Sequence[DemoLogin]) -> str:
    """For the standard input of the process that has the demo's database."""
    return json.dumps([asdict(login) for login in logins])


def read_logins(line: str) -> list[DemoLogin]:
    """What `as_line` wrote; nobody when the line is empty."""
    return [DemoLogin(**row) for row in json.loads(line or "[]")]
