"""Lists of ConnectWise for people to choose from: read when asked, kept, and marked where an entry has vanished."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from bursar.domain.lists import Choice, ListKind
from bursar.ports import Psa
from bursar.store.models import Connection, ListEntry, ListReading


def refresh_lists(connection: Connection, psa: Psa, kinds: Collection[ListKind], now: datetime) -> int:
    """Read the lists anew. Returns how many entries have vanished since. Raises RemoteError; lists read so far stay."""
    return sum(_replace(connection, kind, psa.choices(kind), now) for kind in sorted(kinds))


def entries(connection: Connection, kind: ListKind) -> Sequence[ListEntry]:
    """The list as last read, by name; entries that are gone or inactive are in it, and say so."""
    return list(ListEntry.objects.filter(connection=connection, kind=kind))


def read_at(connection: Connection, kinds: Collection[ListKind]) -> datetime | None:
    """When the oldest of these lists was read; None when one of them never was."""
    moments = list(ListReading.objects.filter(connection=connection, kind__in=kinds).values_list("read_at", flat=True))
    return min(moments) if len(moments) == len(set(kinds)) else None


def _replace(connection: Connection, kind: ListKind, choices: Sequence[Choice], now: datetime) -> int:
    rows = [
        ListEntry(
            connection=connection,
            kind=kind,
            remote_id=choice.id,
            name=choice.name[:200],
            identifier=choice.identifier[:100],
            parent_id=choice.parent_id,
            inactive=choice.inactive,
        )
        for choice in choices
    ]
    with transaction.atomic():
        known = ListEntry.objects.filter(connection=connection, kind=kind)
        before = known.filter(gone=True).count()
        known.update(gone=True)
        ListEntry.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["connection", "kind", "remote_id"],
            update_fields=["name", "identifier", "parent_id", "inactive", "gone"],
        )
        ListReading.objects.update_or_create(connection=connection, kind=kind, defaults={"read_at": now})
        return max(0, known.filter(gone=True).count() - before)
