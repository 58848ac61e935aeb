"""Who gets what: every address of Django's resolver, as nobody, viewer, operator and administrator, read and written.

`access_table.txt` says what each is answered. A route that is missing there, or that is there and nowhere else, fails.
Addresses of the API have their own table, tests/api/test_access.py.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings as DjangoSettings

from bursar.domain.roles import Role
from bursar.store.models import BookCode, Person
from bursar.usecases.connections import NewConnection, add_connection
from tests.api.conftest import PASSWORD, credentials
from tests.api.populated import Populated, populate
from tests.api.populated_ledger import ledger_ids_of
from tests.api.test_access import TABLE as API_TABLE
from tests.cli.psa_process import PsaProcess, psa_process
from tests.deliveries.arrived import ids_of

WHO = ("nobody", *(role.value for role in Role))
METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Row:
    """One address, and what each person is answered by method."""

    pattern: str
    answers: Mapping[tuple[str, str], str]


def table() -> Mapping[str, Row]:
    """The file: address | GET as nobody, viewer, operator, administrator | POST likewise."""
    rows = {}
    for line in Path(__file__).with_name("access_table.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        pattern, *cells = (part.strip() for part in line.split("|"))
        answers = {
            (method, who): word
            for method, cell in zip(METHODS, cells, strict=True)
            for who, word in zip(WHO, cell.split(), strict=True)
        }
        assert pattern not in rows, f"{pattern} is there twice"
        rows[pattern] = Row(pattern, answers)
    return rows


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every pattern that the resolver knows, included ones too."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here
        else:
            yield from addresses(entry, here)


def pages() -> list[str]:
    return [address for address in addresses() if not address.startswith("api/")]


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def running_psa() -> Iterator[PsaProcess]:
    with psa_process() as psa:
        yield psa


@pytest.fixture
def psa(running_psa: PsaProcess) -> PsaProcess:
    running_psa.reset()
    return running_psa


@dataclass(frozen=True)
class Installation:
    """People who have signed in with their password, and the records that addresses name."""

    sessions: Mapping[str, str]
    populated: Populated

    def visit(self, who: str, method: str, address: str) -> HttpResponseBase:
        """Open an address as somebody, and undo whatever it did."""
        client = self._browser
        client.cookies.clear()
        if who in self.sessions:
            client.cookies["sessionid"] = self.sessions[who]
        with rolled_back():
            return client.generic(method, "/" + self.filled(address))

    def filled(self, address: str) -> str:
        """The address with real ids in place of its parameters."""
        values = {
            "<int:connection_id>": str(self.populated.connection.pk),
            "<uuid:run_id>": str(self.populated.waiting.pk),
            "<uuid:plan_id>": str(self.populated.plan.pk),
            "<slug:name>": "platform",
            "<slug:month>": self.populated.plan.month,
            "<int:entry_id>": str(self.populated.entry.pk),
            **{f"<int:{name}>": str(value) for name, value in ids_of(self.populated.connection).items()},
            **{f"<int:{name}>": str(value) for name, value in self._ledger.items()},
            "<str:provider_id>": "oidc",
            "<path:name>": "x",
        }
        if "<int:pk>" in address:
            values["<int:pk>"] = str(self._record(address))
        for name, value in values.items():
            address = address.replace(name, value)
        return REGEX.get(address, address)

    @cached_property
    def _browser(self) -> Client:
        """One for everybody: each new one lists every static file first."""
        return Client(raise_request_exception=False, HTTP_USER_AGENT="Firefox")

    @cached_property
    def _ledger(self) -> Mapping[str, object]:
        """The pages name a batch by its row, not by its id in ConnectWise; and codes and settlements."""
        connection = self.populated.connection
        return {
            **ledger_ids_of(connection),
            "batch_id": connection.ledger_batches.latest("pk").pk,
            "code_id": BookCode.objects.filter(book__connection=connection).latest("pk").pk,
            "settlement_id": connection.settlements.latest("pk").pk,
        }

    def _record(self, address: str) -> int:
        if "invitations" in address:
            return int(self.populated.invitation.pk)
        if "tokens" in address:
            return int(self.populated.token.pk)
        if "sessions" in address:
            return int(UserSession.objects.filter(user__email="administrator@example.com").latest("pk").pk)
        return int(self.populated.person.pk)


REGEX = {
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "accounts/password/reset/key/1-wrong/",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "accounts/confirm-email/wrong/",
}
"""Addresses of django-allauth that are written as regular expressions."""


@pytest.fixture
def installation(db: None, psa: PsaProcess, settings: DjangoSettings, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    people = {role: Person.objects.create_user(f"{role}@example.com", PASSWORD, role=role) for role in Role}
    connection = add_connection(NewConnection(**credentials(psa)))
    connection.options = {"requests_per_minute": "0"}
    connection.billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    connection.source = {"path": "/nowhere", "profile": "canonical"}
    connection.save()
    sessions = {}
    for role, person in people.items():
        client = Client(HTTP_USER_AGENT="Firefox")
        client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
        sessions[role.value] = client.cookies["sessionid"].value
    return Installation(sessions, populate(connection, people[Role.ADMINISTRATOR]))


def word_for(answer: HttpResponseBase) -> str:
    """What the table calls an answer."""
    if answer.status_code in {301, 302, 303}:
        return "login" if answer["Location"].startswith("/accounts/login/") else "elsewhere"
    words = {200: "page", 401: "login", 403: "forbidden", 404: "missing", 405: "method", 422: "invalid", 400: "invalid"}
    return words.get(answer.status_code, str(answer.status_code))


def test_the_table_has_every_address_and_no_other() -> None:
    assert set(table()) == set(pages())


def test_the_api_has_its_own_table() -> None:
    known = {address.removeprefix("api/") for address in addresses() if address.startswith("api/")}
    listed = {route.partition(" ")[2].partition("?")[0] for route in API_TABLE}
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address) for address in known} == (
        {"docs", "openapi.json", ""} | {f"v1{address}" for address in listed}
    )


@pytest.mark.parametrize("who", WHO)
def test_who_gets_what(who: str, installation: Installation) -> None:
    rows = table()
    wrong = []
    for address in dict.fromkeys(pages()):
        for method in METHODS:
            answer = installation.visit(who, method, address)
            wanted, found = rows[address].answers[method, who], word_for(answer)
            if found != wanted:
                wrong.append(f"{method} {address}: {found} ({answer.status_code}), not {wanted}")
    assert not wrong, "\n".join(wrong)


def test_nobody_gets_nothing_but_the_ways_in() -> None:
    """The same said once more, so that a slip in the table cannot open a page."""
    ways_in = ("accounts/login/", "accounts/password/reset/", "accounts/^password/reset/", "accounts/inactive/")
    cancelled = ("accounts/3rdparty/login/cancelled/", "healthz", "join/")
    for row in table().values():
        words = {row.answers[method, "nobody"] for method in METHODS}
        if "page" in words or "invalid" in words or "elsewhere" in words:
            assert row.pattern.startswith((*ways_in, *cancelled)), row.pattern


def contents() -> Mapping[str, list[tuple[object, ...]]]:
    """Every row of every table, but for the visits themselves: sessions and when they were seen."""
    visits: set[type[Model]] = {Session, UserSession}
    return {
        model._meta.label: sorted(model.objects.values_list(), key=repr)
        for model in apps.get_models()
        if model not in visits
    }


def test_looking_changes_nothing(installation: Installation) -> None:
    """An administrator opens every page; afterwards each table has the same rows. Nothing is undone here."""
    before = contents()
    client = Client(raise_request_exception=False, HTTP_USER_AGENT="Firefox")
    client.cookies["sessionid"] = installation.sessions["administrator"]
    changed: list[tuple[str, str]] = []
    for address in dict.fromkeys(pages()):
        client.get("/" + installation.filled(address))
        after = contents()
        changed += [(address, name) for name in before if before[name] != after[name]]
        before = after
    assert changed == []
