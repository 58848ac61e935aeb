"""Who calls: a token or the browser's session, and one place that compares roles."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from django.http import HttpRequest
from django.utils import timezone
from ninja.utils import check_csrf

from bursar.api.problems import NotAllowed, NotLoggedIn
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, Person
from bursar.usecases.acting import Actor, current_actor
from bursar.usecases.api_tokens import person_of_token

SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person and the role that counts for this request: with a token, never more than the token's."""

    person: Person
    role: Role
    token: ApiToken | None = None

    @property
    def actor(self) -> Actor:
        """How the audit trail names this caller; the address is what the outer edge found."""
        name = f"{self.person.email} (token {self.token.name})" if self.token else self.person.email
        return replace(current_actor(), name=name, channel="api")


class _Needs(ABC):
    """Lets callers of at least one role through. Ninja calls these in turn until one answers."""

    openapi_security_schema: ClassVar[Mapping[str, str]]

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Who calls; None when this way of logging in was not used. Raises NotLoggedIn or NotAllowed."""
        caller = self.caller(request)
        if caller is not None and not caller.role.allows(self.role):
            raise NotAllowed(
                f"This needs the role {self.role}; yours here is {caller.role}.",
                remedy="Ask an administrator for the role, or use a token that has it.",
            )
        return caller

    @abstractmethod
    def caller(self, request: HttpRequest) -> Caller | None:
        """Who calls in this way; None when it was not used."""


class Token(_Needs):
    """`Authorization: Bearer bursar_…`."""

    openapi_security_schema: ClassVar[Mapping[str, str]] = {"type": "http", "scheme": SCHEME}

    def caller(self, request: HttpRequest) -> Caller | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, secret = header.strip().partition(" ")
        found = person_of_token(secret.strip(), timezone.now()) if scheme.lower() == SCHEME else None
        if found is None:
            raise NotLoggedIn("This token is not known, has expired, or was revoked.")
        token, role = found
        return Caller(token.person, role, token)


class Session(_Needs):
    """The session of the web pages; whatever changes something must carry the CSRF token, too."""

    openapi_security_schema: ClassVar[Mapping[str, str]] = {"type": "apiKey", "in": "cookie", "name": "sessionid"}

    def caller(self, request: HttpRequest) -> Caller | None:
        if not isinstance(request.user, Person) or not request.user.is_active:
            return None
        if check_csrf(request) is not None:
            raise NotAllowed(
                "The CSRF token is missing or wrong.",
                remedy="Send the header X-CSRFToken with the value of the cookie csrftoken, or use an API token.",
            )
        return Caller(request.user, Role(request.user.role))


def needs(role: Role) -> list[_Needs]:
    """The ways in for callers of at least this role."""
    return [Token(role), Session(role)]


def caller_of(request: HttpRequest) -> Caller:
    """Who was let through. Raises NotLoggedIn on a route that asked nobody."""
    caller = request.__dict__.get("auth")
    if isinstance(caller, Caller):
        return caller
    raise NotLoggedIn("Nobody is logged in.")


def find_caller(request: HttpRequest, role: Role) -> Caller | None:
    """The same for pages that are not routes of the API. Raises NotLoggedIn or NotAllowed; None for nobody."""
    return next((caller for way in needs(role) if (caller := way(request))), None)
