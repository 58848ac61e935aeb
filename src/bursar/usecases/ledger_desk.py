"""One book during a run: its adapter, its policy, and its lists, read once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bursar.domain.books.policy import BatchShape, BookPolicy
from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.situation import ReferenceLists, Situation
from bursar.domain.books.traits import Capability
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.export import ExportSettings
from bursar.ports import Books
from bursar.store.models import Book, LedgerDocument
from bursar.store.queries.ledger import by_code, delivered_of, mappings_of
from bursar.usecases.book_settings import policy_of, stock_policy_of


class BookDesk:
    """Where one book's documents are planned. Raises RemoteError when the book cannot be read."""

    def __init__(self, book: Book, adapter: Books) -> None:
        self.book = book
        self.adapter = adapter
        self._lists: dict[ReferenceKind, dict[str, Reference]] | None = None
        self._closed: date | None = None
        self.mappings = mappings_of(book)

    def open(self) -> None:
        """Prove that it can be reached, and read its lists and its closed periods. Raises RemoteError."""
        if self._lists is not None:
            return
        self.adapter.info()
        traits = self.adapter.traits
        if traits.can(Capability.CLOSED_PERIODS):
            self._closed = self.adapter.closed_through()
        lists = {}
        if traits.can(Capability.REFERENCES):
            for kind in ReferenceKind:
                found = self.adapter.references(kind)
                if found is not None:
                    lists[kind] = by_code(found)
        self._lists = lists

    @property
    def lists(self) -> Mapping[ReferenceKind, Mapping[str, Reference]]:
        """Its lists, by kind and code; those that it keeps."""
        return self._lists or {}

    def add(self, reference: Reference) -> None:
        """It has one more entry: Bursar made it."""
        if self._lists is not None and reference.kind in self._lists:
            self._lists[reference.kind][reference.code] = reference

    @property
    def policy_shape(self) -> BatchShape:
        """How many documents one batch closes."""
        return policy_of(self.book).batches

    def policy(self, settings: ExportSettings) -> BookPolicy:
        """How it wants its documents; the export says what is posted of costs, else the book's own settings."""
        return policy_of(self.book, self._closed, settings.stock_policy(stock_policy_of(self.book)))

    def situation(
        self,
        documents: list[Document],
        rows: Mapping[str, LedgerDocument],
        settings: ExportSettings,
        numbers: Mapping[tuple[str, str], Sequence[str]],
    ) -> Situation:
        """Everything the planner may know of these documents; none is alive in another book. Raises RemoteError.

        `numbers`: which documents carry each supplier's number, whatever book they go to.
        """
        self.open()
        sent = {key: found for key, row in rows.items() if (found := delivered_of(row))}
        markers = [found.marker for found in sent.values() if not found.voided]
        return Situation(
            scope=self.book.connection.company,
            policy=self.policy(settings),
            traits=self.adapter.traits,
            documents=documents,
            delivered=sent,
            present=self.present(markers),
            references=ReferenceLists(self.lists),
            mappings=self.mappings,
            supplier_numbers=numbers,
        )

    def present(self, markers: Iterable[str]) -> dict[str, Present]:
        """The documents of these markers, read afresh. Raises RemoteError."""
        wanted = list(markers)
        return {found.marker: found for found in self.adapter.documents(wanted)} if wanted else {}


class Desks:
    """The books of a connection during a run. A book that cannot be read holds its own documents up, not the others."""

    def __init__(
        self, books: Iterable[Book], adapters: Mapping[int, Books], refused: Mapping[int, RemoteError] | None = None
    ) -> None:
        self._desks = {book.pk: BookDesk(book, adapters[book.pk]) for book in books}
        self.refused: dict[int, RemoteError] = dict(refused or {})
        """Why a book cannot be read, by its id."""

    def __iter__(self) -> Iterator[BookDesk]:
        return iter(self._desks.values())

    def of(self, book_id: int) -> BookDesk:
        return self._desks[book_id]

    def usable(self, book_id: int) -> bool:
        """Whether the book can be read; found out once in a run."""
        if book_id in self.refused:
            return False
        try:
            self._desks[book_id].open()
        except RemoteError as error:
            self.refused[book_id] = error
        return book_id not in self.refused
