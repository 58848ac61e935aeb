"""Read from each book what was paid since the last time. What cannot be read holds nothing else up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bursar.domain.books.traits import Capability
from bursar.domain.errors import RemoteError
from bursar.domain.payments.settlement import LONGEST_NUMBER, Settlement, fault_of, subject_of
from bursar.domain.plan import Blocked
from bursar.ports import Books, Clock
from bursar.store.models import Book, Connection
from bursar.store.queries.chunks import chunks
from bursar.usecases.books import books_of
from bursar.usecases.keep_settlements import keep_settlements
from bursar.usecases.ledger_exceptions import Found
from bursar.usecases.watch import Watch

OVERLAP = timedelta(minutes=5)
"""Read again each time: clocks differ, and a change may become visible late. What was read before changes nothing."""

INVOICES_AT_ONCE = 200


def book_subject(book: Book) -> str:
    """What exceptions about the payments of a whole book are called."""
    return f"book:{book.name}"


class PaymentPull:
    """One pull over all books of a connection that can tell payments."""

    def __init__(
        self, connection: Connection, adapters: Mapping[int, Books], clock: Clock, *, everything: bool = False
    ) -> None:
        self._connection = connection
        self._adapters = adapters
        self._clock = clock
        self._everything = everything
        self._read_to: dict[int, datetime] = {}
        self.told: set[int] = set()
        """Ids of the rows that some book spoke of."""
        self.found: list[Found] = []
        """Books that cannot be read, and payments that belong to no invoice."""
        self.unread: list[str] = []
        """Subjects of books that could not be read to their end."""
        self.stopped = False

    def read(self, watch: Watch) -> None:
        """Keep what each book says, until the run is stopped."""
        for book in books_of(self._connection):
            adapter = self._adapters.get(book.pk)  # none: somebody added the book since the run began
            if self.stopped or adapter is None or not adapter.traits.can(Capability.PAYMENTS):
                continue
            began = self._clock.now()
            try:
                self._read(book, adapter, watch)
            except RemoteError as error:
                self.unread.append(book_subject(book))
                self.found.append(Found(_unreachable(book, error), book.name))
            else:
                self._read_to[book.pk] = began

    def move_cursors(self) -> None:
        """The next pull goes on from here; call once everything that was read is dealt with."""
        for pk, instant in self._read_to.items():
            Book.objects.filter(pk=pk).update(payments_read_to=instant)

    def _read(self, book: Book, adapter: Books, watch: Watch) -> None:
        known = None if self._everything else book.payments_read_to
        for some in chunks(adapter.settlements(known - OVERLAP if known else None), INVOICES_AT_ONCE):
            if watch.stopped():
                self.stopped = True
                return
            self._keep(book, some)

    def _keep(self, book: Book, items: Sequence[Settlement | Blocked]) -> None:
        told: dict[str, Settlement | Blocked] = {}
        for item in map(_checked, items):
            number = item.number if isinstance(item, Settlement) else next(iter(item.lines), "")
            if number and len(number) <= LONGEST_NUMBER:
                told[number] = item
            elif isinstance(item, Blocked):
                self.found.append(Found(replace(item, subject=f"{book_subject(book)}:{item.subject}"), book.name))
        self.told |= keep_settlements(self._connection, book, told, self._clock.now())


def _checked(item: Settlement | Blocked) -> Settlement | Blocked:
    """The settlement, unless it cannot be used at all."""
    if isinstance(item, Blocked) or not (fault := fault_of(item)):
        return item
    return Blocked(
        subject_of(item.number[:LONGEST_NUMBER]),
        "settlement_unusable",
        f"What the books say was paid on invoice '{item.number[:40]}' cannot be used: {fault}.",
        "Correct it in the books; until then, nothing is changed on the invoice.",
        (item.number,),
    )


def _unreachable(book: Book, error: RemoteError) -> Blocked:
    return Blocked(
        book_subject(book),
        "book_unreachable",
        f"The payments of {book.name} cannot be read: {error.sentence}",
        error.remedy or "Test the book on Ledger › Books, then run again.",
    )
