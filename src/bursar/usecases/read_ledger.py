"""Read what waits for the books: the unposted lists, the export, and for each document where it goes and what it needs.

Shared by the export that people look at and by the posting. Nothing is written here, neither there nor in the tables.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from bursar.domain.books.planner import Planned, plan_documents
from bursar.domain.errors import NotFound, RemoteError
from bursar.domain.ledger.batch import BatchEntry
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.export import ExportSettings, NonReimbursable
from bursar.domain.ledger.missing import Missing, located, missing_from
from bursar.domain.ledger.routes import Excluded, Routed, route
from bursar.domain.ledger.stock_accounts import COGS
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from bursar.domain.money import Money
from bursar.domain.plan import Blocked, Plan
from bursar.ports import Exported
from bursar.store.models import Connection, LedgerDocument
from bursar.store.queries.ledger import routes_of, rows_by_key, supplier_numbers
from bursar.usecases.ledger_desk import BookDesk, Desks

EXPENSES = frozenset({RecordType.EXPENSE, RecordType.EXPENSE_BILL})

NO_BOOK = "Add a book on Ledger › Books; a single one takes every document without a route."
DOCUMENTS_AT_ONCE = 500
"""Documents that are planned and posted together: enough to read the books in few questions, few enough to hold."""


class LedgerSource(Protocol):
    """Where documents come from: the accounting interface, or an export file."""

    def unposted(self, family: Family) -> Iterator[Waiting]: ...

    def export(self, wish: Wish) -> Iterator[Exported]: ...

    def explain(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """Fill in what tells why these few did not come."""

    def batch_entries(self, batch_id: int) -> Iterator[BatchEntry]: ...


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

    def __init__(self, connection: Connection, source: LedgerSource, desks: Desks, wish: Wish, today: date) -> None:
        self._connection = connection
        self._source = source
        self._desks = desks
        self._wish = wish
        self._meant = wish if wish.thru else replace(wish, thru=today)  # so far an export goes that names no day
        self._routes = routes_of(connection)
        self._settings = ExportSettings()
        self._came: list[Document] = []
        self.waiting: list[Waiting] = []
        self.unreadable: list[Blocked] = []
        self._non_reimbursable: tuple[int, ...] = ()
        self._claimed: set[int] = set()
        self._keys: set[str] = set()
        self._doubled: frozenset[str] = frozenset()
        self._held: dict[int, frozenset[int]] = {}

    def wait(self) -> int:
        """Read the unposted lists; returns how many records wait. Raises RemoteError."""
        families = sorted(self._wish.families)
        self.waiting = [row for family in families for row in self._source.unposted(family)]
        receipts = Counter(row.number for row in self.waiting if row.record is RecordType.PURCHASE and row.number)
        self._doubled = frozenset(name for name, count in receipts.items() if count > 1)
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
        found = missing_from(self._came, self.waiting, self._meant)
        unsure = {item.subject for item in found if not item.is_chosen}
        absent = [row for row in self.waiting if f"{row.record}:{row.unposted_id}" in unsure]
        if not absent:
            return found
        told = {(row.family, row.unposted_id): row for row in self._source.explain(absent)}
        waiting = [told.get((row.family, row.unposted_id), row) for row in self.waiting]
        return missing_from(self._came, waiting, self._meant)

    def _pieces(self) -> Iterator[list[Reading]]:
        piece: list[Reading] = []
        for exported in self._source.export(self._wish):
            match exported.part:
                case Document() as document if document.key in self._keys:
                    self.unreadable.append(_twice(document))
                case Document() as document:
                    self._keys.add(document.key)
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
        rows = rows_by_key(self._connection, [key for reading in piece for key in _keys(reading.document)])
        others = {key for key, row in rows.items() if self._is_batched_still(row)}
        self.unreadable += [_twice(reading.document) for reading in piece if reading.document.key in others]
        piece = [reading for reading in piece if reading.document.key not in others]
        chunk = Chunk()
        routed: dict[int, list[Reading]] = {}
        for reading in piece:
            self._route(reading, routed)
        chunk.readings = [reading for reading in piece if reading.desk is None]
        numbers = supplier_numbers(self._connection, placed, rows)
        for book_id, own in routed.items():
            self._plan(book_id, own, rows, numbers, chunk)
        # they are kept in this order, which numbers two bills of one supplier's number
        order = {reading.document.key: place for place, reading in enumerate(piece)}
        chunk.readings.sort(key=lambda reading: order.get(reading.document.key, len(order)))
        return chunk

    def _is_batched_still(self, row: LedgerDocument) -> bool:
        """Whether a receipt that was posted is in its batch, so that what waits under its name is another one."""
        if not row.key.startswith(f"{RecordType.PURCHASE}:") or not row.is_delivered or row.batch is None:
            return False
        batch = row.batch.remote_id
        if batch not in self._held:
            try:
                self._held[batch] = frozenset(entry.id for entry in self._source.batch_entries(batch))
            except NotFound:
                self._held[batch] = frozenset()  # somebody deleted it
        return not self._held[batch].isdisjoint(row.entry_ids)

    def _route(self, reading: Reading, routed: dict[int, list[Reading]]) -> None:
        if reading.document.record is RecordType.PURCHASE and reading.document.record_id in self._doubled:
            reading.blocked = _twice(reading.document)
            return
        match route(reading.document, self._routes):
            case Routed(book) if self._desks.usable(int(book)):
                reading.desk = self._desks.of(int(book))
                routed.setdefault(int(book), []).append(reading)
            case Routed(book):
                reading.blocked = _unreachable(reading.document, self._desks, int(book))
            case Excluded(reason):
                reading.excluded = reason
            case Blocked() as blocked:
                reading.blocked = blocked if any(True for _ in self._desks) else replace(blocked, remedy=NO_BOOK)

    def _plan(
        self,
        book_id: int,
        own: Sequence[Reading],
        rows: Mapping[str, LedgerDocument],
        numbers: Mapping[tuple[str, str], Sequence[str]],
        chunk: Chunk,
    ) -> None:
        desk = self._desks.of(book_id)
        alive = {reading.document.key: _elsewhere(reading.document, rows, book_id) for reading in own}
        for reading in own:
            row = alive[reading.document.key]
            if row is not None:
                reading.desk, reading.blocked = None, _in_other_book(reading.document, row, desk)
                chunk.readings.append(reading)
        own = [reading for reading in own if alive[reading.document.key] is None]
        try:
            situation = desk.situation([reading.document for reading in own], rows, self._settings, numbers)
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


def _twice(document: Document) -> Blocked:
    return Blocked(
        document.key,
        "same_record_twice",
        f"ConnectWise has several records {document.record_id or document.number}: they cannot be told apart.",
        "In ConnectWise, give each receipt of the order a packing slip of its own, then export again.",
        total=Money(document.total, document.currency),
    )


def _keys(document: Document) -> Iterable[str]:
    """The keys that rows of the document may have: its own, and that of its cost of goods sold."""
    return document.key, f"{document.key}{COGS}"


def _elsewhere(document: Document, rows: Mapping[str, LedgerDocument], book_id: int) -> LedgerDocument | None:
    """The document, or its cost of goods sold, where another book has it."""
    known = (rows[key] for key in _keys(document) if key in rows)
    return next((row for row in known if row.is_delivered and row.delivered_to_id != book_id), None)


def _in_other_book(document: Document, row: LedgerDocument, desk: BookDesk) -> Blocked:
    return Blocked(
        document.key,
        "in_other_book",
        f"{row.title} was posted to {row.delivered_to}, and today's routes lead to {desk.book}.",
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
