"""People: the first administrator, who else may come in, and with which role."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, Person
from bursar.usecases.audit import record

PEOPLE_LOCK = 0x6275_7065
"""PostgreSQL advisory lock of whoever changes people; SQLite lets only one write anyway."""

CODE_BYTES = 15
"""120 bits: nobody guesses it, and it still fits on a line."""


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """A person as the People page and `bursar people list` show them."""

    person: Person
    two_factor: bool
    last_seen: datetime | None
    """The newest of login and activity; None for somebody who never came."""


@contextmanager
def changing_people() -> Iterator[None]:
    """A transaction beside which nobody else changes people: the last administrator cannot be lost to a race."""
    with transaction.atomic():
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PEOPLE_LOCK])
        yield


def readable_code(secret: bytes) -> str:
    """24 letters and digits in groups of six, from 15 bytes: can be dictated and typed."""
    letters = base64.b32encode(secret).decode("ascii").lower()
    return "-".join(letters[start : start + 6] for start in range(0, len(letters), 6))


def plain_code(typed: str) -> str:
    """A code as it was typed or pasted, without spaces, dashes and capital letters."""
    return re.sub(r"[\s-]", "", typed).lower()


def setup_code() -> str | None:
    """The one-time code that the first person proves access to the server with; None once there are people.

    It is derived from the secret key, so it is the same in every process and nowhere in a file.
    """
    return None if Person.objects.exists() else _setup_code()


def _setup_code() -> str:
    return readable_code(salted_hmac("bursar.people.setup", "first administrator", algorithm="sha256").digest()[:15])


def create_first_administrator(code: str, email: str, name: str, password: str) -> Person:
    """Make the first person. Raises InvalidInput when there are people already, or the code or a value is wrong."""
    if not constant_time_compare(plain_code(code), plain_code(_setup_code())):
        raise InvalidInput(
            "This is not the set-up code.", remedy="Copy it from where the server was started: it is printed there."
        )
    with changing_people():
        if Person.objects.exists():
            raise InvalidInput("Bursar is set up already.", remedy="Sign in, or ask an administrator to invite you.")
        return _add(email, Role.ADMINISTRATOR, name, password)


def add_person(email: str, role: Role, name: str, password: str | None) -> Person:
    """Add a person. Without a password only single sign-on lets them in. Raises InvalidInput."""
    with changing_people():
        return _add(email, role, name, password)


def _add(email: str, role: Role, name: str, password: str | None) -> Person:
    email = usable_email(email)
    if Person.objects.filter(email__iexact=email).exists():
        raise InvalidInput(f"{email} has a login already.", remedy="Change the role, or reactivate the person.")
    if password is not None:
        must_be_usable(password, Person(email=email, name=name))
    person = Person.objects.create_user(email, password, name=name.strip(), role=role)
    record("person added", email, after={"role": role.value, "name": person.name})
    return person


def usable_email(email: str) -> str:
    """The address in lower case. Raises InvalidInput when it is none."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(f"'{email}' is not an e-mail address.", remedy="Write it as name@example.com.") from None
    return email


def must_be_usable(password: str, person: Person) -> None:
    """Raises InvalidInput, with every rule that the password breaks."""
    try:
        validate_password(password, person)
    except ValidationError as broken:
        raise InvalidInput(" ".join(broken.messages), remedy="Choose another password.") from None


def find_person(email: str) -> Person:
    """The person with this address. Raises InvalidInput when there is none."""
    person = Person.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise InvalidInput(f"Nobody has the e-mail address {email}.", remedy="See `bursar people list`.")
    return person


def shown_people() -> list[ShownPerson]:
    """Everybody, by address, in one query."""
    has_app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    rows = Person.objects.annotate(two_factor=Exists(has_app), seen=Max("usersession__last_seen_at")).order_by("email")
    return [ShownPerson(row, row.two_factor, _newest(row.seen, row.last_login)) for row in rows]


def _newest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def change_role(person: Person, role: Role) -> None:
    """Give a person another role. Raises InvalidInput when no active administrator would be left."""
    with changing_people():
        person.refresh_from_db()
        if person.role == role:
            return
        if role != Role.ADMINISTRATOR:
            _must_not_be_last(person, "demoted")
        before, person.role = person.role, role
        person.save(update_fields=["role"])
        record("role changed", person.email, before={"role": before}, after={"role": role.value})


def deactivate(person: Person) -> None:
    """Let a person in no more: sessions end, API tokens are revoked, what they did stays in the audit trail.

    Raises InvalidInput when no active administrator would be left.
    """
    with changing_people():
        person.refresh_from_db()
        if not person.is_active:
            return
        _must_not_be_last(person, "deactivated")
        person.is_active = False
        person.save(update_fields=["is_active"])
        revoked = ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())
        sessions = _end_sessions(person)
        record("person deactivated", person.email, after={"sessions ended": sessions, "tokens revoked": revoked})


def reactivate(person: Person) -> None:
    """Let a person in again. Revoked tokens stay revoked."""
    with changing_people():
        person.refresh_from_db()
        if person.is_active:
            return
        person.is_active = True
        person.save(update_fields=["is_active"])
        record("person reactivated", person.email)


def set_password(person: Person, password: str) -> None:
    """Replace a password, which ends every session. Raises InvalidInput when the rules refuse it."""
    must_be_usable(password, person)
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        _end_sessions(person)
        record("password set", person.email)


def remove_two_factor(person: Person) -> None:
    """For somebody who lost the authenticator and the recovery codes: the password alone lets in again.

    Sessions end. Raises InvalidInput when two-factor authentication is off.
    """
    with transaction.atomic():
        removed = Authenticator.objects.filter(user=person).delete()[0]
        if not removed:
            raise InvalidInput(
                f"{person.email} has no two-factor authentication.", remedy="There is nothing to remove."
            )
        record("two-factor authentication removed", person.email, after={"sessions ended": _end_sessions(person)})


def update_profile(person: Person, *, name: str, theme: str, time_zone: str) -> None:
    """What people say of themselves."""
    after = {"name": name.strip(), "theme": theme, "time_zone": time_zone}
    before = {field: getattr(person, field) for field in after}
    if before == after:
        return
    with transaction.atomic():
        for field, value in after.items():
            setattr(person, field, value)
        person.save(update_fields=list(after))
        record("profile changed", person.email, before=before, after=after)


def _must_not_be_last(person: Person, what: str) -> None:
    if person.role != Role.ADMINISTRATOR or not person.is_active:
        return
    others = Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise InvalidInput(
            f"{person.email} is the last active administrator and cannot be {what}.",
            remedy="Make somebody else an administrator first.",
        )


def _end_sessions(person: Person) -> int:
    sessions = list(UserSession.objects.filter(user=person))
    for session in sessions:
        session.end()
    return len(sessions)
