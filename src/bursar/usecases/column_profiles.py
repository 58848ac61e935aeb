"""Column profiles that people make in the browser: kept with the connection, used by name wherever lines are loaded."""

import re
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.errors import InvalidInput
from bursar.store.models import ColumnProfile, Connection, Delivery
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record

LONGEST_NAME = 80
_NAME = re.compile(r"[^\W_][\w +().,&-]*")
_FILE = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def saved_profiles(connection: Connection) -> QuerySet[ColumnProfile]:
    """All of a connection, by name."""
    return ColumnProfile.objects.filter(connection=connection)


def saved_profile(connection: Connection, name: str) -> ColumnProfile | None:
    """The profile of this name, if there is one."""
    return saved_profiles(connection).filter(name=name).first()


def find_profile(connection: Connection, name: str) -> ColumnProfile:
    """The same. Raises InvalidInput when there is none."""
    found = saved_profile(connection, name)
    if found is None:
        names = ", ".join(saved_profiles(connection).values_list("name", flat=True)) or "none yet"
        raise InvalidInput(
            f'No saved profile is called "{name}".',
            remedy=f"'{connection.name}' has: {names}. Save one, or correct it.",
        )
    return found


def save_profile(connection: Connection, wanted: str, document: Mapping[str, object]) -> ColumnProfile:
    """Save a checked document under a checked name; one that has it already is replaced. Raises InvalidInput.

    Callers outside use `bursar.wiring.keep_profile`, which checks both first.
    """
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        earlier = saved_profile(connection, wanted)
        if earlier is None and (twin := saved_profiles(connection).filter(name__iexact=wanted).first()):
            raise InvalidInput(
                f'There is a profile "{twin.name}", which differs only in case.',
                remedy="Use that name, or another one.",
            )
        before = earlier.document if earlier else None
        if earlier is not None and before == dict(document):
            return earlier
        saved, _ = ColumnProfile.objects.update_or_create(
            connection=connection,
            name=wanted,
            defaults={"document": dict(document), "saved_by": current_actor().name[:200]},
        )
        record("column profile saved", wanted, connection=connection, before=before, after=dict(document))
    return saved


def delete_profile(profile: ColumnProfile) -> None:
    """Forget a profile. Raises InvalidInput while the connection's stored source is read with it."""
    connection = profile.connection
    if connection.source and connection.source.get("profile") == profile.name:
        raise InvalidInput(
            f'The stored source of "{connection.name}" is read with the profile "{profile.name}".',
            remedy="Store the source with another profile first: `bursar lines source PATH --profile NAME`.",
        )
    with transaction.atomic():
        Delivery.objects.filter(connection=connection, profile=profile.name).update(profile="")
        record("column profile deleted", profile.name, connection=connection, before=profile.document)
        profile.delete()


def checked_name(name: str, shipped: Collection[str]) -> str:
    """The name without outer spaces. Raises InvalidInput when it is none, is taken, or could be a file's."""
    wanted = " ".join(name.split())
    if not wanted:
        raise InvalidInput("The profile has no name.", remedy="Give it one, such as the platform's name.")
    if len(wanted) > LONGEST_NAME or not _NAME.fullmatch(wanted) or _FILE.search(wanted):
        raise InvalidInput(
            f'"{wanted[:LONGEST_NAME]}" cannot be the name of a profile: it is too long or looks like a file.',
            remedy="Use up to 80 letters, digits, spaces, - and _, beginning with a letter or digit.",
        )
    if wanted.casefold() in {other.casefold() for other in shipped}:
        raise InvalidInput(f'"{wanted}" is a profile that comes with Bursar.', remedy="Choose another name.")
    return wanted
