"""Settings of a connection: configuration, properties, and the lists that both choose from."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, Field

from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.values import PAGE, Given, Id, Limit, Offset, Words, connection_at, next_of
from bursar.domain.errors import NotConfigured
from bursar.domain.lists import SETTING_LISTS, ListKind
from bursar.domain.roles import Role
from bursar.store.models import Connection, ListEntry
from bursar.usecases.billing_settings import (
    SAVED,
    SETTINGS,
    changed_meanwhile,
    configuration_version,
    save_configuration,
    shown_settings,
)
from bursar.usecases.lists import readings, refresh_lists
from bursar.usecases.properties import (
    BILLING_NAMES,
    MEANINGS,
    PriceOrder,
    ValueMap,
    properties,
    properties_version,
    shown_properties,
)
from bursar.usecases.save_properties import EnteredProperties, save_properties

routes = Routes("Settings")
ONE = "/connections/{int:connection_id}"
FUTURE_ONLY = "This applies to future syncs only; what is in ConnectWise already stays as it is."


class SettingShown(BaseModel):
    """One setting with its value in force."""

    name: str
    value: str
    changed: bool = Field(description="Whether it differs from its default.")
    default: str | None
    meaning: str


class ConfigurationShown(BaseModel):
    """Send `version` back with changes, so that nobody's are overwritten unseen."""

    settings: list[SettingShown]
    version: str
    note: str


class ConfigurationChange(Given):
    """All changes are stored, or none. Empty text restores a default."""

    settings: dict[str, Words] = Field(min_length=1)
    version: Words | None = Field(default=None, description="`version` of what was shown; null overwrites anything.")


class RowShown(BaseModel):
    """One row of a value map."""

    platform: str
    id: int
    name: str


class PropertiesShown(BaseModel):
    """The connector's properties. Send `version` back with changes."""

    settings: dict[str, str]
    maps: dict[ValueMap, list[RowShown]]
    orders: dict[PriceOrder, list[str]]
    meanings: dict[str, str]
    version: str


class RowGiven(Given):
    """One row of a value map: the platform's value, and an entry of the list by record id or name."""

    platform: Words
    connectwise: Words


class PropertiesChange(Given):
    """What is left out stays; a map or an order that is given replaces the stored one."""

    settings: dict[str, Words] = Field(default_factory=dict)
    maps: dict[ValueMap, list[RowGiven]] = Field(default_factory=dict)
    orders: dict[PriceOrder, list[Words]] = Field(default_factory=dict)
    version: Words | None = None


class ListEntryShown(BaseModel):
    """One entry. What has vanished in ConnectWise is marked as gone, never dropped."""

    id: int
    name: str
    identifier: str
    parent_id: int | None
    inactive: bool
    gone: bool


class ListShown(BaseModel):
    """A list as it was last read, by name. Ask again with `offset=next`; null on the last page."""

    kind: ListKind
    read_at: datetime | None
    entries: list[ListEntryShown]
    next: int | None


class RefusedList(BaseModel):
    """A list that could not be read, and why."""

    kind: ListKind
    code: str
    sentence: str
    remedy: str


class RefreshShown(BaseModel):
    """What came of reading lists anew."""

    read: list[ListKind]
    vanished: int
    refused: list[RefusedList]


class RefreshWanted(Given):
    """Which lists to read; all that settings need when it is empty."""

    kinds: list[ListKind] = Field(default_factory=list, max_length=len(ListKind))


@routes.get(f"{ONE}/configuration", Role.VIEWER, ConfigurationShown)
def get_configuration(connection_id: Id) -> ConfigurationShown:
    """Every setting with its value in force."""
    return _configuration(connection_at(connection_id))


@routes.put(f"{ONE}/configuration", Role.ADMINISTRATOR, ConfigurationShown, may=REMOTE)
def put_configuration(connection_id: Id, change: ConfigurationChange) -> ConfigurationShown:
    """Store settings. An Agreement Type is looked up among the lists kept of ConnectWise."""
    connection = connection_at(connection_id)
    with transaction.atomic():
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        if change.version not in {None, _version(stored)}:
            raise changed_meanwhile(stored, SAVED, "configuration")
        save_configuration(connection, change.settings)
    return _configuration(connection)


@routes.get(f"{ONE}/properties", Role.VIEWER, PropertiesShown, may={409})
def get_properties(connection_id: Id) -> PropertiesShown:
    """The connector's properties; only while the connection works (rule 126)."""
    return _properties(_working(connection_id))


@routes.patch(f"{ONE}/properties", Role.ADMINISTRATOR, PropertiesShown, may={409})
def change_properties(connection_id: Id, change: PropertiesChange) -> PropertiesShown:
    """Store properties: all that is given, or nothing."""
    connection = _working(connection_id)
    entered = EnteredProperties(
        settings=change.settings,
        maps={which: [(row.platform, row.connectwise) for row in rows] for which, rows in change.maps.items()},
        orders=change.orders,
    )
    save_properties(connection, entered, version=change.version)
    return _properties(connection)


@routes.post(f"{ONE}/lists/refresh", Role.OPERATOR, RefreshShown, may=REMOTE)
def refresh_kept_lists(connection_id: Id, wanted: RefreshWanted) -> RefreshShown:
    """Read lists of ConnectWise anew. One that is refused does not lose the others."""
    connection = connection_at(connection_id)
    with talking_to(connection) as psa:
        outcome = refresh_lists(connection, psa, set(wanted.kinds) or SETTING_LISTS, timezone.now())
    return RefreshShown(
        read=sorted(outcome.read),
        vanished=outcome.vanished,
        refused=[
            RefusedList(kind=kind, code=error.code, sentence=error.sentence, remedy=error.remedy)
            for kind, error in sorted(outcome.refused.items())
        ],
    )


@routes.get(f"{ONE}/lists/{{kind}}", Role.VIEWER, ListShown)
def get_list(connection_id: Id, kind: ListKind, limit: Limit = PAGE, offset: Offset = 0) -> ListShown:
    """One list of ConnectWise as it was last read."""
    connection = connection_at(connection_id)
    rows = ListEntry.objects.filter(connection=connection, kind=kind).order_by("name", "remote_id")
    found = list(rows[offset : offset + limit + 1])
    return ListShown(
        kind=kind,
        read_at=readings(connection, [kind]).get(kind),
        entries=[_entry(row) for row in found[:limit]],
        next=next_of(offset, limit, len(found)),
    )


def _configuration(connection: Connection) -> ConfigurationShown:
    values = shown_settings(connection)
    return ConfigurationShown(
        settings=[_setting(name, value, connection.billing) for name, value in values.items()],
        version=_version(connection),
        note=FUTURE_ONLY,
    )


def _version(connection: Connection) -> str:
    """Of every setting, because what was shown is every setting."""
    return configuration_version(connection, shown_settings(connection))


def _setting(name: str, value: str, billing: Mapping[str, object]) -> SettingShown:
    known = SETTINGS.get(name)
    return SettingShown(
        name=name,
        value=value,
        changed=name in billing,
        default=known.default if known else None,
        meaning=known.meaning if known else "Price policy of one organization.",
    )


def _working(connection_id: int) -> Connection:
    connection = connection_at(connection_id)
    if not connection.connected:
        raise NotConfigured(
            f"'{connection.name}' does not work, so its properties cannot be chosen.",
            remedy="Repair its credentials first.",
        )
    return connection


def _properties(connection: Connection) -> PropertiesShown:
    stored = properties(connection)
    billing = shown_settings(connection)
    maps = {
        which: [RowShown(platform=ours, id=theirs.id, name=theirs.name) for ours, theirs in stored.maps[which].items()]
        for which in ValueMap
    }
    tables = {*ValueMap, *PriceOrder}
    own = {name: value for name, value in shown_properties(connection).items() if name not in tables}
    return PropertiesShown(
        settings={**{name: billing[name] for name in BILLING_NAMES}, **own},
        maps=maps,
        orders={order: list(stored.orders[order]) for order in PriceOrder},
        meanings={**{name: SETTINGS[name].meaning for name in BILLING_NAMES}, **MEANINGS},
        version=properties_version(connection),
    )


def _entry(row: ListEntry) -> ListEntryShown:
    return ListEntryShown(
        id=row.remote_id,
        name=row.name,
        identifier=row.identifier,
        parent_id=row.parent_id,
        inactive=row.inactive,
        gone=row.gone,
    )
