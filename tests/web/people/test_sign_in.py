"""Signing in with a password: who may, how often one may try, and what stays in the audit trail."""

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from bursar.domain.roles import Role
from bursar.project.mail import Mail
from bursar.store.models import AuditEntry, Person
from tests.web.people.conftest import PASSWORD, Cast, browser_of, sign_in, signed_in, text

WRONG = "This e-mail address and password do not belong together."
LOCKED = "Too many wrong tries. Wait five minutes, then try again."


def actions(email: str) -> list[str]:
    return list(AuditEntry.objects.filter(actor=email).order_by("number").values_list("action", flat=True))


@pytest.mark.parametrize("role", Role)
def test_everybody_signs_in_and_out(cast: Cast, client: Client, role: Role) -> None:
    email = f"{role}@example.com"
    assert not signed_in(client)
    assert sign_in(client, email.upper())["Location"] == "/"
    assert signed_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert not signed_in(client)
    assert actions(email) == ["signed in", "signed out"]
    assert AuditEntry.objects.filter(actor=email, channel="web", address="127.0.0.1").count() == 2


def test_an_unknown_address_a_wrong_password_and_a_deactivated_person_look_the_same(cast: Cast) -> None:
    Person.objects.create_user("gone@example.com", PASSWORD)
    Person.objects.filter(email="gone@example.com").update(is_active=False)
    pages = set()
    for email in ("nobody@example.com", "viewer@example.com", "gone@example.com"):
        client = Client()
        page = text(sign_in(client, email, "a wrong password"))
        assert WRONG in page
        token = str(client.cookies["csrftoken"].value) if "csrftoken" in client.cookies else ""
        pages.add(len(page.replace(email, "").replace(token, "")))
        assert actions(email) == ["sign-in failed"]
    assert len(pages) == 1


@pytest.mark.parametrize("email", ["viewer@example.com", "nobody@example.com"])
def test_five_wrong_tries_lock_an_address_known_or_not(cast: Cast, client: Client, email: str) -> None:
    for _ in range(5):
        assert WRONG in text(sign_in(client, email, "a wrong password"))
    for _ in range(2):
        assert LOCKED in text(sign_in(Client(), email))  # the right password, from another browser
    assert actions(email) == ["sign-in failed"] * 5 + ["sign-in locked"]
    assert sign_in(client, "operator@example.com")["Location"] == "/"


def test_the_right_password_does_not_use_up_tries(cast: Cast) -> None:
    for _ in range(8):
        assert signed_in(browser_of(cast.viewer))


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/people/", "/people/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("http://127.0.0.1:9999/", "/"),
        ("http://localhost/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_the_way_on_stays_here(cast: Cast, client: Client, wanted: str, leads_to: str) -> None:
    entered = {"login": "administrator@example.com", "password": PASSWORD, "next": wanted}
    assert client.post("/accounts/login/", entered)["Location"] == leads_to


def test_the_session_is_new_after_signing_in_and_its_cookie_is_out_of_reach(cast: Cast, client: Client) -> None:
    client.get("/accounts/login/?next=/")
    sign_in(client, cast.viewer.email)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == ""  # ends with the browser, unless one asks to be kept signed in
    kept = Client()
    kept.post("/accounts/login/", {"login": cast.viewer.email, "password": PASSWORD, "remember": "on"})
    assert kept.cookies["sessionid"]["max-age"] == 14 * 24 * 3600


def test_the_form_needs_its_token(cast: Cast) -> None:
    assert sign_in(Client(enforce_csrf_checks=True), cast.viewer.email).status_code == 403


@pytest.mark.parametrize(
    ("address", "most"), [("/accounts/login/", 3), ("/join/", 2), ("/accounts/password/reset/", 2)]
)
def test_pages_before_a_login_ask_little_of_the_database(
    cast: Cast, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, address: str, most: int
) -> None:
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("said", "kept"),
    [("203.0.113.9", "203.0.113.9"), ("evil, 203.0.113.9", "203.0.113.9"), ("203.0.113.9:4711", "127.0.0.1")],
)
def test_behind_a_trusted_proxy_the_session_keeps_the_visitor_s_address(
    cast: Cast, settings: Settings, said: str, kept: str
) -> None:
    settings.BURSAR_TRUST_PROXY = True
    browser = Client(HTTP_X_FORWARDED_FOR=said)
    sign_in(browser, cast.viewer.email)
    assert UserSession.objects.get().ip == kept


def test_nobody_signs_up(cast: Cast, client: Client) -> None:
    client.raise_request_exception = False
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/email/").status_code == 404
    assert client.get("/accounts/3rdparty/").status_code == 404


def test_a_new_password_signs_out_everywhere_else(cast: Cast) -> None:
    here, there = browser_of(cast.viewer), browser_of(cast.viewer)
    change = {"oldpassword": PASSWORD, "password1": "another good password", "password2": "another good password"}
    assert "not your present password" in text(here.post("/accounts/password/change/", change | {"oldpassword": "x"}))
    assert "at least 12" in text(here.post("/accounts/password/change/", change | {"password1": "s", "password2": "s"}))
    assert here.post("/accounts/password/change/", change).status_code == 302
    assert signed_in(here)
    assert not signed_in(there)
    assert "password changed" in actions(cast.viewer.email)
    assert sign_in(there, cast.viewer.email, "another good password").status_code == 302


def test_without_a_mail_server_an_administrator_is_asked(cast: Cast, client: Client) -> None:
    assert "Ask an administrator for a code" in text(client.get("/accounts/login/"))
    page = text(client.get("/accounts/password/reset/"))
    assert "This Bursar sends no mail" in page
    assert 'name="email"' not in page


class TestWithMail:
    """Password resets by mail."""

    @pytest.fixture(autouse=True)
    def mail_server(self, settings: Settings) -> None:
        settings.MAIL = Mail(host="mail.example.com")

    def test_a_link_leads_to_a_new_password_once(self, cast: Cast, client: Client) -> None:
        assert "Forgot your password?</a>" in text(client.get("/accounts/login/"))
        there = browser_of(cast.viewer)
        client.post("/accounts/password/reset/", {"email": cast.viewer.email})
        [message] = mail.outbox
        assert (message.to, message.subject) == ([cast.viewer.email], "Reset your password of Bursar")
        [link] = [line for line in str(message.body).splitlines() if line.startswith("http://testserver/")]
        page = client.get(link, follow=True)
        new = {"password1": "another good password", "password2": "another good password"}
        assert client.post(page.redirect_chain[-1][0], new).status_code == 302
        assert not signed_in(client)
        assert not signed_in(there)
        assert "does not work any more" in text(Client().get(link, follow=True))
        assert sign_in(client, cast.viewer.email, "another good password").status_code == 302
        assert actions(cast.viewer.email)[-2:] == ["password reset by mail", "signed in"]

    def test_known_and_unknown_addresses_get_the_same_answer_and_both_a_mail(self, cast: Cast, client: Client) -> None:
        answers = [
            client.post("/accounts/password/reset/", {"email": email}, follow=True)
            for email in (cast.viewer.email, "nobody@example.com")
        ]
        assert answers[0].redirect_chain == answers[1].redirect_chain
        assert "Look into your mail" in text(answers[1])
        assert [message.to for message in mail.outbox] == [[cast.viewer.email], ["nobody@example.com"]]
        assert "no active login" in str(mail.outbox[1].body)
        assert "signup" not in str(mail.outbox[1].body)
