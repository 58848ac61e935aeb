"""Invitations: a code that lets one more person in. Shown once, kept as a digest, good for seven days and one use."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Invitation, Person
from bursar.usecases.audit import record
from bursar.usecases.people import (
    CODE_BYTES,
    add_person,
    changing_people,
    plain_code,
    readable_code,
    usable_email,
)

VALID_FOR = timedelta(days=7)


def open_invitations() -> QuerySet[Invitation]:
    """Neither used nor withdrawn nor expired; the newest first."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return waiting.select_related("invited_by").order_by("-invited_at", "-pk")


def invite(email: str, role: Role, invited_by: Person) -> tuple[Invitation, str]:
    """A new invitation and its code, in place of an older one. Raises InvalidInput when the person has a login."""
    email = usable_email(email)
    code = readable_code(secrets.token_bytes(CODE_BYTES))
    with changing_people():
        if Person.objects.filter(email=email).exists():
            raise InvalidInput(f"{email} has a login already.", remedy="Change the role, or reactivate the person.")
        open_invitations().filter(email=email).update(withdrawn_at=timezone.now())
        invitation = Invitation.objects.create(
            email=email,
            role=role,
            digest=_digest(code),
            invited_by=invited_by,
            expires_at=timezone.now() + VALID_FOR,
        )
        record("person invited", email, after={"role": role.value})
    return invitation, code


def withdraw(invitation: Invitation) -> None:
    """Make the code worthless. Nothing happens when it was used already."""
    with changing_people():
        if open_invitations().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
            record("invitation withdrawn", invitation.email, before={"role": invitation.role})


def accept(email: str, code: str, name: str, password: str) -> Person:
    """Join with a code. Raises InvalidInput: one sentence for every reason, so that nothing can be found out by it."""
    with changing_people():
        invitation = open_invitations().filter(digest=_digest(code), email__iexact=email.strip()).first()
        if invitation is None:
            raise InvalidInput(
                "This e-mail address and code do not belong to an open invitation.",
                remedy="Check both. A code works once and for seven days; an administrator can give you a new one.",
            )
        return _accept(invitation, name, password)


def accept_signed_on(email: str, name: str) -> Person | None:
    """Join with an address that a single sign-on provider has verified; None when nobody invited it."""
    with changing_people():
        invitation = open_invitations().filter(email__iexact=email).first()
        return _accept(invitation, name, None) if invitation else None


def _accept(invitation: Invitation, name: str, password: str | None) -> Person:
    person = add_person(invitation.email, Role(invitation.role), name, password)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record("invitation accepted", invitation.email, after={"invited by": invitation.invited_by.email})
    return person


def _digest(code: str) -> str:
    return hashlib.sha256(plain_code(code).encode()).hexdigest()
