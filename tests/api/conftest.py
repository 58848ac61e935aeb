"""Three people with a token each, a stranger, and a connection that leads to a sandbox on a loopback port."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings as DjangoSettings

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person
from bursar.usecases.api_tokens import create_token
from bursar.usecases.connections import NewConnection, add_connection
from tests.cli.psa_process import PsaProcess, psa_process

PASSWORD = "correct horse battery"


class Program:
    """Somebody's program: sends a token, or nothing, and reads JSON."""

    def __init__(self, secret: str | None) -> None:
        self.secret = secret
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=headers, raise_request_exception=False, enforce_csrf_checks=True)

    def get(self, path: str, **query: object) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponse:
        text = "" if body is None else json.dumps(body)
        return self.client.generic(method, f"/api/v1{path}", text, "application/json", headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)


@dataclass(frozen=True)
class Cast:
    """Who calls."""

    people: Mapping[Role, Person]
    programs: Mapping[Role, Program]
    stranger: Program

    @property
    def administrator(self) -> Program:
        return self.programs[Role.ADMINISTRATOR]

    @property
    def operator(self) -> Program:
        return self.programs[Role.OPERATOR]

    @property
    def viewer(self) -> Program:
        return self.programs[Role.VIEWER]


@pytest.fixture(autouse=True)
def installation(settings: DjangoSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for secrets, and password hashes that are quick."""
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_cast() -> Cast:
    people = {role: Person.objects.create_user(f"{role}@example.com", PASSWORD, role=role) for role in Role}
    programs = {role: Program(create_token(person, f"{role}'s", role, None)[1]) for role, person in people.items()}
    return Cast(people, programs, Program(None))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(scope="session")
def running_psa() -> Iterator[PsaProcess]:
    with psa_process() as psa:
        yield psa


@pytest.fixture
def psa(running_psa: PsaProcess) -> PsaProcess:
    """The believable MSP as it was seeded, without faults."""
    running_psa.reset()
    return running_psa


def credentials(psa: PsaProcess, name: str = "main") -> dict[str, str]:
    """What a person enters to reach the sandbox."""
    public, private = psa.keys["Bursar"]
    return {
        "name": name,
        "url": psa.url,
        "company": psa.company,
        "client_id": psa.client_id,
        "public_key": public,
        "private_key": private,
    }


@pytest.fixture
def connection(db: None, psa: PsaProcess) -> Connection:
    made = add_connection(NewConnection(**credentials(psa)))
    made.options = {"requests_per_minute": "0"}
    made.save()
    return made


def error_of(answer: HttpResponse) -> dict[str, object]:
    """The error of an answer, after a look at its shape."""
    document = answer.json()
    assert set(document) == {"error"}
    error: dict[str, object] = document["error"]
    assert set(error) == {"code", "sentence", "remedy", "fields"}
    assert error["code"]
    assert error["sentence"]
    return error
