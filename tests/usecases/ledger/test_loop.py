"""From what waits in ConnectWise to balanced books and exact batches."""

from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from bursar.domain.books.present import Consent
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family
from bursar.store.models import BookBalance, BookCode, LedgerBatch, LedgerDocument, LedgerRoute, Run, UnpostedRecord
from bursar.usecases.agree_documents import decide
from bursar.usecases.batch_by_hand import undo_request, undo_warning, update_request
from bursar.usecases.book_codes import map_code
from bursar.usecases.books import set_book_settings
from bursar.usecases.ledger_outcome import outcome_of
from bursar.usecases.ledger_wish import ledger_wish
from bursar.usecases.runs import UNDO_BATCH, UPDATE_BATCH, VOID_DOCUMENTS
from bursar.usecases.void_documents import void_request
from bursar.wiring.files import ExportForm, outcome_files
from psa_sandbox.state.ledger.batches import rebatch, unbatch
from tests.sandbox.small_books import change
from tests.usecases.ledger.world import LedgerWorld, entry_ids

State = LedgerDocument.State
SEEDED = {1, 2}
"""Batches of September, which the MSP begins with."""
LEFT_OUT = {
    "no_vendor_number": ["expense:7"],
    "no_gl_entries": ["transaction:13", "transaction:14"],
    "no_account_number": ["transaction:84"],
}
"""What the MSP's data holds back on purpose."""
INVOICES = ledger_wish(["invoices"])


def ours(ledger: LedgerWorld) -> dict[int, set[int]]:
    return {key: ids for key, ids in ledger.batched_entries().items() if key not in SEEDED}


def test_an_export_shows_everything_and_writes_nothing(ledger: LedgerWorld) -> None:
    """Complaints: account number blank, the API exports nothing; GL entry missing, invoice stuck in unposted."""
    ledger.book()
    before = ledger.batched_entries()
    run = ledger.export()
    assert (run.state, run.verdict) == (Run.State.DONE, "12 to post, 4 not exported")
    assert ledger.batched_entries() == before
    assert not list(ledger.folder.rglob("*.beancount"))
    assert ledger.documents(State.READY).count() == 12
    assert ledger.exceptions() == LEFT_OUT
    waiting = UnpostedRecord.objects.filter(connection=ledger.connection)
    assert {row.family: 0 for row in waiting}.keys() == {family.value for family in Family}
    assert all(row.document_id for row in waiting if row.family != "expenses" and not row.code)
    invoice = ledger.documents().get(number="10079")
    assert invoice.source.startswith("{"), "the raw record is kept beside the document"
    assert '"documentNumber"' in invoice.source


def test_posting_batches_exactly_what_the_books_confirmed(ledger: LedgerWorld) -> None:
    book = ledger.book()
    run = ledger.post()
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    assert run.counts | {"blocked": 0} == {"create": 12, "leave": 0, "blocked": 0, "batches": 3}
    assert run.totals["planned"] == run.totals["posted"] == run.totals["read_back"]
    batched = list(ledger.documents(State.BATCHED))
    assert len(batched) == 12
    assert set().union(*ours(ledger).values()) == entry_ids(batched)
    assert ledger.journal(book).count("; begin bursar:d:") == 12
    assert {(b.identifier[:8], b.families) for b in LedgerBatch.objects.filter(ours=True)} == {
        ("Bursar I", "invoices"),
        ("Bursar E", "expenses"),
        ("Bursar P", "procurement"),
    }
    assert all(batch.exact for batch in LedgerBatch.objects.filter(ours=True))
    balances = BookBalance.objects.filter(book=book)
    assert balances.count() > 20
    assert all(row.ours == row.theirs for row in balances)
    left = UnpostedRecord.objects.filter(connection=ledger.connection)
    assert sorted(f"{row.record}:{row.unposted_id}" for row in left) == sorted(chain(*LEFT_OUT.values()))


def test_posting_again_writes_nothing(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post()
    journal, batches = ledger.journal(book), ledger.batched_entries()
    run = ledger.post()
    assert run.counts | {"blocked": 0} == {"leave": 0, "blocked": 0, "batches": 0}
    assert (ledger.journal(book), ledger.batched_entries()) == (journal, batches)


def test_only_what_was_agreed_to_is_posted_and_batched(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.export()
    run = ledger.post_agreed(ledger.documents().filter(number="10080"))
    assert run.counts["create"] == 1
    assert run.counts["not_selected"] == 11
    (entries,) = ours(ledger).values()
    assert entries == entry_ids([ledger.documents().get(number="10080")])
    assert ledger.documents(State.READY).count() == 11


def test_what_changed_since_it_was_shown_is_held_back(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.export()
    shown = ledger.documents().filter(number="10080")
    map_code(book, "account", "4400", "4499", ledger.clock.now())
    ledger.post_agreed(shown)
    assert ledger.exceptions()["changed_since_preview"] == [shown.get().key]
    assert not ours(ledger)
    ledger.export()
    ledger.post_agreed(shown)
    assert "changed_since_preview" not in ledger.exceptions()
    assert "Income:4499" in ledger.journal(book)


def test_a_document_changed_in_connectwise_is_taken_back_and_posted_anew_only_with_consent(
    ledger: LedgerWorld,
) -> None:
    """Complaints: edited or deleted in ConnectWise after posting; duplicates after unbatch and rebatch."""
    book = ledger.book()
    ledger.post(INVOICES)
    invoice = ledger.documents().get(number="10080")
    reopen_and_change(ledger, 80, reference="Branch office, corrected")
    ledger.post(INVOICES)
    assert ledger.exceptions()["changed_in_connectwise"] == [invoice.key]
    assert ledger.journal(book).count('number: "10080"') == 1
    invoice.refresh_from_db()
    assert (invoice.state, invoice.batch) == (State.BLOCKED, None)
    decide(invoice, Consent.REPOST)
    run = ledger.post(INVOICES)
    assert run.verdict == "balanced"
    invoice.refresh_from_db()
    assert (invoice.state, invoice.generation, invoice.consent) == (State.BATCHED, 1, "")
    assert ledger.journal(book).count('number: "10080"') == 3, "the old one, its reversal, and the new one"
    assert all(row.ours == row.theirs for row in BookBalance.objects.filter(book=book))
    assert "changed_in_connectwise" not in ledger.exceptions()


def reopen_and_change(ledger: LedgerWorld, invoice_id: int, **values: str) -> None:
    """A colleague unbatches the invoice, opens it, changes it, and closes it again: it gets new GL entries."""
    store = ledger.store
    (document,) = store.rows("ledgerInvoice", invoice=invoice_id)
    unbatch(store, "invoice", [document], "tlarsen")
    closed = store.get("invoice", invoice_id)
    assert closed is not None
    open_status = next(row for row in store.rows("billingStatus") if not row.get("closedFlag"))
    change(store, "invoice", invoice_id, {"status": {"id": open_status["id"]}, **values})
    change(store, "invoice", invoice_id, {"status": closed["status"]})


def test_an_unbatched_document_is_batched_again_and_not_posted_again(ledger: LedgerWorld) -> None:
    """Complaint: duplicates after unbatch and rebatch."""
    book = ledger.book()
    ledger.post(INVOICES)
    journal = ledger.journal(book)
    (document,) = ledger.store.rows("ledgerInvoice", invoice=80)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    run = ledger.post(INVOICES)
    assert run.counts["leave"] == 1
    assert ledger.journal(book) == journal
    assert ledger.documents().get(number="10080").state == State.BATCHED


def test_rebatched_by_hand_is_seen_to_be_batched(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.post()
    (document,) = ledger.store.rows("ledgerInvoice", invoice=80)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    ledger.export()
    assert ledger.documents().get(number="10080").state == State.POSTED
    rebatch(ledger.store, "invoice", ledger.store.rows("ledgerInvoice", invoice=80), "tlarsen")
    ledger.export()
    assert ledger.documents().get(number="10080").state == State.BATCHED


def test_a_posted_document_that_connectwise_deleted_needs_a_person(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.post()
    (document,) = ledger.store.rows("ledgerInvoice", invoice=80)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    open_status = next(row for row in ledger.store.rows("billingStatus") if not row.get("closedFlag"))
    change(ledger.store, "invoice", 80, {"status": {"id": open_status["id"]}})
    ledger.export()
    assert ledger.exceptions()["gone_from_connectwise"] == [ledger.documents().get(number="10080").key]


def test_a_document_deleted_in_the_books_waits_and_is_never_batched(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post_agreed_number("10080")
    undo_all(ledger)
    erase(book.place["folder"])
    ledger.post(INVOICES)
    invoice = ledger.documents().get(number="10080")
    assert ledger.exceptions()["deleted_in_books"] == [invoice.key]
    assert entry_ids([invoice]).isdisjoint(set().union(*ours(ledger).values()))
    decide(invoice, Consent.REPOST)
    ledger.post(INVOICES)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.generation) == (State.BATCHED, 1)


def erase(folder: str) -> None:
    """Somebody cuts the one entry out of both journals."""
    for path in Path(folder).glob("bursar.*"):
        text = path.read_text(encoding="utf-8")
        start, end = text.index("; begin "), text.index("\n", text.index("; end ")) + 1
        path.write_text(text[:start] + text[end:], encoding="utf-8")


def undo_all(ledger: LedgerWorld) -> None:
    for batch in LedgerBatch.objects.filter(ours=True, state=LedgerBatch.State.OPEN):
        ledger.carry(UNDO_BATCH, undo_request(batch))


def test_undoing_a_batch_says_what_lives_on_and_leaves_the_books_alone(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post(INVOICES)
    batch = LedgerBatch.objects.get(ours=True)
    warning = undo_warning(batch)
    assert warning.startswith("5 documents of it live on in Main")
    theirs = LedgerBatch.objects.filter(ours=False).first()
    assert theirs is not None
    assert undo_warning(theirs).endswith("posted from here, they would be there twice.")
    journal = ledger.journal(book)
    run = ledger.carry(UNDO_BATCH, undo_request(batch))
    assert run.verdict == "balanced"
    batch.refresh_from_db()
    assert batch.state == LedgerBatch.State.UNDONE
    assert not ours(ledger)
    assert ledger.documents(State.POSTED).count() == 5
    assert ledger.journal(book) == journal
    with pytest.raises(InvalidInput, match="undone already"):
        undo_request(batch)
    ledger.post(INVOICES)
    assert ledger.journal(book) == journal
    assert ledger.documents(State.BATCHED).count() == 5


def test_a_batch_closed_in_connectwise_refuses_in_a_sentence(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.post(INVOICES)
    batch = LedgerBatch.objects.get(ours=True)
    row = ledger.store.get("batch", batch.remote_id)
    assert row is not None
    ledger.store.replace("batch", batch.remote_id, {**row, "closedFlag": True}, by="tlarsen")
    run = ledger.carry(UNDO_BATCH, undo_request(batch))
    assert "closed" in run.verdict
    assert ours(ledger)
    ledger.export()
    batch.refresh_from_db()
    assert batch.state == LedgerBatch.State.CLOSED


def test_an_empty_update_is_refused_here_and_not_by_the_server() -> None:
    with pytest.raises(InvalidInput, match="not one GL entry id"):
        update_request([], [])


def test_a_batch_from_ids_takes_records_out_without_posting_them(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.export()
    invoice = ledger.documents().get(number="10081")
    run = ledger.carry(UPDATE_BATCH, update_request(invoice.entry_ids, ["invoices"], "M-20261102"))
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    assert list(ours(ledger).values()) == [set(invoice.entry_ids)]
    ledger.post()
    assert '"10081"' not in ledger.journal(book)
    invoice.refresh_from_db()
    assert invoice.state == State.BATCHED
    again = ledger.carry(UPDATE_BATCH, update_request([999_999], ["invoices"]))
    assert again.counts["failed"] == 1
    assert again.verdict


def test_documents_are_taken_back_only_when_they_are_in_no_batch(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post(INVOICES)
    rows = ledger.documents().filter(number="10082")
    with pytest.raises(InvalidInput, match="is in the batch"):
        void_request(rows)
    undo_all(ledger)
    run = ledger.carry(VOID_DOCUMENTS, void_request(rows))
    assert run.verdict == "balanced"
    row = rows.get()
    assert (row.state, row.voided) == (State.VOIDED, True)
    assert not BookBalance.objects.filter(book=book, currency="CAD").exclude(ours=0)
    ledger.post(INVOICES)
    row.refresh_from_db()
    assert (row.state, row.generation) == (State.BATCHED, 1)


def test_a_refused_document_stops_no_other_and_is_not_batched(ledger: LedgerWorld) -> None:
    book = ledger.book()
    set_book_settings(book, {"closed_through": "2026-10-27"})
    run = ledger.post(INVOICES)
    assert run.counts["create"] == 4
    blocked = ledger.documents(State.BLOCKED).get()
    assert (blocked.number, blocked.code) == ("10079", "closed_period")
    assert entry_ids([blocked]).isdisjoint(set().union(*ours(ledger).values()))
    set_book_settings(book, {"closed_periods": "move"})
    ledger.post(INVOICES)
    blocked.refresh_from_db()
    assert (blocked.state, blocked.delivered_day) == (State.BATCHED, date(2026, 10, 28))


def test_two_books_never_mix(ledger: LedgerWorld) -> None:
    main, canada = ledger.book(), ledger.book("Canada", currency="CAD")
    LedgerRoute.objects.create(
        connection=ledger.connection, position=1, book=canada, conditions={"number_prefixes": ["10082"]}
    )
    LedgerRoute.objects.create(
        connection=ledger.connection, position=2, reason="Till", conditions={"number_prefixes": ["10081"]}
    )
    LedgerRoute.objects.create(connection=ledger.connection, position=3, book=main)
    ledger.post(INVOICES)
    assert 'number: "10082"' in ledger.journal(canada)
    assert "USD" not in ledger.journal(canada)
    assert 'number: "10082"' not in ledger.journal(main)
    excluded = ledger.documents(State.EXCLUDED).get()
    assert (excluded.number, excluded.sentence) == ("10081", "Till")
    assert len(ours(ledger)) == 2, "one batch for each book"
    assert entry_ids([excluded]).isdisjoint(set().union(*ours(ledger).values()))


def test_a_rerouted_document_is_never_posted_to_a_second_book(ledger: LedgerWorld) -> None:
    main = ledger.book()
    route = LedgerRoute.objects.create(connection=ledger.connection, position=1, book=main)
    ledger.post(INVOICES)
    undo_all(ledger)
    route.book = ledger.book("Other")
    route.save()
    ledger.post(INVOICES)
    assert len(ledger.exceptions()["in_other_book"]) == 5
    assert not list((ledger.folder / "other").glob("*.beancount"))


def test_a_book_that_cannot_be_read_holds_up_its_own_documents_only(ledger: LedgerWorld) -> None:
    main, broken = ledger.book(), ledger.book("Broken")
    Path(broken.place["folder"]).parent.mkdir(exist_ok=True)
    Path(broken.place["folder"]).write_text("a file where the folder should be")
    LedgerRoute.objects.create(
        connection=ledger.connection, position=1, book=broken, conditions={"number_prefixes": ["10082"]}
    )
    LedgerRoute.objects.create(connection=ledger.connection, position=2, book=main)
    run = ledger.post(INVOICES)
    assert run.counts["create"] == 4
    assert len(ledger.documents(State.BATCHED)) == 4
    assert ledger.documents(State.BLOCKED).get().number == "10082"


def test_one_batch_for_each_document_when_the_book_wants_that(ledger: LedgerWorld) -> None:
    ledger.book(batches="document")
    ledger.post(INVOICES)
    assert len(ours(ledger)) == 5
    assert len({batch.identifier for batch in LedgerBatch.objects.filter(ours=True)}) == 5


def test_costs_apart_are_batched_with_their_invoice(ledger: LedgerWorld) -> None:
    book = ledger.book(cogs_apart="yes")
    run = ledger.post(INVOICES)
    assert run.verdict == "balanced"
    assert 'kind: "cogs_journal"' in ledger.journal(book)
    assert not ledger.documents(State.POSTED)
    assert all(row.ours == row.theirs for row in BookBalance.objects.filter(book=book))
    outcome = outcome_of(run, whole=True)
    assert "COGS" in ",".join(outcome.documents.values_list("key", flat=True))
    _, failed = outcome_files(outcome.documents, {}, (), ExportForm.CSV)
    assert len(list(failed)) == 1, "the headings: ConnectWise has no record of the costs that could be given out"


def test_without_a_book_the_first_thing_to_do_is_to_add_one(ledger: LedgerWorld) -> None:
    ledger.export(INVOICES)
    (told,) = {(row.code, row.remedy) for row in ledger.documents(State.BLOCKED)}
    assert told == ("no_route", "Add a book on Ledger › Books; a single one takes every document without a route.")


def test_codes_that_documents_use_are_kept_for_mapping(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.export()
    codes = BookCode.objects.filter(book=book)
    assert codes.get(kind="customer", source="CASTLEROCKMF").label == "Castle Rock Manufacturing"
    assert codes.filter(kind="account").count() > 15
    assert codes.filter(kind="tax").exists()
    assert not codes.filter(unusable=True), "the journal takes any code"
