"""A book that refuses in the midst of a run holds up its own documents: no other book, and not ConnectWise."""

from contextlib import closing

from bursar.domain.errors import Rejected, RemoteError, WrongKey
from bursar.ports import Books
from bursar.store.models import Book, LedgerDocument, Run
from bursar.usecases.book_routes import NewRoute, add_route
from bursar.usecases.runs import VOID_DOCUMENTS
from bursar.usecases.void_documents import void_request
from bursar.wiring import books_adapter
from tests.usecases.ledger.test_loop import INVOICES, undo_all
from tests.usecases.ledger.world import LedgerWorld, entry_ids

State = LedgerDocument.State


REFUSED = WrongKey("The books refuse the password.", remedy="Enter the new password of the book.")


class RefusingBooks:
    """Books whose password is changed: from then on the questions named here are refused."""

    def __init__(self, books: Books, *names: str, error: RemoteError = REFUSED) -> None:
        self._books = books
        self._names = names
        self._error = error

    def __getattr__(self, name: str) -> object:
        if name in self._names:
            raise self._error
        return getattr(self._books, name)


def two_books(ledger: LedgerWorld) -> tuple[Book, Book]:
    main, other = ledger.book(), ledger.book("Other")
    add_route(ledger.connection, NewRoute(other, number_prefixes=["10080", "10081"]))
    add_route(ledger.connection, NewRoute(main))
    return main, other


def must_have_gone_on(ledger: LedgerWorld, run: Run) -> None:
    assert run.state == Run.State.DONE
    ledger.connection.refresh_from_db()
    assert ledger.connection.connected, "ConnectWise has nothing to do with it"


def test_a_book_that_takes_no_more_stops_no_other(ledger: LedgerWorld) -> None:
    _, other = two_books(ledger)
    with closing(books_adapter(other)) as books:
        ledger.adapters = {other.pk: RefusingBooks(books, "send")}  # type: ignore[dict-item]
        run = ledger.post(INVOICES)
    ledger.adapters = {}
    must_have_gone_on(ledger, run)
    assert ledger.documents(State.BATCHED).count() == 3
    held = list(ledger.documents(State.READY).filter(family="invoices").order_by("number"))
    assert [row.number for row in held] == ["10080", "10081"]
    assert {key for keys in ledger.exceptions().values() for key in keys} >= {row.key for row in held}
    ledger.post(INVOICES)
    assert ledger.documents(State.BATCHED).count() == 5


def test_what_cannot_be_read_back_is_not_batched_and_stops_no_other(ledger: LedgerWorld) -> None:
    _, other = two_books(ledger)
    with closing(books_adapter(other)) as books:
        ledger.adapters = {other.pk: RefusingBooks(books, "documents")}  # type: ignore[dict-item]
        run = ledger.post(INVOICES)
    ledger.adapters = {}
    must_have_gone_on(ledger, run)
    unread = list(ledger.documents(State.POSTED))
    assert sorted(row.number for row in unread) == ["10080", "10081"]
    assert sorted(ledger.exceptions()["book_unreachable"]) == sorted(row.key for row in unread)
    assert entry_ids(unread).isdisjoint(set().union(*ledger.batched_entries().values()))
    journal = ledger.journal(other)
    ledger.post(INVOICES)
    assert ledger.documents(State.BATCHED).count() == 5
    assert ledger.journal(other) == journal


def test_taking_back_goes_on_in_the_other_book(ledger: LedgerWorld) -> None:
    _, other = two_books(ledger)
    ledger.post(INVOICES)
    undo_all(ledger)
    asked = void_request(ledger.documents(State.POSTED))
    for names in (("info",), ("documents",)):
        with closing(books_adapter(other)) as books:
            ledger.adapters = {other.pk: RefusingBooks(books, *names)}  # type: ignore[dict-item]
            run = ledger.carry(VOID_DOCUMENTS, asked)
        ledger.adapters = {}
        must_have_gone_on(ledger, run)
        assert run.counts["blocked"] == 2
        assert run.notes.filter(code="book_unreachable").count() == 2
    assert ledger.documents(State.VOIDED).count() == 3
    ledger.carry(VOID_DOCUMENTS, asked)
    assert ledger.documents(State.VOIDED).count() == 5


def test_a_document_that_is_refused_is_counted_once(ledger: LedgerWorld) -> None:
    _, other = two_books(ledger)
    with closing(books_adapter(other)) as books:
        refused = Rejected("The period is closed.", remedy="Open it.")
        ledger.adapters = {other.pk: RefusingBooks(books, "send", error=refused)}  # type: ignore[dict-item]
        run = ledger.post(INVOICES)
    left_out = 3
    assert (run.counts["create"], run.counts["failed"], run.counts["blocked"]) == (3, 2, left_out)
    assert len(ledger.exceptions()["rejected"]) == 2


def test_costs_apart_are_not_missed_while_their_book_cannot_be_read(ledger: LedgerWorld) -> None:
    book = ledger.book(cogs_apart="yes")
    ledger.post(INVOICES)
    undo_all(ledger)
    with closing(books_adapter(book)) as books:
        ledger.adapters = {book.pk: RefusingBooks(books, "info")}  # type: ignore[dict-item]
        ledger.export()
    assert "gone_from_connectwise" not in ledger.exceptions()
    assert len(ledger.exceptions()["book_unreachable"]) == 12
