"""What becomes of batches: refused, not as meant, by hand over midnight; and documents that somebody else batched."""

from collections.abc import Callable
from threading import Lock

import pytest

from bursar.ports import Accounting
from bursar.store.models import LedgerBatch, LedgerDocument, Run, RunNote
from bursar.store.queries.period_totals import period_totals
from bursar.usecases.batch_by_hand import update_request
from bursar.usecases.book_routes import NewRoute, add_route
from bursar.usecases.runs import UPDATE_BATCH, VOID_DOCUMENTS, request_run
from bursar.usecases.void_documents import void_request
from bursar.wiring import books_adapter
from psa_sandbox.state.ledger.batches import BatchWish, create_batch, unbatch
from tests.usecases.ledger.test_loop import INVOICES, ours, undo_all
from tests.usecases.ledger.world import LedgerWorld, entry_ids

State = LedgerDocument.State


def their_batch(ledger: LedgerWorld, ids: set[int], name: str = "M-0411") -> None:
    """A colleague batches these entries on a screen."""
    create_batch(ledger.store, BatchWish(name, frozenset({"invoice"}), tuple(ids)), "tlarsen")


class WhileTheyWork:
    """Books during whose first write a colleague does something in ConnectWise."""

    def __init__(self, ledger: LedgerWorld, ids: set[int]) -> None:
        (book,) = ledger.connection.books.all()
        self._books = books_adapter(book)
        self._ids = ids
        self._ledger = ledger
        self._first = Lock()  # writes leave in several threads
        ledger.adapters = {book.pk: self}  # type: ignore[dict-item]  # everything else is passed on

    def __getattr__(self, name: str) -> object:
        if name == "send" and self._first.acquire(blocking=False):
            their_batch(self._ledger, self._ids)
        return getattr(self._books, name)


def test_a_batch_that_is_refused_is_told_and_made_by_the_next_run(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.export()
    theirs = ledger.documents().get(number="10080")
    books = WhileTheyWork(ledger, entry_ids([theirs]))
    run = ledger.post(INVOICES)
    books.close()  # type: ignore[operator]
    ledger.adapters = {}
    assert (run.verdict, run.result["balanced"]) == ("1 batch not made", False)
    assert (run.counts["failed"], run.counts["batches"]) == (1, 0)
    note = run.notes.get(kind=RunNote.Kind.ERROR)
    assert note.code == "batch_not_made"
    assert "is in batch M-0411" in note.sentence
    assert "Run again" in note.remedy
    assert ledger.documents(State.POSTED).count() == 5
    run = ledger.post()
    assert run.verdict == "balanced"
    theirs.refresh_from_db()
    assert (theirs.state, str(theirs.batch)) == (State.BATCHED, "M-0411")
    assert not ledger.documents(State.POSTED)


class UnbatchingPsa:
    """ConnectWise where a colleague unbatches an invoice just before a batch is read back."""

    def __init__(self, ledger: LedgerWorld, invoice: int) -> None:
        self._ledger, self._psa, self._invoice = ledger, ledger.psa, invoice
        ledger.psa = self  # type: ignore[assignment]  # everything else is passed on

    def __getattr__(self, name: str) -> object:
        return getattr(self._psa, name)

    @property
    def accounting(self) -> object:
        return UnbatchingAccounting(self._psa.accounting, self._unbatch)

    def _unbatch(self) -> None:
        unbatch(
            self._ledger.store, "invoice", self._ledger.store.rows("ledgerInvoice", invoice=self._invoice), "tlarsen"
        )


class UnbatchingAccounting:
    def __init__(self, accounting: Accounting, first: Callable[[], None]) -> None:
        self._accounting, self._first = accounting, first

    def __getattr__(self, name: str) -> object:
        if name == "batch_entries":
            self._first()
        return getattr(self._accounting, name)


def test_a_batch_that_does_not_hold_what_it_should_is_in_the_verdict(ledger: LedgerWorld) -> None:
    """Complaint: a batch stays half open."""
    ledger.book()
    UnbatchingPsa(ledger, 80)
    run = ledger.post(INVOICES)
    assert (run.verdict, run.result["balanced"]) == ("1 batch not as meant", False)
    assert run.notes.get(kind=RunNote.Kind.ERROR).code == "batch_differs"
    assert not LedgerBatch.objects.get(ours=True).exact


@pytest.mark.parametrize("days", [0, 1])
def test_a_batch_by_hand_that_goes_on_the_next_day_is_made_once(ledger: LedgerWorld, days: int) -> None:
    ledger.book()
    ledger.export()
    invoice = ledger.documents().get(number="10081")
    run = request_run(ledger.connection, UPDATE_BATCH, update_request(invoice.entry_ids, ["invoices"]))
    ledger.carry_on(run)
    Run.objects.filter(pk=run.pk).update(state=Run.State.QUEUED)  # its process died before it could say so
    ledger.clock.sleep(days * 86_400)
    again = ledger.carry_on(Run.objects.get(pk=run.pk))
    assert (again.verdict, again.counts) == ("balanced", {"create": 1})
    assert len(ours(ledger)) == 1


def test_what_was_batched_before_it_could_be_taken_back_stays(ledger: LedgerWorld) -> None:
    """ConnectWise would believe for good that it is in the books."""
    book = ledger.book()
    ledger.post(INVOICES)
    undo_all(ledger)
    rows = ledger.documents().filter(number="10082")
    asked = void_request(rows)
    ledger.post(INVOICES)
    journal = ledger.journal(book)
    run = ledger.carry(VOID_DOCUMENTS, asked)
    assert run.counts["blocked"] == 1
    assert run.notes.get().code == "batched_meanwhile"
    assert ledger.journal(book) == journal
    row = rows.get()
    assert (row.state, row.voided) == (State.BATCHED, False)


def test_costs_apart_go_into_the_batch_of_their_invoice(ledger: LedgerWorld) -> None:
    ledger.book(cogs_apart="yes", batches="document")
    ledger.post(INVOICES)
    assert len(ours(ledger)) == 5
    assert not ledger.documents(State.POSTED)
    for costs in ledger.documents().filter(kind="cogs_journal"):
        assert costs.batch == ledger.documents().get(key=costs.key.removesuffix("-COGS")).batch


def test_what_others_batched_before_it_was_posted_is_seen(ledger: LedgerWorld) -> None:
    """It never reaches the books any more: reconciliation must say so."""
    ledger.book()
    ledger.export()
    theirs = ledger.documents().get(number="10082")
    their_batch(ledger, entry_ids([theirs]))
    ledger.post()
    theirs.refresh_from_db()
    assert (theirs.state, str(theirs.batch), theirs.is_delivered) == (State.BATCHED, "M-0411", False)
    assert "before it was posted" in theirs.sentence
    (total,) = (t for period in period_totals(ledger.connection) for t in period.totals if t.currency == "CAD")
    assert (total.batched, total.books, total.waiting) == (theirs.total, 0, theirs.total)


def test_what_is_excluded_and_batched_off_by_hand_is_no_difference(ledger: LedgerWorld) -> None:
    book = ledger.book()
    add_route(ledger.connection, NewRoute(reason="Till", number_prefixes=["10082"]))
    add_route(ledger.connection, NewRoute(book))
    ledger.export()
    excluded = ledger.documents().get(number="10082")
    ledger.carry(UPDATE_BATCH, update_request(excluded.entry_ids, ["invoices"]))
    excluded.refresh_from_db()
    assert excluded.state == State.BATCHED
    (total,) = (t for period in period_totals(ledger.connection) for t in period.totals if t.currency == "CAD")
    assert total.agrees
