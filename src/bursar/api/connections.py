"""Connections: the ways into ConnectWise. Private keys go in and never come out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field, SecretStr

from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes, location
from bursar.api.values import Flag, Given, Id, Words, choices, connection_at
from bursar.domain.errors import RemoteError
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.check_connection import Check, check_connection, check_stored
from bursar.usecases.connections import (
    add_connection,
    all_connections,
    edit_connection,
    make_default,
    remove_connection,
    set_options,
)
from bursar.usecases.credentials import MASK, NewConnection, candidate, shortened
from bursar.usecases.disconnect import disconnect
from bursar.wiring import SystemClock, connectwise

routes = Routes("Connections")
Kind = Annotated[Connection.Kind, choices(Connection.Kind)]
State = Annotated[Connection.State, choices(Connection.State)]
ONE = "/connections/{int:connection_id}"


class ConnectionShown(BaseModel):
    """A connection. Keys are shortened; the private key is never shown."""

    id: int
    name: str
    type: Kind
    url: str
    company: str
    client_id: str
    public_key: str
    default: bool
    state: State
    state_reason: str
    checked_at: datetime | None
    version: str = Field(description="The ConnectWise version that answered last.")
    options: dict[str, str]
    source: dict[str, str] = Field(description="Where lines come from without a person.")
    last_sync_to_platform: datetime | None
    last_sync_to_psa: datetime | None


class ConnectionsShown(BaseModel):
    """All connections, by name."""

    connections: list[ConnectionShown]


class GivenConnection(Given):
    """A new connection. It is tested first; unusable credentials are not stored."""

    name: Words
    type: Kind = Connection.Kind.CONNECTWISE_REST
    url: Words = Field(description="Address of the ConnectWise site, as the browser shows it on the login page.")
    company: Words = Field(description="Company ID of the ConnectWise login page.")
    client_id: Words
    public_key: Words
    private_key: SecretStr
    default: Flag = Field(default=False, description="The first connection of its type becomes the default anyway.")
    test: Flag = Field(default=True, description="false stores it untested; it then says so.")


class ConnectionChange(Given):
    """What to change; what is left out stays, the private key too. Changed credentials are tested first."""

    name: Words | None = None
    url: Words | None = None
    company: Words | None = None
    client_id: Words | None = None
    public_key: Words | None = None
    private_key: SecretStr | None = None
    options: dict[str, Words] | None = Field(default=None, description="Empty text restores a default.")
    test: Flag = True
    reset: Flag = Field(
        default=False, description="Another Company ID: agree that lines, links and mappings are removed."
    )


class ProblemShown(BaseModel):
    """Why a connection cannot be used, or which permission is missing."""

    code: str
    sentence: str
    remedy: str


class SiteShown(BaseModel):
    """Who answered."""

    company_name: str
    version: str
    codebase: str


class TestShown(BaseModel):
    """What a test found."""

    successful: bool
    site: SiteShown | None
    problems: list[ProblemShown]


class DisconnectedShown(BaseModel):
    """What became of it. `still_running`: runs that have not said yet that they ended; `warning` explains that."""

    connection: ConnectionShown
    stopped: int
    still_running: list[str]
    warning: str


@routes.get("/connections", Role.VIEWER, ConnectionsShown)
def list_connections() -> ConnectionsShown:
    """All connections."""
    return ConnectionsShown(connections=[shown(row) for row in all_connections()])


@routes.post("/connections", Role.ADMINISTRATOR, ConnectionShown, status=201, may=REMOTE)
def create_connection(new: GivenConnection, response: HttpResponse) -> ConnectionShown:
    """Test a connection, then store it."""
    values = {name: getattr(new, name) for name in ("name", "url", "company", "client_id", "public_key")}
    entered = NewConnection(**values, private_key=new.private_key.get_secret_value(), kind=new.type)
    check = _try(candidate(entered)) if new.test else None
    made = add_connection(entered, default=new.default, check=check, untested=not new.test)
    response["Location"] = location("connections", made.pk)
    return shown(made)


@routes.get(ONE, Role.VIEWER, ConnectionShown)
def get_connection(connection_id: Id) -> ConnectionShown:
    """One connection."""
    return shown(connection_at(connection_id))


@routes.patch(ONE, Role.ADMINISTRATOR, ConnectionShown, may=REMOTE)
def change_connection(connection_id: Id, change: ConnectionChange) -> ConnectionShown:
    """Test changed credentials, then store them; options need no test."""
    stored = connection_at(connection_id)
    if change.model_fields_set & {"name", "url", "company", "client_id", "public_key", "private_key"}:
        entered = _changed(stored, change)
        check = _try(candidate(entered, stored)) if change.test else None
        stored = edit_connection(stored, entered, check=check, untested=not change.test, reset=change.reset)
    if change.options:
        set_options(stored, change.options)
    return shown(stored)


@routes.delete(ONE, Role.ADMINISTRATOR)
def delete_connection(
    connection_id: Id,
    with_history: Annotated[
        bool, Query(description="Also when posted lines lose the record of where they went.")
    ] = False,
) -> None:
    """Remove a connection with its lines and mappings. Nothing changes in ConnectWise."""
    remove_connection(connection_at(connection_id), with_history=with_history)


@routes.post(f"{ONE}/test", Role.OPERATOR, TestShown, may=REMOTE)
def test_connection(connection_id: Id) -> TestShown:
    """Call ConnectWise with the stored keys, and see what the API member may read."""
    connection = connection_at(connection_id)
    with talking_to(connection) as psa:
        check = check_stored(connection, psa, timezone.now())
    info = check.info
    site = SiteShown(company_name=info.company_name, version=info.version, codebase=info.codebase) if info else None
    return TestShown(successful=check.successful, site=site, problems=_problems(check.problems))


@routes.post(f"{ONE}/default", Role.ADMINISTRATOR, ConnectionShown)
def make_connection_default(connection_id: Id) -> ConnectionShown:
    """Make it the default of its type."""
    return shown(make_default(connection_at(connection_id)))


@routes.post(f"{ONE}/disconnect", Role.ADMINISTRATOR, DisconnectedShown)
def disconnect_connection(connection_id: Id) -> DisconnectedShown:
    """Destroy the credentials and stop every run. Mappings and history stay. Answers when the runs have ended."""
    outcome = disconnect(connection_at(connection_id), SystemClock())
    return DisconnectedShown(
        connection=shown(outcome.connection),
        stopped=outcome.stopped,
        still_running=[str(run.id) for run in outcome.still_running],
        warning=outcome.warning,
    )


def shown(row: Connection) -> ConnectionShown:
    """A connection as the API shows it."""
    same = ("name", "url", "company", "state_reason", "checked_at", "version", "options", "source")
    return ConnectionShown(
        id=row.pk,
        type=Connection.Kind(row.kind),
        state=Connection.State(row.state),
        client_id=shortened(row.client_id),
        public_key=shortened(row.public_key),
        default=row.is_default,
        last_sync_to_platform=row.last_sync_to_platform,
        last_sync_to_psa=row.last_sync_to_psa,
        **{name: getattr(row, name) for name in same},
    )


def _changed(stored: Connection, change: ConnectionChange) -> NewConnection:
    def value(name: str) -> str:
        given: str | None = getattr(change, name)
        return str(getattr(stored, name)) if given is None else given

    return NewConnection(
        **{name: value(name) for name in ("name", "url", "company", "client_id", "public_key")},
        private_key=change.private_key.get_secret_value() if change.private_key else MASK,
        kind=stored.kind,
    )


def _try(made: Connection) -> Check:
    """Connect before anything is stored (rule 9). Raises what makes the credentials unusable."""
    with connectwise(made) as psa:
        check = check_connection(psa)
    if check.unusable is not None:
        raise check.unusable
    return check


def _problems(found: Sequence[RemoteError]) -> list[ProblemShown]:
    return [ProblemShown(code=each.code, sentence=each.sentence, remedy=each.remedy) for each in found]
