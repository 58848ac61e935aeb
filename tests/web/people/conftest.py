"""Three people and a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from bursar.domain.roles import Role
from bursar.store.models import Person

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    """Who plays in a story. Everybody has the same password."""

    administrator: Person
    operator: Person
    viewer: Person

    def __iter__(self) -> Iterator[Person]:
        return iter((self.administrator, self.operator, self.viewer))


@pytest.fixture(autouse=True)
def installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for secrets, and hashes that are quick; test_safety.py looks at the real ones."""
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    people = [Person.objects.create_user(f"{role}@example.com", PASSWORD, role=role) for role in Role]
    viewer, operator, administrator = people
    return Cast(administrator, operator, viewer)


def browser_of(person: Person | None) -> Client:
    """A browser in which this person has signed in with the password; None is a stranger's. Checks CSRF tokens."""
    client = Client(HTTP_USER_AGENT="Firefox")
    if person is not None:
        sign_in(client, person.email)
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/accounts/login/", {"login": email, "password": password})


def signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def text(answer: HttpResponse) -> str:
    return answer.content.decode()
