"""Companies and products as last read from ConnectWise: to search, to suggest from, and to check mappings against.

No page calls ConnectWise to show a mapping; Sync Organizations refreshes what is kept (rules 36, 38, 43, 46 and 49).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.lists import ListKind
from bursar.domain.mapping import Candidate, Suggester
from bursar.domain.psa import Agreement
from bursar.store.models import Connection, ListEntry, ListReading
from bursar.usecases.lists import refusal
from bursar.usecases.mappings import Kind, find_agreement, no_such_target

LISTS: Mapping[Kind, ListKind] = {Kind.ORGANIZATION: ListKind.COMPANY, Kind.OFFER: ListKind.CATALOG_ITEM}
"""The list that records of a kind are mapped to."""

BUNDLE = "Bundle"
HITS = 20


def offered(connection: Connection, kind: Kind) -> QuerySet[ListEntry]:
    """What may be mapped to now: neither gone nor inactive, an active company, no Bundle."""
    kept = ListEntry.objects.filter(connection=connection, kind=LISTS[kind], gone=False, inactive=False)
    if kind is Kind.OFFER:
        return kept.exclude(trait=BUNDLE)
    return kept.filter(Q(trait="") | Q(trait__in=active_statuses(connection)))


def active_statuses(connection: Connection) -> Collection[str]:
    """The company statuses that count as active on this connection."""
    return {status.strip() for status in str(connection.billing.get("active_statuses", "Active")).split(",")}


def search(connection: Connection, kind: Kind, text: str) -> Sequence[Candidate]:
    """The first hits by name, identifier or record id."""
    found = offered(connection, kind)
    if text:
        wanted = Q(name__icontains=text) | Q(identifier__icontains=text)
        if text.isascii() and text.isdigit() and len(text) <= 18:
            wanted |= Q(remote_id=int(text))
        found = found.filter(wanted)
    return [_candidate(*values) for values in found.values_list("remote_id", "identifier", "name")[:HITS]]


def suggester(connection: Connection, kind: Kind) -> Suggester:
    """Proposes out of everything that is offered, in one query."""
    values = offered(connection, kind).order_by().values_list("remote_id", "identifier", "name")
    return Suggester(_candidate(*row) for row in values)


def chosen(connection: Connection, kind: Kind, ids: Collection[int]) -> Sequence[Candidate]:
    """The offered records of these ids, in their order. Raises InvalidInput when one is not offered (any more)."""
    values = offered(connection, kind).filter(remote_id__in=ids).values_list("remote_id", "identifier", "name")
    found = {row[0]: _candidate(*row) for row in values}
    for missing in (record for record in ids if record not in found):
        raise no_such_target(kind, str(missing))
    return [found[record] for record in ids]


def known_names(connection: Connection, kind: Kind, ids: Collection[int]) -> Mapping[int, ListEntry]:
    """What is kept of these records, whatever became of them."""
    entries = ListEntry.objects.filter(connection=connection, kind=LISTS[kind], remote_id__in=ids)
    return {entry.remote_id: entry for entry in entries}


def was_read(connection: Connection, kind: Kind) -> bool:
    """Whether the list was ever read."""
    return ListReading.objects.filter(connection=connection, kind=LISTS[kind]).exists()


def refusal_of(connection: Connection, kind: Kind) -> str:
    """Why the list that records of a kind are mapped to could not be read the last time; empty when it could."""
    return refusal(connection, LISTS[kind])


def trouble_with(connection: Connection, kind: Kind, entry: ListEntry | None) -> str:
    """Why a record that is mapped to should not be any more; empty when all is well (rule 43)."""
    what = "company" if kind is Kind.ORGANIZATION else "product"
    if entry is None or entry.gone:
        return f"This {what} is no longer in ConnectWise."
    if entry.inactive:
        return f"This {what} is {'deleted' if kind is Kind.ORGANIZATION else 'inactive'} in ConnectWise."
    if kind is Kind.OFFER:
        return "A Bundle cannot be an Addition." if entry.trait == BUNDLE else ""
    if entry.trait and entry.trait not in active_statuses(connection):
        return f"This company's status is {entry.trait}."
    return ""


class KeptTargets:
    """Looks targets up in the kept lists: a file of thousands of rows asks ConnectWise nothing.

    Agreements are kept nowhere. Where rows name any, the caller has read them, or says why that could not be done.
    """

    def __init__(
        self, connection: Connection, agreements: Iterable[Agreement] = (), unread: BursarError | None = None
    ) -> None:
        self._connection = connection
        self._agreements = list(agreements)
        self._unread = unread
        self._known: dict[Kind, dict[str, Candidate]] = {}

    def find(self, kind: Kind, text: str) -> Candidate:
        if kind not in self._known:
            values = offered(self._connection, kind).values_list("remote_id", "identifier", "name")
            records = [_candidate(*row) for row in values]
            by_identifier = {record.identifier.casefold(): record for record in records if record.identifier}
            self._known[kind] = by_identifier | {str(record.id): record for record in records}
        found = self._known[kind].get(text.casefold())
        if found is None:
            raise no_such_target(kind, text)
        return found

    def agreement(self, text: str) -> Candidate:
        if self._unread is not None:
            raise InvalidInput(
                f"The Agreement '{text}' could not be checked: {self._unread.sentence}", remedy=self._unread.remedy
            )
        return find_agreement(self._agreements, text)


def _candidate(remote_id: int, identifier: str, name: str) -> Candidate:
    return Candidate(remote_id, identifier, name)
