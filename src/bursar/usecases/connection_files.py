"""Connections as a file: everything but secrets goes out, and an imported one asks for them again (decision 24).

Left out are both keys and the Client ID, and where invoice files lie: that is a matter of the machine.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bursar.domain.errors import InvalidInput
from bursar.domain.site_address import site_address
from bursar.store.models import Connection
from bursar.usecases.audit import record
from bursar.usecases.connections import OPTIONS, check_option, other_company, refuse_while_active, told
from bursar.usecases.properties import LINE_DESCRIPTION, MEANINGS, properties
from bursar.usecases.settings_table import known_setting
from bursar.usecases.start_over import CompanyChanged

FORMAT = 1
LARGEST = 1_000_000
"""Characters of a file that is read."""
ASKS_FOR_KEYS = "Imported without keys: enter the API Public Key, the API Private Key and the Client ID."
AGREEMENT_TYPE = "agreement_type"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ConnectionRecord(_Strict):
    """One connection in a file."""

    name: str = Field(min_length=1, max_length=80)
    type: str
    url: str = Field(max_length=200)
    company: str = Field(max_length=80)
    default: bool = False
    options: dict[str, str] = Field(default_factory=dict)
    billing: dict[str, JsonValue] = Field(default_factory=dict)
    properties: dict[str, JsonValue] = Field(default_factory=dict)


class ConnectionFile(_Strict):
    """A whole file."""

    bursar_connections: int
    connections: list[ConnectionRecord]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one connection of a file."""

    connection: Connection
    created: bool

    @property
    def asks_for_keys(self) -> bool:
        return not self.connection.sealed_private_key


def export_connections(connections: Iterable[Connection]) -> dict[str, object]:
    """The document that a file holds."""
    chosen = list(connections)
    record("connections exported", ", ".join(connection.name for connection in chosen) or "none")
    return {"bursar_connections": FORMAT, "connections": [_document(connection) for connection in chosen]}


def import_connections(text: str) -> Sequence[Imported]:
    """Store the connections of a file, all or none; same-named ones are overwritten, but keep their secrets.

    A stored key stays only with the site it was entered for. Raises InvalidInput and CompanyChanged.
    """
    rows = _read(text).connections
    if len({row.name.strip() for row in rows}) != len(rows):
        raise InvalidInput("Two connections of the file have the same name.", remedy="Rename one of them in the file.")
    with transaction.atomic():
        return [_import(row) for row in rows]


def _document(connection: Connection) -> dict[str, object]:
    return {
        "name": connection.name,
        "type": connection.kind,
        "url": connection.url,
        "company": connection.company or connection.former_company,
        "default": connection.is_default,
        "options": connection.options,
        "billing": connection.billing,
        "properties": connection.properties,
    }


def _read(text: str) -> ConnectionFile:
    if len(text) > LARGEST:
        raise InvalidInput("This file is too large.", remedy="Choose a file that Bursar exported.")
    try:
        found = ConnectionFile.model_validate(json.loads(text))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"This is no file of connections: {_first_fault(error)}.", remedy="Choose a file that Bursar exported."
        ) from None
    if found.bursar_connections != FORMAT:
        raise InvalidInput("This file was written by a newer Bursar.", remedy="Update Bursar, then import it.")
    return found


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is not JSON"
    fault = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the document"
    return f"{place}: {fault['msg'].rstrip('.').lower()}"


def _import(row: ConnectionRecord) -> Imported:
    stored = Connection.objects.select_for_update().filter(name=row.name.strip()).first()
    connection = stored or Connection(name=row.name.strip(), kind=_kind(row.type), options={})
    before = told(connection) if stored else None
    if stored is not None and stored.kind != row.type:
        raise InvalidInput(f"'{stored.name}' is of another type.", remedy="Rename the connection in the file.")
    _take_over_address(connection, row, new=stored is None)
    connection.options = {
        name: value for name, text in row.options.items() if (value := _option(connection, name, text))
    }
    connection.billing = _billing(row.billing)
    connection.properties = dict(row.properties)
    _check_properties(connection)
    _take_over_default(connection, wanted=row.default)
    connection.save()
    record("connection imported", connection.name, connection=connection, before=before, after=told(connection))
    return Imported(connection, created=stored is None)


def _take_over_address(connection: Connection, row: ConnectionRecord, *, new: bool) -> None:
    url = str(site_address(row.url)) if row.url else ""
    company = row.company.strip()
    if new:
        connection.url, connection.company = url, company
        _ask_for_keys(connection)
        return
    if other_company(connection, company):
        raise CompanyChanged(connection, company)
    if not connection.sealed_private_key:
        connection.url, connection.company = url, company
        connection.state_reason = ASKS_FOR_KEYS
    elif (url, company) != (connection.url, connection.company):
        refuse_while_active(connection, "Its address and Company ID stay as they are until then.")
        if url != connection.url:
            _ask_for_keys(connection)
        connection.url, connection.company = url, company


def _ask_for_keys(connection: Connection) -> None:
    connection.public_key = connection.sealed_private_key = connection.client_id = ""
    connection.state = Connection.State.NOT_CONNECTED
    connection.state_reason = ASKS_FOR_KEYS


def _take_over_default(connection: Connection, *, wanted: bool) -> None:
    others = Connection.objects.filter(kind=connection.kind, is_default=True).exclude(pk=connection.pk)
    if wanted or connection.is_default or not others.exists():
        others.update(is_default=False)
        connection.is_default = True


def _kind(kind: str) -> str:
    if kind not in Connection.Kind.values:
        raise InvalidInput(f"There is no connection type '{kind}'.", remedy="Update Bursar, then import the file.")
    return kind


def _option(connection: Connection, name: str, text: str) -> str:
    if name not in OPTIONS:
        raise InvalidInput(f"There is no option '{name}'.", remedy=f"Known options: {', '.join(OPTIONS)}.")
    return check_option(connection, name, text.strip())


def _billing(given: Mapping[str, JsonValue]) -> dict[str, object]:
    return {name: _billing_value(name, value) for name, value in given.items()}


def _billing_value(name: str, value: JsonValue) -> object:
    setting = known_setting(name)
    if name == AGREEMENT_TYPE:
        if isinstance(value, dict) and isinstance(value.get("id"), int) and isinstance(value.get("name"), str):
            return {"id": value["id"], "name": value["name"]}
    elif isinstance(value, str):
        return setting.check(value)
    raise InvalidInput(f"The setting {name} of the file cannot be read.", remedy="Choose a file that Bursar exported.")


def _check_properties(connection: Connection) -> None:
    try:
        properties(connection)
        known = set(connection.properties) <= {*MEANINGS, LINE_DESCRIPTION}
    except (KeyError, TypeError, ValueError, AttributeError):
        known = False
    if not known:
        raise InvalidInput(
            f"The properties of '{connection.name}' in the file cannot be read.",
            remedy="Choose a file that Bursar exported, or take the properties out of it.",
        )
