"""Lists of ConnectWise for people to choose from: read when asked, kept, and marked where an entry has vanished."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bursar.domain.errors import RemoteError, Unavailable, UnknownCompany, WrongKey
from bursar.domain.lists import Choice, ListKind
from bursar.ports import Psa
from bursar.store.models import Connection, ListEntry, ListReading, ListRefusal
from bursar.usecases.connection_state import mark_refused

GONE = "no longer in ConnectWise"
INACTIVE = "inactive in ConnectWise"
UNREAD = "list not read yet"

TITLES: Mapping[ListKind, str] = {
    ListKind.AGREEMENT_TYPE: "Agreement Types",
    ListKind.BILLING_CYCLE: "Billing Cycles",
    ListKind.BILLING_TERM: "Billing Terms",
    ListKind.CATALOG_ITEM: "Product Catalog",
    ListKind.COMPANY: "Companies",
    ListKind.COMPANY_STATUS: "Company Statuses",
    ListKind.DEPARTMENT: "Departments",
    ListKind.LOCATION: "Locations",
    ListKind.PRODUCT_CATEGORY: "Product Categories",
    ListKind.PRODUCT_SUBCATEGORY: "Product Sub-Categories",
    ListKind.PRODUCT_TYPE: "Product Types",
    ListKind.UNIT_OF_MEASURE: "Units of Measure",
}
"""Each list as a person calls it."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of reading lists anew."""

    read: Collection[ListKind]
    vanished: int
    """Entries that were there the last time and are not any more."""
    refused: Mapping[ListKind, RemoteError]
    """Lists that could not be read, and why; what was kept of them stays."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An entry that was chosen, with its name at that time."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Selectable:
    """An entry that may be chosen, or that was chosen and should not be any more: then `note` says why."""

    id: int
    name: str
    parent_id: int | None = None
    note: str = ""


def refresh_lists(connection: Connection, psa: Psa, kinds: Collection[ListKind], now: datetime) -> Refreshed:
    """Read the lists anew. A list that is refused does not lose the others.

    Credentials that are refused, and a server that is silent, end the reading: the other lists would fare the same.
    """
    read: list[ListKind] = []
    refused: dict[ListKind, RemoteError] = {}
    vanished = 0
    for kind in sorted(kinds):
        try:
            vanished += _replace(connection, kind, psa.choices(kind), now)
        except (WrongKey, UnknownCompany, Unavailable) as error:
            mark_refused(connection, error, now)
            refused |= dict.fromkeys(set(kinds) - set(read), error)
            break
        except RemoteError as error:
            refused[kind] = error
        else:
            read.append(kind)
    _remember(connection, refused, now)
    return Refreshed(read, vanished, refused)


def refusal(connection: Connection, kind: ListKind) -> str:
    """Why the list could not be read the last time that somebody tried; empty when it could (rules 33 and 34)."""
    found = ListRefusal.objects.filter(connection=connection, kind=kind).values_list("sentence", flat=True)
    return found.first() or ""


def _remember(connection: Connection, refused: Mapping[ListKind, RemoteError], now: datetime) -> None:
    """A refusal stays until the list is read again; what was kept of the list is not touched."""
    for kind, error in refused.items():
        ListRefusal.objects.update_or_create(
            connection=connection, kind=kind, defaults={"refused_at": now, "sentence": error.sentence}
        )


def entries(connection: Connection, kind: ListKind) -> Sequence[ListEntry]:
    """The list as last read, by name; entries that are gone or inactive are in it, and say so."""
    return list(ListEntry.objects.filter(connection=connection, kind=kind))


def lists_by_kind(connection: Connection, kinds: Collection[ListKind]) -> Mapping[ListKind, Sequence[ListEntry]]:
    """Several lists in one query."""
    found: dict[ListKind, list[ListEntry]] = {kind: [] for kind in kinds}
    for entry in ListEntry.objects.filter(connection=connection, kind__in=kinds):
        found[ListKind(entry.kind)].append(entry)
    return found


def readings(connection: Connection, kinds: Collection[ListKind]) -> Mapping[ListKind, datetime]:
    """When each of these lists was read; a list that never was is absent."""
    found = ListReading.objects.filter(connection=connection, kind__in=kinds).values_list("kind", "read_at")
    return {ListKind(kind): moment for kind, moment in found}


def read_at(connection: Connection, kinds: Collection[ListKind]) -> datetime | None:
    """When the oldest of these lists was read; None when one of them never was."""
    moments = readings(connection, kinds)
    return min(moments.values()) if moments and len(moments) == len(set(kinds)) else None


def usable(kept: Collection[ListEntry]) -> Sequence[ListEntry]:
    """The entries that may be chosen now."""
    return [entry for entry in kept if not entry.gone and not entry.inactive]


def selectable(kept: Collection[ListEntry], chosen: Collection[Chosen] = ()) -> Sequence[Selectable]:
    """What to offer: every usable entry, and what was chosen before, marked when it has vanished or become inactive."""
    known = {entry.remote_id: entry for entry in kept}
    offered = [Selectable(e.remote_id, e.name, e.parent_id) for e in usable(kept)]
    present = {option.id for option in offered}
    for choice in chosen:
        if choice.id in present:
            continue
        present.add(choice.id)
        entry = known.get(choice.id)
        parent = entry.parent_id if entry else None
        offered.append(Selectable(choice.id, choice.name, parent, _note(entry, read=bool(kept))))
    return offered


def _note(entry: ListEntry | None, *, read: bool) -> str:
    if entry is None:
        return GONE if read else UNREAD
    return GONE if entry.gone else INACTIVE


def _replace(connection: Connection, kind: ListKind, choices: Sequence[Choice], now: datetime) -> int:
    rows = [
        ListEntry(
            connection=connection,
            kind=kind,
            remote_id=choice.id,
            name=choice.name[:200],
            identifier=choice.identifier[:100],
            trait=choice.trait[:60],
            parent_id=choice.parent_id,
            inactive=choice.inactive,
        )
        for choice in {choice.id: choice for choice in choices}.values()
    ]
    with transaction.atomic():
        known = ListEntry.objects.filter(connection=connection, kind=kind)
        before = set(known.filter(gone=False).values_list("remote_id", flat=True))
        known.update(gone=True)
        ListEntry.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["connection", "kind", "remote_id"],
            update_fields=["name", "identifier", "trait", "parent_id", "inactive", "gone"],
        )
        ListRefusal.objects.filter(connection=connection, kind=kind).delete()
        ListReading.objects.update_or_create(connection=connection, kind=kind, defaults={"read_at": now})
        return len(before - {choice.id for choice in choices})
