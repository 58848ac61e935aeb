"""Single sign-on with a real provider on loopback: who it lets in, and whom it does not."""

import html
import re
from collections.abc import Iterator

import httpx2
import pytest
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from bursar.domain.roles import Role
from bursar.project.sign_on import sign_on_providers
from bursar.store.models import AuditEntry, Invitation, Person
from bursar.usecases.invitations import invite, withdraw
from bursar.usecases.people import deactivate
from tests.web.people.conftest import Cast, signed_in, text
from tests.web.people.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, openid_provider

REFUSED = "You have no login here"


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch, cast: Cast) -> Iterator[OpenIdProvider]:
    """The provider, configured as an installation does it. The viewer is about to sign in."""
    with openid_provider() as running:
        monkeypatch.setenv("BURSAR_OIDC_ISSUER", running.issuer)
        monkeypatch.setenv("BURSAR_OIDC_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("BURSAR_OIDC_CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("BURSAR_OIDC_NAME", "Example ID")
        settings.SOCIALACCOUNT_PROVIDERS = sign_on_providers()
        running.claims = {"sub": "1", "email": "Viewer@Example.com", "email_verified": True, "name": "Vera"}
        yield running
        assert running.faults == []


def way_out(client: Client, **entered: str) -> str:
    """The address at the provider to which the login page's button leads."""
    found = re.search(r'content="0;url=([^"]+)"', text(client.post("/sign-on/", entered)))
    assert found
    return html.unescape(found[1])


def sign_on(client: Client, **entered: str) -> HttpResponse:
    """Through the provider and back."""
    back = httpx2.get(way_out(client, **entered)).headers["Location"]
    assert back.startswith("http://testserver/accounts/oidc/oidc/login/callback/?")
    return client.get(back)


def test_the_login_page_has_the_button(provider: OpenIdProvider, client: Client) -> None:
    assert "Example ID</button>" in text(client.get("/accounts/login/"))


def test_without_a_provider_there_is_no_button_and_no_way(cast: Cast, client: Client) -> None:
    assert "/sign-on/" not in text(client.get("/accounts/login/"))
    assert client.post("/sign-on/").status_code == 404


def test_a_person_signs_in_by_the_verified_address(provider: OpenIdProvider, cast: Cast, client: Client) -> None:
    assert sign_on(client, next="/profile/")["Location"] == "/profile/"
    assert signed_in(client)
    assert client.session["_auth_user_id"] == str(cast.viewer.pk)
    entry = AuditEntry.objects.get(action="signed in")
    assert (entry.actor, entry.after) == ("viewer@example.com", {"by": "single sign-on"})
    cast.viewer.refresh_from_db()
    assert cast.viewer.has_usable_password()
    assert sign_on(Client())["Location"] == "/"  # again, now that the account is known
    assert SocialAccount.objects.get().user == cast.viewer


@pytest.mark.parametrize("verified", [False, None, "false", 0, "", [True]])
def test_an_address_that_is_not_verified_lets_nobody_in(
    provider: OpenIdProvider, client: Client, verified: object
) -> None:
    provider.claims["email_verified"] = verified
    answer = sign_on(client)
    assert answer.status_code == 403
    assert REFUSED in text(answer)
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_nobody_knows_the_stranger(provider: OpenIdProvider, client: Client) -> None:
    provider.claims |= {"email": "stranger@example.com"}
    answer = sign_on(client)
    assert answer.status_code == 403
    assert "stranger@example.com" in text(answer)
    assert not Person.objects.filter(email="stranger@example.com").exists()
    assert AuditEntry.objects.get(action="single sign-on refused").actor == "stranger@example.com"


def test_who_is_deactivated_stays_out(provider: OpenIdProvider, cast: Cast, client: Client) -> None:
    deactivate(cast.viewer)
    assert sign_on(client).status_code == 403
    assert not signed_in(client)


def test_an_invitation_is_accepted_with_its_role(provider: OpenIdProvider, cast: Cast, client: Client) -> None:
    invite("bo@example.com", Role.OPERATOR, cast.administrator)
    provider.claims |= {"sub": "2", "email": "bo@example.com", "name": "Bo"}
    assert sign_on(client)["Location"] == "/"
    person = Person.objects.get(email="bo@example.com")
    assert (person.name, person.role, person.has_usable_password()) == ("Bo", "operator", False)
    assert Invitation.objects.get().accepted_at is not None
    assert signed_in(client)


def test_a_withdrawn_invitation_is_none(provider: OpenIdProvider, cast: Cast, client: Client) -> None:
    invitation, _ = invite("bo@example.com", Role.OPERATOR, cast.administrator)
    withdraw(invitation)
    provider.claims |= {"sub": "2", "email": "bo@example.com"}
    assert sign_on(client).status_code == 403
    assert not Person.objects.filter(email="bo@example.com").exists()


def test_an_account_that_takes_somebody_else_s_address_is_refused(
    provider: OpenIdProvider, cast: Cast, client: Client
) -> None:
    sign_on(client)
    provider.claims["email"] = "administrator@example.com"
    other = Client()
    assert sign_on(other).status_code == 403
    assert not signed_in(other)


@pytest.mark.parametrize(
    "changes", [{"aud": "another"}, {"iss": "http://evil.example"}, {"exp": 1}], ids=["audience", "issuer", "expired"]
)
def test_an_answer_for_somebody_else_is_refused(
    provider: OpenIdProvider, client: Client, changes: dict[str, object]
) -> None:
    provider.id_token_changes = changes
    answer = sign_on(client)
    assert answer.status_code == 401
    assert "Single sign-on did not work" in text(answer)
    assert not signed_in(client)


def test_two_answers_about_different_people_are_refused(provider: OpenIdProvider, client: Client) -> None:
    provider.id_token_changes = {"sub": "another"}
    assert sign_on(client).status_code == 403
    assert not signed_in(client)


def test_an_answer_belongs_to_the_browser_that_asked(provider: OpenIdProvider, client: Client) -> None:
    back = httpx2.get(way_out(client)).headers["Location"]
    victim = Client()
    assert victim.get(back).status_code == 401
    assert not signed_in(victim)


def test_a_way_on_that_leads_elsewhere_is_forgotten(provider: OpenIdProvider, client: Client) -> None:
    assert sign_on(client, next="https://evil.example/")["Location"] == "/"


def test_a_silent_provider_is_explained(settings: Settings, provider: OpenIdProvider, client: Client) -> None:
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    answer = client.post("/sign-on/")
    assert answer.status_code == 502
    assert "does not answer" in text(answer)


def test_the_client_secret_is_on_no_page(provider: OpenIdProvider, client: Client) -> None:
    pages = [client.get("/accounts/login/"), client.post("/sign-on/"), sign_on(client)]
    assert not [page for page in pages if CLIENT_SECRET in text(page)]


@pytest.mark.parametrize(
    ("issuer", "client_id", "sentence"),
    [
        ("http://id.example.com", "bursar", "must be an https address"),
        ("https://id.example.com", "", "must be too"),
    ],
)
def test_half_a_configuration_is_refused(
    monkeypatch: pytest.MonkeyPatch, issuer: str, client_id: str, sentence: str
) -> None:
    monkeypatch.setenv("BURSAR_OIDC_ISSUER", issuer)
    monkeypatch.setenv("BURSAR_OIDC_CLIENT_ID", client_id)
    monkeypatch.setenv("BURSAR_OIDC_CLIENT_SECRET", CLIENT_SECRET)
    with pytest.raises(ValueError, match=sentence):
        sign_on_providers()
