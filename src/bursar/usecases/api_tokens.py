"""Tokens of the REST API: shown once, kept as digests, never stronger than the person they belong to."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, Person
from bursar.usecases.audit import record

PREFIX = "bursar_"
SECRET_BYTES = 32
"""43 URL-safe characters."""
HINT_LENGTH = 12
USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(person: Person, name: str, role: Role, expires_at: datetime | None) -> tuple[ApiToken, str]:
    """A new token and its secret, which nobody can read again. Raises InvalidInput."""
    name = name.strip()
    if not name:
        raise InvalidInput("A token needs a name.", remedy="Name the program that will use it.")
    if not Role(person.role).allows(role):
        raise InvalidInput(
            f"A token of {person.email} can have the role {person.role} at most.", remedy="Choose a lesser role."
        )
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("A token cannot expire in the past.", remedy="Choose a later day, or none.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            person=person,
            name=name,
            role=role,
            hint=secret[:HINT_LENGTH],
            digest=_digest(secret),
            expires_at=expires_at,
        )
        record("API token created", _subject(token), after=_facts(token))
    return token, secret


def person_of_token(secret: str, now: datetime) -> tuple[ApiToken, Role] | None:
    """The token with its person, and what it may do: the lesser of its role and its person's role at present.

    None when it is unknown, revoked or expired, or its person is inactive. The same work is done in each case.
    """
    token = ApiToken.objects.select_related("person").filter(digest=_digest(secret)).first()
    if token is None or token.revoked_at is not None or not token.person.is_active:
        return None
    if token.expires_at is not None and token.expires_at <= now:
        return None
    _note_use(token, now)
    return token, min(Role(token.role), Role(token.person.role), key=lambda role: role.rank)


def tokens() -> QuerySet[ApiToken]:
    """Tokens that are not revoked, the newest first; expired ones are among them."""
    return ApiToken.objects.select_related("person").filter(revoked_at=None).order_by("-created_at", "-pk")


def revoke_token(token: ApiToken) -> None:
    """Let the token in no more. Nothing happens when it is revoked already."""
    with transaction.atomic():
        if tokens().filter(pk=token.pk).update(revoked_at=timezone.now()):
            record("API token revoked", _subject(token), before=_facts(token))


def _note_use(token: ApiToken, now: datetime) -> None:
    """At most once a minute, so that a busy program does not write with every read."""
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now


def _subject(token: ApiToken) -> str:
    return f"{token.person.email}: {token.name}"


def _facts(token: ApiToken) -> dict[str, object]:
    expires = token.expires_at.isoformat() if token.expires_at else None
    return {"hint": token.hint, "role": str(token.role), "expires": expires}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
