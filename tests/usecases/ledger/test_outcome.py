"""What a posting came to, document by document: for the success file and the fail file."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family
from bursar.store.models import LedgerDocument, Run
from bursar.usecases.book_routes import NewRoute, add_route
from bursar.usecases.ledger_outcome import outcome_of
from bursar.usecases.ledger_wish import LedgerWish
from bursar.usecases.runs import POST_LEDGER, request_run
from tests.usecases.ledger.world import LedgerWorld

INVOICES = LedgerWish(families=frozenset({Family.INVOICES}))
CHOSEN, FOREIGN, EXCLUDED = {"10079", "10080"}, "10082", "10083"
"""Of five invoices: two that somebody agrees to, one in another currency, a credit memo that a rule excludes."""


@pytest.fixture
def posting(ledger: LedgerWorld) -> Run:
    """Two invoices are agreed to and posted, by a book that takes dollars only."""
    book = ledger.book(currency="USD")
    add_route(ledger.connection, NewRoute(reason="Credits are entered by hand.", kinds=["ar_credit"]))
    add_route(ledger.connection, NewRoute(book))
    ledger.export(INVOICES)
    return ledger.post_agreed(LedgerDocument.objects.filter(number__in=CHOSEN))


def reasons_by_number(run: Run, *, whole: bool) -> dict[str, str]:
    outcome = outcome_of(run, whole=whole)
    found = {row.number: outcome.reasons.get(row.key, "") for row in outcome.documents}
    assert len(outcome.reasons) == sum(bool(reason) for reason in found.values())
    return found


def test_only_what_was_agreed_to_is_told_of(posting: Run) -> None:
    assert reasons_by_number(posting, whole=False) == dict.fromkeys(CHOSEN, "")
    assert outcome_of(posting, whole=False).further == []


def test_a_whole_outcome_has_a_reason_for_everything_that_did_not_go(posting: Run) -> None:
    found = reasons_by_number(posting, whole=True)
    assert EXCLUDED not in found
    assert {number for number, reason in found.items() if not reason} == CHOSEN
    assert "CAD" in found[FOREIGN]
    assert found["10081"] == "It was not among the documents that were agreed to."
    further = {item.code for item in outcome_of(posting, whole=True).further}
    assert further == {"no_account_number", "no_gl_entries", "no_vendor_number"}


def test_a_write_that_the_books_refuse_is_a_reason(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.export(INVOICES)
    folder = ledger.folder / book.name.lower()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bursar.beancount").mkdir()  # where the journal should be
    run = ledger.post_agreed(LedgerDocument.objects.filter(number__in=CHOSEN))
    found = reasons_by_number(run, whole=False)
    assert found.keys() == CHOSEN
    assert all(found.values())


def test_other_runs_and_those_that_have_not_ended_have_none(ledger: LedgerWorld) -> None:
    ledger.book()
    exported = ledger.export(INVOICES)
    waiting = request_run(ledger.connection, POST_LEDGER, {})
    for run in (exported, waiting):
        with pytest.raises(InvalidInput):
            outcome_of(run, whole=True)
