"""Two-factor authentication with codes that the test computes as an app does."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client, TestCase

from bursar.store.models import AuditEntry
from tests.web.people.conftest import PASSWORD, Cast, browser_of, sign_in, signed_in, text

ACTIVATE, RECOVERY = "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"


def code_of(secret: str) -> str:
    """What the app shows now; near the end of its 30 seconds, what it shows next."""
    if time.time() % 30 > 28:
        time.sleep(30.1 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def confirm(browser: Client) -> None:
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def turn_on(browser: Client) -> str:
    """Set an app up; returns its secret. The code that proves it may be used again at once."""
    confirm(browser)
    found = re.search(r'id="totp-secret"[^>]*>([A-Z2-7]+)<', text(browser.get(ACTIVATE)))
    assert found
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = browser.post(ACTIVATE, {"code": code_of(found[1])})
    assert answer["Location"] == RECOVERY
    cache.clear()
    return found[1]


@pytest.fixture
def secret(cast: Cast) -> str:
    """The viewer's app."""
    return turn_on(browser_of(cast.viewer))


def actions() -> set[str]:
    return set(AuditEntry.objects.values_list("action", flat=True))


def test_sensitive_pages_ask_for_the_password_again(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    answer = browser.get(ACTIVATE)
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert "This is not your password." in text(browser.post("/accounts/reauthenticate/", {"password": "wrong"}))
    confirm(browser)
    assert browser.get(ACTIVATE).status_code == 200


def test_guessing_the_password_of_a_session_is_stopped(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    pages = [browser.post("/accounts/reauthenticate/", {"password": "wrong"}) for _ in range(11)]
    assert "Too many wrong tries" in text(pages[5])
    assert (pages[10].status_code, "Too many tries" in text(pages[10])) == (429, True)
    assert browser.get(ACTIVATE).status_code == 302


def test_a_code_of_the_app_is_asked_for_after_the_password(cast: Cast, secret: str) -> None:
    browser = Client()
    assert sign_in(browser, cast.viewer.email)["Location"] == "/accounts/2fa/authenticate/"
    assert not signed_in(browser)
    assert "Incorrect code." in text(browser.post("/accounts/2fa/authenticate/", {"code": "000000"}))
    assert not signed_in(browser)
    code = code_of(secret)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert signed_in(browser)
    again = Client()
    sign_in(again, cast.viewer.email)
    again.post("/accounts/2fa/authenticate/", {"code": code})  # a code works once
    assert not signed_in(again)
    assert {"two-factor authentication added", "two-factor code refused", "signed in"} <= actions()


def test_the_second_step_can_be_cancelled(cast: Cast, secret: str) -> None:
    browser = Client()
    sign_in(browser, cast.viewer.email)
    assert browser.get("/accounts/login/")["Location"] == "/accounts/2fa/authenticate/"
    assert browser.post("/sign-in/cancel/")["Location"] == "/accounts/login/"
    assert browser.get("/accounts/login/").status_code == 200
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert not signed_in(browser)


def test_guessing_codes_is_stopped(cast: Cast, secret: str) -> None:
    browser = Client()
    sign_in(browser, cast.viewer.email)
    for _ in range(5):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Too many wrong tries" in text(browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}))
    assert not signed_in(browser)


def test_a_recovery_code_works_once(cast: Cast, secret: str) -> None:
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    browser = Client()
    sign_in(browser, cast.viewer.email)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    again = Client()
    sign_in(again, cast.viewer.email)
    again.post("/accounts/2fa/authenticate/", {"code": code})
    assert not signed_in(again)


def test_recovery_codes_are_shown_downloaded_and_replaced(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    turn_on(browser)
    shown = set(re.findall(r"\b\d{8}\b", text(browser.get(RECOVERY))))
    assert len(shown) == 10
    assert set(text(browser.get(f"{RECOVERY}download/")).split()) == shown
    with TestCase.captureOnCommitCallbacks(execute=True):
        browser.post(f"{RECOVERY}generate/")
    fresh = set(re.findall(r"\b\d{8}\b", text(browser.get(RECOVERY))))
    assert len(fresh) == 10
    assert not fresh & shown
    assert {"two-factor authentication added", "recovery codes generated"} <= actions()


def test_turning_it_off_takes_the_codes_along(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    turn_on(browser)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert "two-factor authentication removed" in actions()
    assert sign_in(Client(), cast.viewer.email)["Location"] == "/"


def test_the_secrets_lie_sealed_in_the_database(cast: Cast, secret: str) -> None:
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    kept = str(list(Authenticator.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert not [code for code in codes if code in kept]


def test_the_people_page_says_who_uses_it(cast: Cast, secret: str) -> None:
    page = text(browser_of(cast.administrator).get("/people/"))
    assert page.count("fa-shield-halved") == 1


def test_an_administrator_helps_somebody_who_lost_the_app(cast: Cast, secret: str) -> None:
    address = f"/people/{cast.viewer.pk}/two-factor/remove/"
    assert browser_of(cast.operator).post(address).status_code == 403
    administrator = browser_of(cast.administrator)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert administrator.post(address).status_code == 302
    assert not Authenticator.objects.filter(user=cast.viewer).exists()
    assert signed_in(browser_of(cast.viewer))
    assert "has no two-factor authentication" in text(administrator.post(address, follow=True))
    entry = AuditEntry.objects.get(action="two-factor authentication removed", actor=cast.administrator.email)
    assert entry.subject == cast.viewer.email
