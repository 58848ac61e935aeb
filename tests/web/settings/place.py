"""A place to look at settings pages from: a sandbox that answers on loopback, a connection to it, and three people."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person
from bursar.usecases.connections import NewConnection, add_connection
from psa_sandbox.connection import open_server
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.record import Record
from psa_sandbox.state.store import Store

ROLE = "Bursar Billing"


@dataclass
class Place:
    """Everything a test of a settings page touches."""

    sandbox: Sandbox
    connection: Connection

    def client(self, role: Role | None) -> Client:
        """A browser: of somebody with this role, or of a stranger."""
        browser = Client()
        if role is not None:
            person, _ = Person.objects.get_or_create(email=f"{role}@cedarpoint.example", defaults={"role": role})
            browser.force_login(person)
        return browser

    def url(self, route: str) -> str:
        return reverse(f"settings:{route}", args=[self.connection.pk])

    def again(self) -> Connection:
        """The connection as it is stored now."""
        return Connection.objects.get(pk=self.connection.pk)

    def record(self, kind: str, name: str) -> Record:
        return next(row for row in self.sandbox.store.rows(kind) if row["name"] == name)

    def drop(self, kind: str, name: str) -> None:
        """Remove an entry of a list, as a person does in ConnectWise."""
        self.sandbox.store.delete(kind, int(str(self.record(kind, name)["id"])))

    def forbid(self, function: str) -> None:
        """Take the right to look at something from the API member's role."""
        role = self.record("securityRole", ROLE)["id"]
        for row in self.sandbox.store.rows("securityRoleSetting"):
            if row["moduleFunctionName"] == function and row["securityRoleId"] == role:
                self.sandbox.store.replace(
                    "securityRoleSetting", int(str(row["id"])), {**row, "inquireLevel": "None"}, by="t"
                )

    def asked(self) -> int:
        return len(self.sandbox.journal.entries())


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[str]:
    """The sandbox's address while the block runs."""
    server = open_server(sandbox, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def a_place() -> Iterator[Place]:
    store = Store()
    seed(store, "msp")
    sandbox = create_app(store)
    key = next(key for key in api_keys(store) if key.role == ROLE)
    with serving(sandbox) as address:
        connection = add_connection(
            NewConnection(
                name="main",
                url=address,
                company=store.site.company_id,
                client_id="00000000-0000-0000-0000-000000000000",
                public_key=key.public_key,
                private_key=key.private_key,
            )
        )
        connection.options = {"requests_per_minute": "0"}
        connection.save(update_fields=["options"])
        yield Place(sandbox, connection)


class _FormReader(HTMLParser):
    """Collects what the settings form would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = ""
        self._first: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name"):
            ticked = given.get("type") != "checkbox" or "checked" in given
            if ticked:
                self._add(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select, self._first, self._chosen = given["name"], None, None
        elif tag == "option" and self._select:
            self._first = given["value"] if self._first is None else self._first
            self._chosen = given["value"] if "selected" in given else self._chosen

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select, self._chosen if self._chosen is not None else self._first or "")
            self._select = ""

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def form_of(answer: HttpResponse) -> dict[str, list[str]]:
    """What a browser would send if Save were pressed now."""
    text = answer.content.decode()
    form = text[text.index('id="settings-form"') : text.index("</form>", text.index('id="settings-form"'))]
    reader = _FormReader()
    reader.feed(form)
    return {name: values for name, values in reader.sent.items() if name != "csrfmiddlewaretoken"}


def with_values(sent: Mapping[str, list[str]], **changes: str | list[str]) -> dict[str, list[str]]:
    """The same form with other values; dots in names are written as two underscores."""
    named = {name.replace("__", "."): value for name, value in changes.items()}
    return {**sent, **{name: value if isinstance(value, list) else [value] for name, value in named.items()}}


def words(answer: HttpResponse) -> str:
    """What a person reads: the page without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())
