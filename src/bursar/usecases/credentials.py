"""What a person enters to reach a ConnectWise, and the connection it would make."""

from dataclasses import dataclass, field

from bursar.domain.errors import InvalidInput
from bursar.domain.site_address import site_address
from bursar.store.models import Connection
from bursar.store.vault import seal

MASK = "*" * 12
"""What stands for a stored private key; entering it, or nothing, keeps the stored one (rule 7)."""
LONGEST = 80
LABELS = {
    "name": "name",
    "url": "API URL",
    "company": "ConnectWise Company ID",
    "client_id": "Client ID",
    "public_key": "API Public Key",
    "private_key": "API Private Key",
}


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What a person enters. `private_key` never appears in a repr."""

    name: str
    url: str
    company: str
    client_id: str
    public_key: str
    private_key: str = field(repr=False)
    kind: str = Connection.Kind.CONNECTWISE_REST

    @property
    def keeps_private_key(self) -> bool:
        """Whether the stored private key is meant."""
        return self.private_key.strip() in {"", MASK}


def candidate(entered: NewConnection, stored: Connection | None = None) -> Connection:
    """The connection as it would be stored, unsaved and with its key sealed, ready to be tested (rule 9).

    `stored` is the one being changed. Raises InvalidInput.
    """
    made = Connection(name=_name(entered.name, stored), kind=stored.kind if stored else _kind(entered.kind))
    made.url = str(site_address(entered.url))
    made.company = _text("company", entered.company)
    made.client_id = _header("client_id", entered.client_id)
    made.public_key = _text("public_key", entered.public_key)
    made.sealed_private_key = _kept_key(made, stored) if entered.keeps_private_key else seal(_private_key(entered))
    made.options = dict(stored.options) if stored else {}
    return made


def shortened(key: str) -> str:
    """Enough to recognise a key by."""
    return f"{key[:4]}…" if key else ""


def _kind(kind: str) -> str:
    if kind not in Connection.Kind.values:
        raise InvalidInput(
            f"There is no connection type '{kind}'.", remedy=f"Known types: {', '.join(Connection.Kind.labels)}."
        )
    return kind


def _name(text: str, stored: Connection | None) -> str:
    name = _text("name", text)
    if not name.isprintable():
        raise InvalidInput("The name has characters that cannot be shown.", remedy="Use letters, digits and spaces.")
    others = Connection.objects.filter(name=name)
    if (others.exclude(pk=stored.pk) if stored else others).exists():
        raise InvalidInput(
            f"There is a connection '{name}' already.", remedy="Choose another name or remove that one first."
        )
    return name


def _text(field_name: str, text: str) -> str:
    value = text.strip()
    if not value:
        raise InvalidInput(f"The {LABELS[field_name]} is empty.", remedy="Fill in every field.")
    if len(value) > LONGEST:
        raise InvalidInput(
            f"The {LABELS[field_name]} is too long.", remedy=f"Use at most {LONGEST} characters, as ConnectWise does."
        )
    return value


def _header(field_name: str, text: str) -> str:
    """A text that travels in a header of every request, where only plain characters can."""
    value = _text(field_name, text)
    if not (value.isascii() and value.isprintable()):
        raise InvalidInput(
            f"The {LABELS[field_name]} has characters that cannot be sent.",
            remedy="Enter it as the ConnectWise developer site shows it: letters, digits and dashes.",
        )
    return value


def _private_key(entered: NewConnection) -> str:
    key = entered.private_key.strip()
    if set(key) == {"*"}:
        raise InvalidInput("The API Private Key is only asterisks.", remedy="Enter the key itself.")
    return key


def _kept_key(made: Connection, stored: Connection | None) -> str:
    """The stored key, but never for another site: whoever may change an address may not thereby learn the key."""
    if stored is None or not stored.sealed_private_key:
        raise InvalidInput("The API Private Key is empty.", remedy="Fill in every field.")
    if made.url != str(site_address(stored.url)):
        raise InvalidInput(
            "The API URL is another one, and the stored private key is not sent to another site.",
            remedy="Enter the API Private Key again.",
        )
    return stored.sealed_private_key
