"""Codes with which somebody joins, or sets a forgotten password anew. Shown once, kept as digests, used once."""

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
    set_password,
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
    with changing_people():
        if Person.objects.filter(email=email).exists():
            raise InvalidInput(f"{email} has a login already.", remedy="Change the role, or reactivate the person.")
        issued = _issue(email, role, invited_by)
        record("person invited", email, after={"role": role.value})
    return issued


def offer_new_password(person: Person, offered_by: Person) -> tuple[Invitation, str]:
    """A code for somebody who forgot the password; a second factor is still asked for. Raises InvalidInput."""
    with changing_people():
        person.refresh_from_db()
        if not person.is_active:
            raise InvalidInput(f"{person.email} is deactivated.", remedy="Reactivate the person first.")
        issued = _issue(person.email, Role(person.role), offered_by)
        record("new password offered", person.email)
    return issued


def _issue(email: str, role: Role, by: Person) -> tuple[Invitation, str]:
    """A new code in place of an older one."""
    code = readable_code(secrets.token_bytes(CODE_BYTES))
    open_invitations().filter(email=email).update(withdrawn_at=timezone.now())
    expires = timezone.now() + VALID_FOR
    made = Invitation.objects.create(email=email, role=role, digest=_digest(code), invited_by=by, expires_at=expires)
    return made, code


def withdraw(invitation: Invitation) -> None:
    """Make the code worthless. Nothing happens when it was used already."""
    with changing_people():
        if open_invitations().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
            record("invitation withdrawn", invitation.email, before={"role": invitation.role})


def accept(email: str, code: str, name: str, password: str) -> Person:
    """Join with a code, or set the password of the login that is there.

    Raises InvalidInput: one sentence for every reason, so that nothing can be found out by it.
    """
    with changing_people():
        invitation = open_invitations().filter(digest=_digest(code), email__iexact=email.strip()).first()
        known = Person.objects.filter(email=invitation.email).first() if invitation else None
        if invitation is None or (known is not None and not known.is_active):
            raise InvalidInput(
                "This e-mail address and code do not belong to an open invitation.",
                remedy="Check both. A code works once and for seven days; an administrator can give you a new one.",
            )
        if known is None:
            return _accept(invitation, name, password)
        set_password(known, password)
        _use_up(invitation)
        return known


def accept_signed_on(email: str, name: str) -> Person | None:
    """Join with an address that a single sign-on provider has verified; None when nobody invited it."""
    with changing_people():
        invitation = open_invitations().filter(email__iexact=email).first()
        return _accept(invitation, name, None) if invitation else None


def _accept(invitation: Invitation, name: str, password: str | None) -> Person:
    person = add_person(invitation.email, Role(invitation.role), name, password)
    _use_up(invitation)
    record("invitation accepted", invitation.email, after={"invited by": invitation.invited_by.email})
    return person


def _use_up(invitation: Invitation) -> None:
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])


def _digest(code: str) -> str:
    return hashlib.sha256(plain_code(code).encode()).hexdigest()
