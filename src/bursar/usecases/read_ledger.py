"""Read what waits for the books: the unposted lists, the export, and for each document where it goes and what it needs.

Shared by the export that people look at and by the posting. Nothing is written here, neither there nor in the tables.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bursar.domain.books.planner import Planned, plan_documents
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.export import ExportSettings, NonReimbursable
from bursar.domain.ledger.missing import Missing, located, missing_from
from bursar.domain.ledger.routes import Excluded, Routed, route
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from bursar.domain.money import Money
from bursar.domain.plan import Blocked, Plan
from bursar.ports import Exported
from bursar.store.models import Connection, LedgerDocument
from bursar.store.queries.ledger import routes_of, rows_by_key
from bursar.usecases.ledger_desk import BookDesk, Desks

EXPENSES = frozenset({RecordType.EXPENSE, RecordType.EXPENSE_BILL})

DOCUMENTS_AT_ONCE = 500
"""Documents that are planned and posted together: enough to read the books in few questions, few enough to hold."""


class LedgerSource(Protocol):
    """Where documents come from: the accounting interface, or an export file."""

    def unposted(self, family: Family) -> Iterator[Waiting]: ...

    def export(self, wish: Wish) -> Iterator[Exported]: ...

    def explain(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """Fill in what tells why these few did not come."""


@dataclass(slots=True)
class Reading:
    """One document of the export, and what becomes of it."""

    document: Document
    """As ConnectWise exports it, with its location."""
    source: str
    desk: BookDesk | None = None
    planned: Planned | None = None
    excluded: str = ""
    blocked: Blocked | None = None
    """Why it goes nowhere; also the planner's obstacle."""

    @property
    def entry_ids(self) -> tuple[int, ...]:
        return entry_ids_of(self.document)


@dataclass(slots=True)
class Chunk:
    """Documents that were planned together, and the plan of each book."""

    readings: list[Reading] = field(default_factory=list)
    plans: list[tuple[BookDesk, Plan]] = field(default_factory=list)


class LedgerReader:
    """One pass over what waits."""

    def __init__(self, connection: Connection, source: LedgerSource, desks: Desks, wish: Wish) -> None:
        self._connection = connection
        self._source = source
        self._desks = desks
        self._wish = wish
        self._routes = routes_of(connection)
        self._settings = ExportSettings()
        self._came: list[Document] = []
        self.waiting: list[Waiting] = []
        self.unreadable: list[Blocked] = []
        self._non_reimbursable: tuple[int, ...] = ()
        self._claimed: set[int] = set()

    def wait(self) -> int:
        """Read the unposted lists; returns how many records wait. Raises RemoteError."""
        families = sorted(self._wish.families)
        self.waiting = [row for family in families for row in self._source.unposted(family)]
        return len(self.waiting)

    def chunks(self) -> Iterator[Chunk]:
        """The export, planned piece by piece. Raises RemoteError, SourceUnreadable."""
        for some in self._pieces():
            yield self._planned(some)

    @property
    def unclaimed(self) -> tuple[int, ...]:
        """Entries of expenses that nobody is paid back for, and that no document holds."""
        return tuple(key for key in self._non_reimbursable if key not in self._claimed)

    def missing(self) -> list[Missing]:
        """What waits and did not come, each with its reason; call after the last chunk. Raises RemoteError."""
        found = missing_from(self._came, self.waiting, self._wish)
        unsure = {item.subject for item in found if not item.is_chosen}
        absent = [row for row in self.waiting if f"{row.record}:{row.unposted_id}" in unsure]
        if not absent:
            return found
        told = {(row.family, row.unposted_id): row for row in self._source.explain(absent)}
        waiting = [told.get((row.family, row.unposted_id), row) for row in self.waiting]
        return missing_from(self._came, waiting, self._wish)

    def _pieces(self) -> Iterator[list[Reading]]:
        piece: list[Reading] = []
        for exported in self._source.export(self._wish):
            match exported.part:
                case Document() as document:
                    piece.append(Reading(document, exported.source))
                case ExportSettings() as settings:
                    self._settings = settings
                case NonReimbursable(ids):
                    self._non_reimbursable += ids
                case Blocked() as blocked:
                    self.unreadable.append(blocked)
            if len(piece) == DOCUMENTS_AT_ONCE:
                yield piece
                piece = []
        if piece:
            yield piece

    def _planned(self, piece: list[Reading]) -> Chunk:
        placed = located((reading.document for reading in piece), self.waiting)
        for reading, document in zip(piece, placed, strict=True):
            reading.document = document
            self._claimed.update(reading.entry_ids if document.record in EXPENSES else ())
            self._came.append(replace(document, lines=(), taxes=document.taxes[:1], more=()))
        chunk = Chunk()
        routed: dict[int, list[Reading]] = {}
        for reading in piece:
            self._route(reading, routed)
        chunk.readings = [reading for reading in piece if reading.desk is None]
        rows = rows_by_key(self._connection, [key for reading in piece for key in _keys(reading.document)])
        for book_id, own in routed.items():
            self._plan(book_id, own, rows, chunk)
        return chunk

    def _route(self, reading: Reading, routed: dict[int, list[Reading]]) -> None:
        match route(reading.document, self._routes):
            case Routed(book) if self._desks.usable(int(book)):
                reading.desk = self._desks.of(int(book))
                routed.setdefault(int(book), []).append(reading)
            case Routed(book):
                reading.blocked = _unreachable(reading.document, self._desks, int(book))
            case Excluded(reason):
                reading.excluded = reason
            case Blocked() as blocked:
                reading.blocked = blocked

    def _plan(self, book_id: int, own: Sequence[Reading], rows: Mapping[str, LedgerDocument], chunk: Chunk) -> None:
        desk = self._desks.of(book_id)
        elsewhere = [reading for reading in own if _is_elsewhere(reading, rows, book_id)]
        for reading in elsewhere:
            reading.desk, reading.blocked = None, _in_other_book(reading.document, rows[reading.document.key], desk)
        chunk.readings.extend(elsewhere)
        own = [reading for reading in own if reading not in elsewhere]
        try:
            situation = desk.situation([reading.document for reading in own], rows, self._settings)
        except RemoteError as error:
            self._desks.refused[book_id] = error
            for reading in own:
                reading.desk, reading.blocked = None, _unreachable(reading.document, self._desks, book_id)
            chunk.readings.extend(own)
            return
        planned = plan_documents(situation)
        sources = {reading.document.key: reading for reading in own}
        for item in planned.documents:
            # cost of goods sold as a journal of its own has no record of its own
            reading = sources.get(item.document.key) or Reading(item.document, "")
            reading.desk, reading.planned, reading.blocked = desk, item, item.blocked
            chunk.readings.append(reading)
        chunk.plans.append((desk, planned.plan))


def _keys(document: Document) -> Iterable[str]:
    """The keys that rows of the document may have: its own, and that of its cost of goods sold."""
    return document.key, f"{document.key}-COGS"


def _is_elsewhere(reading: Reading, rows: Mapping[str, LedgerDocument], book_id: int) -> bool:
    row = rows.get(reading.document.key)
    return row is not None and row.is_delivered and row.delivered_to_id != book_id


def _in_other_book(document: Document, row: LedgerDocument, desk: BookDesk) -> Blocked:
    return Blocked(
        document.key,
        "in_other_book",
        f"{document.title} was posted to {row.delivered_to}, and today's routes lead to {desk.book}.",
        "Take it back from the former book on Ledger › Documents, or correct the routes.",
        total=Money(document.total, document.currency),
    )


def _unreachable(document: Document, desks: Desks, book_id: int) -> Blocked:
    error = desks.refused[book_id]
    return Blocked(
        document.key,
        "book_unreachable",
        f"{desks.of(book_id).book.name} cannot be read: {error.sentence}",
        error.remedy or "Test the book on Ledger › Books, then run again.",
        total=Money(document.total, document.currency),
    )
