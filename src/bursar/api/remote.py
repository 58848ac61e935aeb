"""The way to a connection's ConnectWise, for routes that ask it something at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from bursar.domain.errors import NotConfigured, RemoteError
from bursar.ports import Psa
from bursar.store.models import Connection
from bursar.usecases.connection_state import mark_refused
from bursar.wiring import connectwise


@contextmanager
def talking_to(connection: Connection) -> Iterator[Psa]:
    """The ConnectWise behind a connection, closed after use.

    Raises NotConfigured while disconnected; what proves the credentials useless is noted on the connection (rule 13).
    """
    if connection.state == Connection.State.DISCONNECTED:
        raise NotConfigured(
            f"'{connection.name}' is disconnected.", remedy="Enter its credentials again, then send the request again."
        )
    with connectwise(connection) as psa:
        try:
            yield psa
        except RemoteError as error:
            mark_refused(connection, error, timezone.now())
            raise
