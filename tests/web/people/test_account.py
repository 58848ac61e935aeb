"""One's own pages: profile, sessions, tokens."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from bursar.store.models import ApiToken, AuditEntry, Person
from bursar.usecases.api_tokens import create_token, person_of_token
from tests.web.people.conftest import Cast, browser_of, signed_in, text

OWN_PAGES = {
    "/profile/": 4,
    "/profile/tokens/": 5,
    "/accounts/2fa/": 8,
    "/accounts/sessions/": 10,
    "/accounts/password/change/": 4,
    "/accounts/logout/": 4,
}
"""Page → the most queries that it may take."""


@pytest.mark.parametrize("address", OWN_PAGES)
def test_everybody_has_these_pages_and_a_stranger_does_not(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    for person in cast:
        browser = browser_of(person)
        browser.get(address)  # the first visit of a session notes it
        with django_assert_max_num_queries(OWN_PAGES[address]):
            assert browser.get(address).status_code == 200
    assert Client().get(address)["Location"].startswith("/accounts/login/?next=")


def test_a_person_chooses_name_appearance_and_time_zone(cast: Cast) -> None:
    browser = browser_of(cast.viewer)
    chosen = {"name": "Vera", "theme": "dark", "time_zone": "Asia/Tokyo"}
    answer = browser.post("/profile/", chosen, follow=True)
    assert 'data-bs-theme="dark"' in text(answer)
    assert "Your profile is saved." in text(answer)
    cast.viewer.refresh_from_db()
    assert (cast.viewer.name, cast.viewer.theme, cast.viewer.time_zone) == ("Vera", "dark", "Asia/Tokyo")
    assert "Asia/Tokyo" in text(browser.get("/accounts/sessions/"))
    browser.post("/profile/", chosen | {"time_zone": ""})
    cast.viewer.refresh_from_db()
    assert cast.viewer.time_zone == ""


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"time_zone": "Mars/Olympus"}, {"name": "x" * 121}])
def test_a_profile_takes_only_what_there_is(cast: Cast, wrong: dict[str, str]) -> None:
    answer = browser_of(cast.viewer).post("/profile/", {"name": "Vera", "theme": "dark", "time_zone": ""} | wrong)
    assert answer.status_code == 422
    cast.viewer.refresh_from_db()
    assert (cast.viewer.name, cast.viewer.theme) == ("", "auto")


def test_a_profile_cannot_change_the_role(cast: Cast) -> None:
    browser_of(cast.viewer).post("/profile/", {"name": "V", "theme": "auto", "role": "administrator", "email": "x@y.z"})
    cast.viewer.refresh_from_db()
    assert (cast.viewer.role, cast.viewer.email) == ("viewer", "viewer@example.com")


def test_one_session_is_signed_out_and_then_all_others(cast: Cast) -> None:
    here, second, third = (browser_of(cast.viewer) for _ in range(3))
    page = text(here.get("/accounts/sessions/"))
    assert page.count("This browser") == 1
    number = UserSession.objects.get(session_key=second.session.session_key).pk
    here.post(f"/profile/sessions/{number}/end/")
    assert [signed_in(browser) for browser in (here, second, third)] == [True, False, True]
    here.post("/accounts/sessions/")
    assert [signed_in(browser) for browser in (here, third)] == [True, False]
    ended = AuditEntry.objects.filter(action="session ended", actor=cast.viewer.email)
    assert [entry.before for entry in ended] == [{"address": "127.0.0.1", "browser": "Firefox"}] * 2


def test_nobody_ends_somebody_else_s_session(cast: Cast) -> None:
    victim, other = browser_of(cast.viewer), browser_of(cast.administrator)
    other.raise_request_exception = False
    number = UserSession.objects.get(user=cast.viewer).pk
    assert other.post(f"/profile/sessions/{number}/end/").status_code == 404
    assert signed_in(victim)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("wanted", Role)
def test_a_token_is_made_with_one_s_own_role_at_most(cast: Cast, role: Role, wanted: Role) -> None:
    browser = browser_of(Person.objects.get(role=role))
    answer = browser.post("/profile/tokens/", {"name": "Reports", "role": wanted, "expires_on": ""})
    assert answer.status_code == (200 if role.allows(wanted) else 422)
    assert ApiToken.objects.exists() == role.allows(wanted)


def test_a_secret_is_shown_once_and_works_until_it_is_revoked(cast: Cast) -> None:
    browser = browser_of(cast.operator)
    answer = browser.post("/profile/tokens/", {"name": "Reports", "role": "viewer", "expires_on": ""})
    found = re.search(r'id="new-secret">(bursar_[A-Za-z0-9_-]{43})<', text(answer))
    assert found
    assert "no-store" in answer["Cache-Control"]
    again = text(browser.get("/profile/tokens/"))
    assert found[1] not in again
    assert found[1][:12] in again
    assert found[1] not in str(browser.session.items())
    token = ApiToken.objects.get()
    assert person_of_token(found[1], timezone.now()) == (token, Role.VIEWER)
    browser.post(f"/profile/tokens/{token.pk}/revoke/")
    assert person_of_token(found[1], timezone.now()) is None
    assert "You have no token" in text(browser.get("/profile/tokens/"))


def test_a_token_works_to_the_end_of_its_last_day(cast: Cast) -> None:
    Person.objects.update(time_zone="Asia/Tokyo")
    browser = browser_of(cast.viewer)
    browser.post("/profile/tokens/", {"name": "Reports", "role": "viewer", "expires_on": "2099-12-31"})
    expires = ApiToken.objects.get().expires_at
    assert expires is not None
    assert expires.isoformat() == "2099-12-31T15:00:00+00:00"  # midnight in Tokyo
    answer = browser.post("/profile/tokens/", {"name": "Old", "role": "viewer", "expires_on": "2001-01-01"})
    assert answer.status_code == 422
    assert "cannot expire in the past" in text(answer)


def test_nobody_sees_or_revokes_somebody_else_s_token(cast: Cast) -> None:
    token, secret = create_token(cast.viewer, "Private reports", Role.VIEWER, None)
    browser = browser_of(cast.administrator)
    browser.raise_request_exception = False
    assert "Private reports" not in text(browser.get("/profile/tokens/"))
    assert browser.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    assert person_of_token(secret, timezone.now()) is not None


def test_one_s_own_changes_need_a_token_of_the_form(cast: Cast) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.viewer)
    token, _ = create_token(cast.viewer, "Reports", Role.VIEWER, None)
    addresses = ["/profile/", "/profile/tokens/", f"/profile/tokens/{token.pk}/revoke/", "/accounts/sessions/"]
    assert {careful.post(address).status_code for address in addresses} == {403}


def test_who_has_no_password_is_told_so(cast: Cast) -> None:
    Person.objects.create_user("sso@example.com", None)
    browser = Client()
    browser.force_login(Person.objects.get(email="sso@example.com"))
    assert "You sign in with single sign-on" in text(browser.get("/accounts/password/change/", follow=True))
