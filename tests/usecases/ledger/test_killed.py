"""Killed at every boundary, answers lost after the write, the batch call lost: each document is in the books once.

And the batches hold exactly the confirmed entries, and what waits is exactly the rest. The same for Tryton in
`tests/connectors/books/tryton`.
"""

from contextlib import closing
from itertools import chain, repeat

import pytest

from bursar.store.models import BookBalance, LedgerDocument, Posting, Run
from bursar.usecases.ledger_wish import ledger_wish
from bursar.usecases.runs import POST_LEDGER, request_run
from bursar.wiring import books_adapter, connectwise
from psa_sandbox.state.ledger.entries import ENTRY
from tests.usecases.ledger.dying import Boundary, DyingBooks, DyingTransport, Killed
from tests.usecases.ledger.world import LedgerWorld, entry_ids

State = LedgerDocument.State
WISH = ledger_wish(["invoices"], thru="2026-10-29")
"""Four documents and one batch: 4 × 2 boundaries in the books, 2 in ConnectWise."""
BOUNDARIES = 10


def run_until_killed(ledger: LedgerWorld, boundary: Boundary) -> bool:
    """Whether it was killed on the way."""
    book = ledger.connection.books.get()
    psa = ledger.psa
    with connectwise(ledger.connection, DyingTransport(ledger.sandbox, boundary), ledger.clock) as dying:
        ledger.psa = dying
        with closing(books_adapter(book)) as books:  # a process that dies lets go of its locks
            ledger.adapters = {book.pk: DyingBooks(books, boundary)}
            try:
                ledger.post(WISH)
            except Killed:
                return True
            finally:
                ledger.psa, ledger.adapters = psa, {}
    return False


def must_be_whole(ledger: LedgerWorld) -> None:
    """Each document once in the books; the batches hold exactly their entries; exactly the rest waits."""
    book = ledger.connection.books.get()
    rows = list(ledger.documents(State.BATCHED))
    journal = ledger.journal(book)
    assert {row.number for row in rows} == {"10079", "10080", "10081", "10082"}
    for row in rows:
        assert journal.count(f'number: "{row.number}"') == 1, row.number
    batched = set(chain(*(ids for key, ids in ledger.batched_entries().items() if key > 2)))
    assert batched == entry_ids(rows)
    waiting = {int(str(entry["id"])) for entry in ledger.store.rows(ENTRY) if entry["batch"] is None}
    assert waiting.isdisjoint(batched)
    assert not Posting.objects.filter(state__in=Posting.OPEN).exists()
    assert all(row.ours == row.theirs for row in BookBalance.objects.filter(book=book))


@pytest.mark.parametrize("nth", range(1, BOUNDARIES + 1))
def test_killed_at_every_boundary(ledger: LedgerWorld, nth: int) -> None:
    ledger.book()
    boundary = Boundary(nth)
    assert run_until_killed(ledger, boundary), f"only {boundary.passed} boundaries"
    run = ledger.post(WISH)
    assert run.verdict == "balanced", boundary.names
    must_be_whole(ledger)


def test_there_is_no_boundary_that_is_not_tried(ledger: LedgerWorld) -> None:
    ledger.book()
    boundary = Boundary()
    assert not run_until_killed(ledger, boundary)
    assert boundary.passed == BOUNDARIES
    must_be_whole(ledger)


def test_killed_again_and_again(ledger: LedgerWorld) -> None:
    """Each attempt dies one boundary later than the one before; the last one comes through."""
    ledger.book()
    deaths = sum(run_until_killed(ledger, Boundary(nth)) for nth in range(1, BOUNDARIES + 1))
    assert deaths > 1
    ledger.post(WISH)
    must_be_whole(ledger)


def test_every_answer_of_the_books_is_lost(ledger: LedgerWorld) -> None:
    """Complaint: failure that leaves no trace: the row is written before the request leaves."""
    book = ledger.book()
    with closing(books_adapter(book)) as books:
        ledger.adapters = {book.pk: DyingBooks(books, Boundary(), deaf=repeat(object()))}
        run = ledger.post(WISH)
    ledger.adapters = {}
    assert run.verdict == "balanced"
    must_be_whole(ledger)


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "500", "429"])
def test_the_batch_call_is_lost(ledger: LedgerWorld, kind: str) -> None:
    ledger.book()
    ledger.fault(kind=kind, method="POST", route=r"/accounting/batches$", times=1, retry_after=1)
    ledger.post(WISH)
    ledger.sandbox.faults.clear()
    ledger.post(WISH)
    must_be_whole(ledger)
    assert len([key for key in ledger.batched_entries() if key > 2]) == 1


def test_two_runs_one_after_the_other_are_one_writer(ledger: LedgerWorld) -> None:
    """Complaint: run overlaps the next: the second one finds everything done."""
    ledger.book()
    ledger.post(WISH)
    ledger.post(WISH)
    must_be_whole(ledger)


def test_a_run_that_goes_on_counts_what_it_wrote_as_written(ledger: LedgerWorld) -> None:
    book = ledger.book()
    run = request_run(ledger.connection, POST_LEDGER, WISH.as_json())
    with closing(books_adapter(book)) as books:
        ledger.adapters = {book.pk: DyingBooks(books, Boundary(5))}
        with pytest.raises(Killed):
            ledger.carry_on(run)
    ledger.adapters = {}
    Run.objects.filter(pk=run.pk).update(state=Run.State.QUEUED)
    run = ledger.carry_on(Run.objects.get(pk=run.pk))
    assert (run.counts["create"], run.counts["leave"]) == (4, 0)
    must_be_whole(ledger)
