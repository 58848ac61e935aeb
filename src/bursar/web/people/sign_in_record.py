"""Logins and what protects them, in the audit trail: who tried, from where, and what came of it."""

from collections.abc import Callable

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest

from bursar.store.models import Person
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.audit import record
from bursar.web.access import address_of

KINDS = {Authenticator.Type.TOTP: "authenticator app", Authenticator.Type.RECOVERY_CODES: "recovery codes"}


def connect() -> None:
    """Listen to Django and django-allauth."""
    receivers: tuple[tuple[Signal, Callable[..., None]], ...] = (
        (account.user_logged_in, _signed_in),
        (auth.user_login_failed, _sign_in_failed),
        (auth.user_logged_out, _signed_out),
        (account.password_changed, _password_changed),
        (account.password_reset, _password_reset),
        (mfa.authenticator_added, _two_factor_on),
        (mfa.authenticator_removed, _two_factor_off),
        (mfa.authenticator_reset, _recovery_codes_renewed),
        (mfa.authentication_failed, _code_refused),
    )
    for signal, receiver in receivers:
        signal.connect(receiver, dispatch_uid=f"bursar.people.{receiver.__name__}")


def note(action: str, email: str, request: HttpRequest | None, **after: object) -> None:
    """One entry whose actor is the address that was used, known or not."""
    with acting_as(Actor(email, "web", address_of(request) if request else "")):
        record(action, email, after=after or None)


def _signed_in(request: HttpRequest, user: Person, **signal: object) -> None:
    note("signed in", user.email, request, by="single sign-on" if signal.get("sociallogin") else "password")


def _sign_in_failed(credentials: dict[str, object], request: HttpRequest | None = None, **_signal: object) -> None:
    note("sign-in failed", str(credentials.get("email", "")), request)


def _signed_out(request: HttpRequest | None, user: Person | None, **_signal: object) -> None:
    if user is not None:
        note("signed out", user.email, request)


def _password_changed(request: HttpRequest, user: Person, **_signal: object) -> None:
    note("password changed", user.email, request)


def _password_reset(request: HttpRequest, user: Person, **_signal: object) -> None:
    note("password reset by mail", user.email, request)


def _two_factor_on(request: HttpRequest, user: Person, authenticator: Authenticator, **_signal: object) -> None:
    note("two-factor authentication added", user.email, request, kind=_kind(authenticator))


def _two_factor_off(request: HttpRequest, user: Person, authenticator: Authenticator, **_signal: object) -> None:
    note("two-factor authentication removed", user.email, request, kind=_kind(authenticator))


def _recovery_codes_renewed(request: HttpRequest, user: Person, **_signal: object) -> None:
    note("recovery codes generated", user.email, request)


def _code_refused(request: HttpRequest, user: Person, **_signal: object) -> None:
    note("two-factor code refused", user.email, request)


def _kind(authenticator: Authenticator) -> str:
    return KINDS.get(Authenticator.Type(authenticator.type), str(authenticator.type))
