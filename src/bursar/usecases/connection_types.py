"""The types of connections, as a table: what a person chooses first, and what stays (Managing Connections)."""

from dataclasses import dataclass

from bursar.store.models import Connection


@dataclass(frozen=True, slots=True)
class ConnectionType:
    """One type: how it is stored, what it is called, and what it is for."""

    kind: str
    title: str
    meaning: str


CONNECTION_TYPES = (
    ConnectionType(
        Connection.Kind.CONNECTWISE_REST,
        Connection.Kind.CONNECTWISE_REST.label,
        "The REST API of ConnectWise PSA, with the key pair of an API member and a client ID.",
    ),
)
