"""Column profiles: how an export is to be read, saved with the connection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from ninja import Path
from pydantic import BaseModel, Field

from bursar.api.problems import Unknown
from bursar.api.routes import Routes
from bursar.api.values import Id, Name, connection_at
from bursar.domain.roles import Role
from bursar.store.models import ColumnProfile, Connection
from bursar.usecases.column_profiles import delete_profile, saved_profile, saved_profiles
from bursar.wiring import SHIPPED_PROFILES, keep_profile, profile_document

routes = Routes("Column profiles")
ALL = "/connections/{int:connection_id}/column-profiles"

NameInPath = Annotated[Name, Path(description="The profile's name.")]
Document = dict[str, object]


class ProfileShown(BaseModel):
    """A profile: `document` is what a profile file holds, as the guide on invoice lines explains it."""

    name: str
    shipped: bool = Field(description="Whether it comes with Bursar; such a one cannot be changed.")
    document: Document
    saved_by: str | None
    saved_at: datetime | None


class ProfilesShown(BaseModel):
    """Saved ones by name, then those that come with Bursar."""

    profiles: list[ProfileShown]


class ProfileGiven(BaseModel):
    """A profile file. `name` may be left out: the address says it."""

    document: Document = Field(max_length=30)


@routes.get(ALL, Role.VIEWER, ProfilesShown)
def list_column_profiles(connection_id: Id) -> ProfilesShown:
    """Every profile that a load takes by name."""
    connection = connection_at(connection_id)
    saved = [_shown(row) for row in saved_profiles(connection)]
    return ProfilesShown(profiles=[*saved, *(_shipped(connection, name) for name in SHIPPED_PROFILES)])


@routes.get(f"{ALL}/{{name}}", Role.VIEWER, ProfileShown)
def get_column_profile(connection_id: Id, name: NameInPath) -> ProfileShown:
    """One profile by its name."""
    connection = connection_at(connection_id)
    return _shipped(connection, name) if name in SHIPPED_PROFILES else _shown(_saved_at(connection, name))


@routes.put(f"{ALL}/{{name}}", Role.OPERATOR, ProfileShown)
def put_column_profile(connection_id: Id, name: NameInPath, profile: ProfileGiven) -> ProfileShown:
    """Save a profile under a name; one that has it is replaced. It is checked first, setting by setting."""
    return _shown(keep_profile(connection_at(connection_id), name, profile.document))


@routes.delete(f"{ALL}/{{name}}", Role.OPERATOR)
def delete_column_profile(connection_id: Id, name: NameInPath) -> None:
    """Forget a saved profile. Refused while the stored source is read with it."""
    delete_profile(_saved_at(connection_at(connection_id), name))


def _saved_at(connection: Connection, name: str) -> ColumnProfile:
    found = saved_profile(connection, name)
    if found is None:
        raise Unknown(f'No saved profile is called "{name}".', remedy="GET …/column-profiles lists them all.")
    return found


def _shown(row: ColumnProfile) -> ProfileShown:
    document: Mapping[str, object] = row.document
    return ProfileShown(
        name=row.name, shipped=False, document=dict(document), saved_by=row.saved_by, saved_at=row.saved_at
    )


def _shipped(connection: Connection, name: str) -> ProfileShown:
    document = {"name": name, **profile_document(connection, name)}
    return ProfileShown(name=name, shipped=True, document=document, saved_by=None, saved_at=None)
