"""Connections: add, find and remove the ways into ConnectWise. Private keys go in sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bursar.domain.errors import InvalidInput
from bursar.store.models import AdditionLink, Connection, Line
from bursar.store.vault import seal


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What a person enters. `private_key` never appears in a repr."""

    name: str
    url: str
    company: str
    client_id: str
    public_key: str
    private_key: str = field(repr=False)


OPTIONS = {
    "concurrency": "How many requests may be under way at once (8).",
    "requests_per_minute": "Most requests per minute; 0 for no limit (900).",
    "timeout": "Seconds to wait for an answer (60).",
    "marker_field": "Caption of the Addition custom field that carries Bursar's key; empty for the serial number.",
}
"""How to talk to ConnectWise; kept on the connection."""


def add_connection(entered: NewConnection, *, default: bool = False) -> Connection:
    """Store a connection; the first one becomes the default. Raises InvalidInput."""
    for name in ("name", "url", "company", "client_id", "public_key", "private_key"):
        if not str(getattr(entered, name)).strip():
            raise InvalidInput(f"The {name.replace('_', ' ')} is empty.", remedy="Enter all six values.")
    if Connection.objects.filter(name=entered.name).exists():
        raise InvalidInput(
            f"There is a connection '{entered.name}' already.", remedy="Choose another name or remove that one first."
        )
    with transaction.atomic():
        is_default = default or not Connection.objects.exists()
        if is_default:
            Connection.objects.filter(is_default=True).update(is_default=False)
        return Connection.objects.create(
            name=entered.name.strip(),
            url=entered.url.strip().rstrip("/"),
            company=entered.company.strip(),
            client_id=entered.client_id.strip(),
            public_key=entered.public_key.strip(),
            sealed_private_key=seal(entered.private_key.strip()),
            is_default=is_default,
        )


def all_connections() -> Sequence[Connection]:
    return list(Connection.objects.order_by("name"))


def find_connection(name: str | None) -> Connection:
    """By name, else the default one. Raises InvalidInput."""
    if name is None:
        found = Connection.objects.filter(is_default=True).first()
        if found is None:
            raise InvalidInput("There is no connection yet.", remedy="Add one with `bursar connection add`.")
        return found
    found = Connection.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(c.name for c in all_connections()) or "none yet"
        raise InvalidInput(f"There is no connection '{name}'.", remedy=f"Known connections: {names}.")
    return found


def set_option(connection: Connection, name: str, text: str) -> str:
    """Set how Bursar talks to this ConnectWise; empty text restores the default. Raises InvalidInput."""
    if name not in OPTIONS:
        raise InvalidInput(f"There is no option '{name}'.", remedy=f"Known options: {', '.join(OPTIONS)}.")
    value = text.strip()
    if name != "marker_field" and value and not value.isdigit():
        raise InvalidInput(f"'{text}' is not a whole number.", remedy="Write it like 8.")
    if name == "marker_field" and value and Line.objects.filter(connection=connection, link__isnull=False).exists():
        raise InvalidInput(
            "Lines have been posted with the present marker field.",
            remedy="Keep it: Bursar would no longer recognise its own Additions.",
        )
    connection.options = {k: v for k, v in connection.options.items() if k != name} | ({name: value} if value else {})
    connection.save(update_fields=["options"])
    return value


def remove_connection(connection: Connection, *, with_history: bool = False) -> None:
    """Remove a connection and all that hangs on it. Raises InvalidInput while it has posted lines, unless told to."""
    posted = Line.objects.filter(connection=connection, link__isnull=False).count()
    if posted and not with_history:
        raise InvalidInput(
            f"{posted} posted lines of '{connection.name}' would lose the record of where they went.",
            remedy="Say so explicitly (--with-history) if that is what you want.",
        )
    with transaction.atomic():
        Line.objects.filter(connection=connection).delete()
        AdditionLink.objects.filter(connection=connection).delete()
        connection.delete()


def replace_keys(connection: Connection, public_key: str, private_key: str) -> Connection:
    """Give a connection the new key pair of its API member; everything else stays. Raises InvalidInput."""
    if not public_key.strip() or not private_key.strip():
        raise InvalidInput("A key is empty.", remedy="Enter both keys as ConnectWise shows them.")
    connection.public_key = public_key.strip()
    connection.sealed_private_key = seal(private_key.strip())
    connection.save(update_fields=["public_key", "sealed_private_key"])
    return connection
