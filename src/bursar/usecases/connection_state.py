"""Whether a connection works, as far as the last call knew (rules 8, 13 and 15)."""

from datetime import datetime

from bursar.domain.errors import RemoteError, UnknownCompany, WrongKey
from bursar.domain.psa import PsaInfo
from bursar.store.models import Connection

FIELDS = ["state", "state_reason", "checked_at", "version"]
NOT_TESTED = "These credentials have not been tested yet."


def mark_connected(connection: Connection, info: PsaInfo | None, now: datetime) -> None:
    """An authenticated call succeeded; `info` is None when the API member may not read even that.

    Does nothing when the credentials were changed or destroyed meanwhile: the call says nothing about the new ones.
    """
    set_connected(connection, info, now)
    _save(connection)


def set_connected(connection: Connection, info: PsaInfo | None, now: datetime) -> None:
    """The same, unsaved."""
    connection.state = Connection.State.CONNECTED
    connection.state_reason = ""
    connection.checked_at = now
    connection.version = info.version if info else connection.version


def set_untested(connection: Connection) -> None:
    """Nothing is known of the credentials (unsaved)."""
    connection.state = Connection.State.NOT_CONNECTED
    connection.state_reason = NOT_TESTED


def mark_refused(connection: Connection, error: RemoteError, now: datetime) -> bool:
    """Note an error that proves the credentials useless; a busy or silent server proves nothing. Returns whether so."""
    if not isinstance(error, WrongKey | UnknownCompany) or not connection.connected:
        return False
    connection.state = Connection.State.NOT_CONNECTED
    connection.state_reason = error.sentence
    connection.checked_at = now
    return _save(connection)


def _save(connection: Connection) -> bool:
    """Write the state unless the row has other credentials by now."""
    same = Connection.objects.filter(pk=connection.pk, sealed_private_key=connection.sealed_private_key)
    values = {name: getattr(connection, name) for name in FIELDS}
    return bool(same.exclude(state=Connection.State.DISCONNECTED).update(**values))
