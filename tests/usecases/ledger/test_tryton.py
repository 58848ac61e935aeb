"""The whole ledger journey with a real accounting engine: killed again and again, each document is there once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bursar.ports import Books
from bursar.store.models import Book, BookBalance, BookCode, LedgerDocument
from bursar.usecases.book_codes import map_code
from bursar.usecases.books import NewBook, add_book
from bursar.usecases.ledger_wish import ledger_wish
from bursar.wiring import books_adapter, connectwise
from tests.connectors.books.tryton import company
from tests.tryton_server import TrytonServer
from tests.usecases.ledger.dying import Boundary, DyingBooks, DyingTransport, Killed
from tests.usecases.ledger.world import LedgerWorld, entry_ids

pytestmark = [pytest.mark.tryton, pytest.mark.long]

State = LedgerDocument.State
WISH = ledger_wish(["invoices"], thru="2026-10-29")
"""Three invoices in USD; a fourth one in CAD, which the book does not take."""
TARGETS = {"11": "1200", "13": "1400", "20": "2000", "22": "2200", "40": "4400", "44": "4000", "54": "5000"}
"""The MSP's accounts, by their first two digits, and what the accountant calls them in Tryton."""


@pytest.fixture
def engine(ledger: LedgerWorld, tryton: TrytonServer) -> Book:
    """A book in Tryton, whose codes an accountant has mapped after a first look at the export."""
    place = {"url": tryton.url, "database": tryton.database, "user": company.USER}
    policy = {"create_parties": "yes", "cogs_apart": "yes", "currency": "USD"}
    book = add_book(ledger.connection, NewBook("Engine", Book.Kind.TRYTON, place, company.PASSWORD, policy))
    ledger.export(WISH)
    assert not ledger.documents(State.READY), "nothing is posted on accounts that the engine does not have"
    for code in BookCode.objects.filter(book=book):
        target = "Net 30" if code.kind == "term" else TARGETS.get(code.source[:2], "")
        if code.kind in {"account", "term"} and target:
            map_code(book, code.kind, code.source, target, ledger.clock.now())
    return book


@contextmanager
def dying(ledger: LedgerWorld, book: Book, boundary: Boundary) -> Iterator[Books]:
    """Everything that Bursar talks to goes away at the boundary."""
    psa = ledger.psa
    with (
        closing(books_adapter(book)) as books,
        connectwise(ledger.connection, DyingTransport(ledger.sandbox, boundary), ledger.clock) as other,
    ):
        ledger.psa, ledger.adapters = other, {book.pk: DyingBooks(books, boundary)}
        try:
            yield books
        finally:
            ledger.psa, ledger.adapters = psa, {}


def test_killed_again_and_again_each_document_is_in_the_engine_once(
    ledger: LedgerWorld, engine: Book, tryton: TrytonServer
) -> None:
    deaths, nth = 0, 1
    while deaths == nth - 1:
        with dying(ledger, engine, Boundary(nth)):
            try:
                run = ledger.post(WISH)
            except Killed:
                deaths += 1
        nth += 1
    assert deaths > 2
    assert run.verdict == "balanced"
    batched = list(ledger.documents(State.BATCHED).exclude(kind="cogs_journal"))
    assert {row.number for row in batched} == {"10079", "10080", "10081"}
    invoices = tryton.admin.find("account.invoice", [["type", "=", "out"]], "reference", "state", "total_amount")
    assert sorted((each["reference"], each["state"]) for each in invoices) == [
        *(("10079", "posted"), ("10080", "posted"), ("10081", "posted"))
    ]
    assert {each["reference"]: each["total_amount"] for each in invoices} == {row.number: row.total for row in batched}
    entries = set().union(*(ids for key, ids in ledger.batched_entries().items() if key > 2))
    assert entries == entry_ids(batched)
    assert {row.code for row in ledger.documents(State.BLOCKED)} == {"other_currency"}
    balances = list(BookBalance.objects.filter(book=engine))
    assert balances
    assert all(row.ours == row.theirs for row in balances), [str(row) for row in balances if row.ours != row.theirs]


def test_a_closed_account_holds_up_its_own_documents_only(
    ledger: LedgerWorld, engine: Book, tryton: TrytonServer
) -> None:
    [account] = tryton.admin.find("account.account", [["code", "=", "4400"]], "id")
    tryton.admin("model.account.account.write", [account["id"]], {"closed": True})
    ledger.post(WISH)
    refused = ledger.documents(State.BLOCKED).filter(code="code_unusable")
    assert {row.number for row in refused} == {"10079", "10080"}, "the third one does not use that account"
    assert all("account 4400" in row.sentence and row.remedy for row in refused)
    batched = list(ledger.documents(State.BATCHED).exclude(kind="cogs_journal"))
    entries = set().union(*(ids for key, ids in ledger.batched_entries().items() if key > 2))
    assert entries == entry_ids(batched)
    assert [row.number for row in batched] == ["10081"]
