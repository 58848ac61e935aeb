"""How people come in: by invitation and password, or by single sign-on. What django-allauth asks, answered."""

import hashlib
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from bursar.store.models import Person
from bursar.usecases.audit import record
from bursar.usecases.invitations import accept_signed_on
from bursar.web.access import address_of
from bursar.web.people.sign_in_record import note

UNKNOWN_ADDRESS = "::"
"""Of requests through a socket that is a file."""
LOCKED_SECONDS = 300
"""As in ACCOUNT_RATE_LIMITS: five wrong tries in five minutes."""
TOO_MANY = "Too many wrong tries. Wait five minutes, then try again."
SENTENCES = {
    "email_password_mismatch": "This e-mail address and password do not belong together.",
    "too_many_login_attempts": TOO_MANY,
    "rate_limited": TOO_MANY,
    "incorrect_password": "This is not your password.",
    "enter_current_password": "This is not your present password.",
}


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; five wrong tries lock an account for a while."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.error_messages = {**self.error_messages, **SENTENCES}

    def is_open_for_signup(self, *_: object, **__: object) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as a table of addresses takes it: without a port, and never empty."""
        try:
            return str(ip_address(address_of(request)))
        except ValueError:
            return str(request.META.get("REMOTE_ADDR") or UNKNOWN_ADDRESS)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the page that was asked: another port of this machine is somebody else."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            email = str(credentials.get("email", "")).lower()
            known = hashlib.sha256(email.encode()).hexdigest()
            if cache.add(f"bursar.people.locked:{known}", "yes", LOCKED_SECONDS):  # noted once, not with every try
                note("sign-in locked", email, request, seconds=LOCKED_SECONDS)
            raise


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Single sign-on lets in people who are here or invited, by the address that the provider has verified."""

    def is_open_for_signup(self, *_: object, **__: object) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person. Raises ImmediateHttpResponse with the page of refusal when there is none."""
        told = claims(sociallogin.account.extra_data)
        email = verified_email(told)
        person = _person(email, str(told.get("name") or "")) if email else None
        if person is None or (sociallogin.is_existing and sociallogin.user != person):
            note("single sign-on refused", email or str(told.get("email") or "unknown"), request)
            raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", {"email": email}, status=403))
        if not sociallogin.is_existing:
            sociallogin.connect(request, person)


def claims(answers: Mapping[str, Mapping[str, object]]) -> Mapping[str, object]:
    """What the provider says of who signs in; nothing when its two answers are about different people."""
    given = [answers[source] for source in ("userinfo", "id_token") if answers.get(source)]
    if not given or len({answer.get("sub") for answer in given}) > 1:
        return {}
    return given[0]


def verified_email(told: Mapping[str, object]) -> str | None:
    """The address in lower case, when the provider says that it belongs to who signs in."""
    verified = told.get("email_verified")
    if verified is not True and verified != "true":  # some providers write it as text
        return None
    return str(told.get("email") or "").strip().lower() or None


def _person(email: str, name: str) -> Person | None:
    person = Person.objects.filter(email__iexact=email).first()
    if person is not None:
        return person if person.is_active else None
    return accept_signed_on(email, name[:120])


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Ending a session leaves an audit entry."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        for session in sessions:
            record("session ended", session.user.email, before={"address": session.ip, "browser": session.user_agent})
            session.end()
