"""Secrets are planted and caught; then everything Bursar keeps, says and logs is searched for them (done-when 3)."""

import base64
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection as database
from pytest_django import DjangoDbBlocker
from pytest_django import Settings as DjangoSettings
from tests.api.conftest import credentials
from tests.api.test_access import TABLE
from tests.cli.conftest import sqlite_file
from tests.cli.psa_process import PsaProcess, psa_process
from tests.secrets.echo import echoing_server
from tests.secrets.planted import Heard, Secrets, Witness, leaks
from tests.usecases.world import OCTOBER, GivenLines, make_line
from tests.web.test_access_table import REGEX, pages

from bursar.domain.errors import BursarError
from bursar.store.models import Connection, Person
from bursar.store.queries.plans import newest_plan
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.carry_out_at_once import carry_out_at_once
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.make_plan import make_plan
from bursar.usecases.mappings import accept, suggest_mappings
from bursar.usecases.people import setup_code
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_LINES
from bursar.usecases.watch import Watch
from bursar.wiring import SystemClock, connectwise

EMAIL = "anna@example.com"
NOTHING = "00000000-0000-0000-0000-000000000000"
PART = re.compile(r"<(?:\w+:)?(\w+)>")
IN_BRACES = re.compile(r"\{(?:\w+:)?(\w+)\}")
"""The parts of an address that stand for something: of a page, and of a route of the API."""
MONTH = "2026-10"
PAGE_TOKEN = "page token"
SHOWN_ON_PURPOSE = {
    "POST /profile/tokens/": {PAGE_TOKEN},  # shown once, to whoever has just made it
    "POST /api/v1/tokens": {"API token"},
    "POST /people/invite/": {"page invitation"},
    "POST /api/v1/invitations": {"API invitation"},
}
"""The only answers that may hold a secret, and which: the one that is being made by this very request."""
ENDS_THE_STORY = ("logout", "delete", "disconnect", "deactivate", "sessions", "revoke", "role")
"""Addresses that would take away what the rest of the story needs."""
SECRET_FIELDS = ("password", "again", "password1", "password2", "oldpassword", "private_key")
"""Fields of our forms that take a secret; what is typed into another field comes back with the form."""
KEY_FILES = {"encryption.key": {"encryption key"}, "secret.key": {"session key"}}
"""Files whose whole purpose is to hold a key, readable by their owner only."""


@dataclass
class Story:
    """What happens, and what is heard of it."""

    home: Path
    psa: PsaProcess
    echo: str
    secrets: Secrets = field(default_factory=Secrets)
    heard: list[Heard] = field(default_factory=list)

    def browser(self) -> Witness:
        return Witness(self.heard)

    def program(self, secret: str) -> Witness:
        return Witness(self.heard, headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture(scope="module")
def running_psa() -> Iterator[PsaProcess]:
    with psa_process() as psa:
        yield psa


@pytest.fixture
def story(
    running_psa: PsaProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: DjangoSettings,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Story]:
    """A home with a real database file, and everything that holds a secret configured."""
    secrets = Secrets()
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    monkeypatch.delenv("BURSAR_ENCRYPTION_KEY_FILE", raising=False)
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", secrets.keep("encryption key", Fernet.generate_key().decode()))
    settings.SECRET_KEY = secrets.keep("session key", "planted-session-key-0123456789-abcdefghijklmnop")
    settings.EMAIL_HOST_PASSWORD = secrets.keep("mail password", "planted-mail-password")
    app = {"provider_id": "oidc", "name": "Sign-on", "client_id": "bursar"}
    app |= {"secret": secrets.keep("OIDC client secret", "planted-oidc-secret")}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [{**app, "settings": {"server_url": "http://127.0.0.1:9"}}]}
    }
    with django_db_blocker.unblock(), sqlite_file(tmp_path / "bursar.sqlite3"), echoing_server() as echo:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield Story(tmp_path, running_psa, echo, secrets)


def first_day(story: Story) -> Witness:
    """The administrator sets up, signs in rightly and wrongly, and makes tokens and invitations."""
    secrets, browser = story.secrets, story.browser()
    code = secrets.keep("set-up code", setup_code() or "")
    password = secrets.keep("password", "planted-kw7-river-stone")
    browser.ask("GET", "/setup/")
    values = {"email": EMAIL, "name": "Anna", "password": password, "again": password}
    browser.ask("POST", "/setup/", values | {"code": "wrong-wrong-wrong"})
    made = browser.ask("POST", "/setup/", values | {"code": code})
    assert made.status_code == 302, made.content.decode()
    wrong = secrets.keep("wrong password", "planted-wrong-password")
    story.browser().ask("POST", "/accounts/login/", {"login": EMAIL, "password": wrong})
    browser.ask("POST", "/accounts/login/", {"login": EMAIL, "password": password})
    assert browser.ask("GET", "/profile/").status_code == 200, "signed in"
    page = browser.ask("POST", "/profile/tokens/", {"name": "by page", "role": "administrator"})
    token = re.findall(r"bursar_[\w-]{43}", page.content.decode())[0]
    secrets.keep(PAGE_TOKEN, token)
    page = browser.ask("POST", "/people/invite/", {"email": "bob@example.com", "role": "viewer"})
    secrets.keep("page invitation", re.findall(r"[a-z2-7]{6}(?:-[a-z2-7]{6}){3}", page.content.decode())[0])
    program = story.program(token)
    made = program.ask("POST", "/api/v1/tokens", {"name": "by API"}, as_json=True).json()
    secrets.keep("API token", made["secret"])
    made = program.ask("POST", "/api/v1/invitations", {"email": "eve@example.com"}, as_json=True).json()
    secrets.keep("API invitation", made["code"])
    return browser


def second_factor(story: Story) -> None:
    person = Person.objects.get(email=EMAIL)
    TOTP.activate(person, story.secrets.keep("TOTP secret", generate_totp_secret()))
    for number, code in enumerate(RecoveryCodes.activate(person).get_unused_codes()):
        story.secrets.keep(f"recovery code {number}", code)


def connections(story: Story, browser: Witness) -> Witness:
    """Connections are made by page and API, rightly, wrongly, and to a server that repeats what it hears."""
    secrets = story.secrets
    entered = credentials(story.psa, "by page")
    secrets.keep("private key", entered["private_key"])
    program = story.program(secrets.known[PAGE_TOKEN])
    wrong = entered | {"private_key": secrets.keep("wrong private key", "planted0wrong0private0key")}
    echoed = wrong | {"url": story.echo, "name": "echo"}
    for values in (wrong, echoed, entered):
        browser.ask("POST", "/connections/new/test/", values)
        browser.ask("POST", "/connections/new/", values)
    program.ask("POST", "/api/v1/connections", wrong | {"name": "wrong by API"}, as_json=True)
    program.ask("POST", "/api/v1/connections", echoed, as_json=True)
    program.ask("POST", "/api/v1/connections", echoed | {"name": "echo", "test": False}, as_json=True)
    program.ask("POST", "/api/v1/connections", entered | {"name": "by API"}, as_json=True)
    broken = {"name": ["x"], "private_key": {"deep": wrong["private_key"]}}
    program.ask("POST", "/api/v1/connections", broken, as_json=True)
    assert Connection.objects.filter(name__in=["by page", "echo", "by API"]).count() == 3
    return program


def billing(story: Story) -> None:
    """A month is posted for real, and in vain against the server that repeats what it hears."""
    for connection in Connection.objects.filter(name__in=["by page", "echo"]):
        load_invoice_lines(
            connection, GivenLines([make_line(1, organization_name="Alder Brook Dental")]), LoadOptions()
        )
        connection.options = {"requests_per_minute": "0", "timeout": "5"}
        connection.billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
        connection.save()
        with connectwise(connection) as psa:
            if connection.name == "echo":
                with pytest.raises(BursarError):
                    post_additions(connection, psa, SystemClock(), PlanOptions(OCTOBER))
                continue
            set_billing_setting(connection, "agreement_type", "Cloud Subscriptions", psa)
            accept(connection, suggest_mappings(connection, psa))
            post_additions(connection, psa, SystemClock(), PlanOptions(OCTOBER))
            asked = plan_request(PlanOptions(OCTOBER, survey=True))
            plan = partial(make_plan, psa=psa, watch=Watch())
            carry_out_at_once(connection, SystemClock(), PLAN_LINES, asked, MONTH, plan)


def every_page(story: Story, browser: Witness, program: Witness) -> None:
    """Everything is opened, then sent secrets without the values that belong to them."""
    values = dict.fromkeys(SECRET_FIELDS, story.secrets.known["password"])
    for connection in Connection.objects.order_by("pk"):
        run = connection.run_set.first()
        plan = newest_plan(connection)
        ids = {"connection_id": connection.pk, "name": "psa", "month": MONTH, "kind": "location"}
        ids |= {"run_id": run.pk if run else NOTHING, "plan_id": plan.pk if plan else NOTHING}
        for address in pages():
            if any(word in address for word in ENDS_THE_STORY):
                continue
            path = _filled(PART, REGEX.get(address, address), ids)
            browser.ask("GET", f"/{path}")
            if "connections/" not in address and "accounts/" not in address:
                browser.ask("POST", f"/{path}", values)
        for route in (route for route in TABLE if route.startswith("GET")):
            program.ask("GET", "/api/v1" + _filled(IN_BRACES, route.partition(" ")[2], ids))
        program.ask("POST", f"/api/v1/connections/{connection.pk}/test")
        program.ask("POST", f"/api/v1/connections/{connection.pk}/lists/refresh", {}, as_json=True)
        program.ask("POST", f"/api/v1/connections/{connection.pk}/permissions", {}, as_json=True)
        asked = {"verb": "post lines", "month": MONTH}
        queued = program.ask("POST", f"/api/v1/connections/{connection.pk}/runs", asked, as_json=True)
        assert queued.status_code == 202, queued.content.decode()
    program.ask("POST", "/api/v1/connections/export")


def _filled(part: re.Pattern[str], path: str, ids: Mapping[str, object]) -> str:
    """An address of what was made in this story, else of the first record of its kind."""
    return part.sub(lambda found: str(ids.get(found[1], 1)), path)


def broken_server(story: Story, browser: Witness, program: Witness) -> None:
    """The 500 page and the API's 500, while a request carries a secret."""

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    key = story.secrets.known["wrong private key"]
    with database.execute_wrapper(broken):
        page = browser.ask("POST", "/connections/new/", credentials(story.psa) | {"private_key": key})
        api = program.ask("POST", "/api/v1/connections", credentials(story.psa) | {"private_key": key}, as_json=True)
        stranger = Witness(story.heard, headers={"Authorization": f"Bearer {key}"})
        stranger.ask("GET", "/api/v1/whoami")
    assert (page.status_code, api.status_code) == (500, 500)


def test_no_secret_anywhere(story: Story, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("dbos").setLevel(logging.DEBUG)
    browser = first_day(story)
    program = connections(story, browser)
    billing(story)
    second_factor(story)
    every_page(story, browser, program)
    broken_server(story, browser, program)

    answers = [(each.question, each.data) for each in story.heard]
    assert "\n".join(leaks(story.secrets, answers, SHOWN_ON_PURPOSE)) == ""
    files = [(path.name, path.read_bytes()) for path in sorted(story.home.rglob("*")) if path.is_file()]
    names = {name for name, _ in files}
    assert {"bursar.sqlite3", "bursar.sqlite3-jobs"} <= names
    assert leaks(story.secrets, files, KEY_FILES) == []
    written = capfd.readouterr()
    said = {"log": caplog.text, "stdout": written.out, "stderr": written.err}
    assert len(caplog.records) > 100, "the log has something to be searched"
    assert leaks(story.secrets, [(place, text.encode()) for place, text in said.items()], {}) == []


def test_the_search_finds_what_is_there() -> None:
    """A search that cannot fail proves nothing."""
    secrets = Secrets()
    secret = secrets.keep("key", "planted/secret+1")
    spelled = [b"x planted/secret+1 y", b"planted%2Fsecret%2B1", secret.encode().hex().encode()]
    spelled += [b"Basic " + base64.b64encode(b"c" * lead + secret.encode() + b"tail") for lead in range(6)]
    for data in spelled:
        assert secrets.found_in(data) == {"key"}, data
    assert secrets.found_in(b"nothing of it") == set()
    assert leaks(secrets, [("place", spelled[0])], {"place": {"key"}}) == []
    assert leaks(secrets, [("place", spelled[0])], {}) == ["key in place"]


def test_exceptions_are_still_needed(story: Story) -> None:
    """Each answer that may show a secret does show it, and only the first time."""
    browser = first_day(story)
    shown = {each.question: story.secrets.found_in(each.data) for each in story.heard}
    for question, allowed in SHOWN_ON_PURPOSE.items():
        assert shown[question] >= allowed, question
    story.heard.clear()
    for path in ("/profile/tokens/", "/people/", "/audit/"):
        browser.ask("GET", path)
    assert leaks(story.secrets, [(each.question, each.data) for each in story.heard], {}) == []
