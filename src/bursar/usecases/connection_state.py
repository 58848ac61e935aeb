"""Whether a connection works, as far as the last call knew (rules 8, 13 and 15)."""

from datetime import datetime

from bursar.domain.errors import RemoteError, UnknownCompany, WrongKey
from bursar.domain.psa import PsaInfo
from bursar.store.models import Connection

FIELDS = ["state", "state_reason", "checked_at", "version"]


def mark_connected(connection: Connection, info: PsaInfo, now: datetime) -> None:
    """An authenticated call succeeded."""
    connection.state = Connection.State.CONNECTED
    connection.state_reason = ""
    connection.checked_at = now
    connection.version = info.version
    connection.save(update_fields=FIELDS)


def mark_refused(connection: Connection, error: RemoteError, now: datetime) -> bool:
    """Note an error that proves the credentials useless; a busy or silent server proves nothing. Returns whether so."""
    if not isinstance(error, WrongKey | UnknownCompany) or not connection.connected:
        return False
    connection.state = Connection.State.NOT_CONNECTED
    connection.state_reason = error.sentence
    connection.checked_at = now
    connection.save(update_fields=FIELDS)
    return True
