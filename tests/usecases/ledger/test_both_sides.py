"""Both sides after the fact: taken out of the books by hand, reopened, asked for in part, dated later than today."""

import re
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bursar.domain.books.present import Consent
from bursar.domain.period import Month
from bursar.store.models import BookBalance, LedgerBatch, LedgerDocument, LedgerRoute, UnpostedRecord
from bursar.store.queries.ledger_list import differing
from bursar.store.queries.period_totals import period_totals
from bursar.usecases.agree_documents import decide
from bursar.usecases.ledger_wish import ledger_wish
from bursar.usecases.runs import VOID_DOCUMENTS
from bursar.usecases.void_documents import void_request
from psa_sandbox.state.ledger.batches import unbatch
from psa_sandbox.state.record import number
from tests.sandbox.small_books import change
from tests.usecases.ledger.test_loop import INVOICES, erase, reopen_and_change, undo_all
from tests.usecases.ledger.world import LedgerWorld

State = LedgerDocument.State
ENTRIES = re.compile(r"/batches/(\d+)/entries$", re.IGNORECASE)


def test_a_document_that_was_deleted_and_posted_anew_counts_once(ledger: LedgerWorld) -> None:
    """Reconciliation would differ for ever, by a document that is nowhere."""
    book = ledger.book()
    ledger.post_agreed_number("10080")
    undo_all(ledger)
    erase(book.place["folder"])
    run = ledger.post(INVOICES)
    assert run.verdict.startswith("Main differs on"), "as long as nobody has decided"
    decide(ledger.documents().get(number="10080"), Consent.REPOST)
    run = ledger.post(INVOICES)
    assert run.verdict == "balanced"
    assert all(row.ours == row.theirs for row in BookBalance.objects.filter(book=book))


def test_a_document_that_was_deleted_and_given_up_counts_no_more(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post_agreed_number("10080")
    undo_all(ledger)
    erase(book.place["folder"])
    run = ledger.carry(VOID_DOCUMENTS, void_request(ledger.documents().filter(number="10080")))
    assert run.verdict == "balanced"


def test_the_month_that_a_document_left_is_reconciled_too(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post_agreed_number("10082")
    assert BookBalance.objects.filter(book=book, period="2026-10", currency="CAD").exclude(ours=0)
    reopen_and_change(ledger, 82, date="2026-11-02T00:00:00Z")
    ledger.export()
    decide(ledger.documents().get(number="10082"), Consent.REPOST)
    ledger.export()
    ledger.post_agreed(ledger.documents().filter(number="10082"))
    balances = BookBalance.objects.filter(book=book, currency="CAD").exclude(ours=0, theirs=0)
    assert {row.period for row in balances} == {str(Month(2026, 11))}
    assert all(row.ours == row.theirs for row in balances)


def waiting_in_connectwise(ledger: LedgerWorld) -> dict[tuple[str, str, str], Decimal]:
    return {
        (period.period, total.family, total.currency): total.connectwise
        for period in period_totals(ledger.connection)
        for total in period.totals
    }


def test_an_export_in_part_counts_nothing_twice(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.export()
    whole = waiting_in_connectwise(ledger)
    wanted = UnpostedRecord.objects.get(connection=ledger.connection, number="10081").unposted_id
    for part in (
        ledger_wish(["invoices"], included={"invoices": [wanted]}),
        ledger_wish(["invoices", "procurement"], thru="2026-10-20"),
        ledger_wish(location="Madison"),
        ledger_wish(),
    ):
        ledger.export(part)
        assert waiting_in_connectwise(ledger) == whole


def test_what_is_dated_later_than_today_is_neither_wrong_nor_gone(ledger: LedgerWorld) -> None:
    """An export that names no day goes up to today."""
    ledger.book()
    ledger.export()
    known = ledger.exceptions()
    reopen_and_date(ledger, 82, "2026-12-01T00:00:00Z")
    ledger.export(ledger_wish(thru="2026-12-31"))
    invoice = ledger.documents().get(number="10082")
    assert invoice.state == State.READY
    ledger.export()
    assert ledger.exceptions() == known
    invoice.refresh_from_db()
    assert invoice.state == State.READY
    row = UnpostedRecord.objects.get(connection=ledger.connection, number="10082")
    assert (row.code, row.document) == ("after_thru_date", invoice)


def test_what_is_dated_later_is_posted_once_somebody_agrees(ledger: LedgerWorld) -> None:
    ledger.book()
    reopen_and_date(ledger, 82, "2026-12-01T00:00:00Z")
    ledger.export(ledger_wish(thru="2026-12-31"))
    run = ledger.post_agreed(ledger.documents().filter(number="10082"))
    assert run.counts["create"] == 1
    assert ledger.documents(State.BATCHED).get().number == "10082"


def reopen_and_date(ledger: LedgerWorld, invoice_id: int, day: str) -> None:
    (document,) = ledger.store.rows("ledgerInvoice", invoice=invoice_id)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    closed = ledger.store.get("invoice", invoice_id)
    assert closed is not None
    open_status = next(row for row in ledger.store.rows("billingStatus") if not row.get("closedFlag"))
    change(ledger.store, "invoice", invoice_id, {"status": {"id": open_status["id"]}, "date": day})
    change(ledger.store, "invoice", invoice_id, {"status": closed["status"]})


def test_costs_of_an_invoice_that_is_gone_need_a_person(ledger: LedgerWorld) -> None:
    """They are a journal of their own, which no list of ConnectWise knows."""
    ledger.book(cogs_apart="yes")
    ledger.post()
    (document,) = ledger.store.rows("ledgerInvoice", invoice=80)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    ledger.export()
    open_status = next(row for row in ledger.store.rows("billingStatus") if not row.get("closedFlag"))
    change(ledger.store, "invoice", 80, {"status": {"id": open_status["id"]}})
    ledger.export()
    invoice = ledger.documents().get(number="10080")
    costs = ledger.documents().get(key=f"{invoice.key}-COGS")
    assert ledger.exceptions()["gone_from_connectwise"] == [invoice.key, costs.key]
    ledger.carry(VOID_DOCUMENTS, void_request(ledger.documents().filter(pk__in=[invoice.pk, costs.pk])))
    ledger.export()
    assert "gone_from_connectwise" not in ledger.exceptions()


def test_costs_are_never_posted_to_a_second_book(ledger: LedgerWorld) -> None:
    main = ledger.book(cogs_apart="yes")
    route = LedgerRoute.objects.create(connection=ledger.connection, position=1, book=main)
    ledger.post(INVOICES)
    undo_all(ledger)
    ledger.carry(VOID_DOCUMENTS, void_request(ledger.documents().exclude(kind="cogs_journal").exclude(marker="")))
    route.book = ledger.book("Other", cogs_apart="yes")
    route.save()
    ledger.post(INVOICES)
    assert len(ledger.exceptions()["in_other_book"]) == 5
    assert "deleted_in_books" not in ledger.exceptions()


def test_what_is_gone_is_not_looked_for_in_every_batch_of_ours(ledger: LedgerWorld) -> None:
    """It stays open until a person decides: each export would ask for all batches that were ever made."""
    ledger.book(batches="document")
    ledger.post()
    (document,) = ledger.store.rows("ledgerInvoice", invoice=80)
    unbatch(ledger.store, "invoice", [document], "tlarsen")
    open_status = next(row for row in ledger.store.rows("billingStatus") if not row.get("closedFlag"))
    change(ledger.store, "invoice", 80, {"status": {"id": open_status["id"]}})
    ledger.export()
    assert ledger.exceptions()["gone_from_connectwise"]
    for row in ledger.store.rows("batch"):  # so that none is watched
        ledger.store.replace("batch", number(row, "id"), {**row, "closedFlag": True}, by="tlarsen")
    ledger.export()
    ledger.sandbox.journal.clear()
    with CaptureQueriesContext(connection) as asked:
        ledger.export()
    looked_into = {int(found[1]) for entry in ledger.sandbox.journal.entries() if (found := ENTRIES.search(entry.path))}
    batches = LedgerBatch.objects.filter(connection=ledger.connection, ours=True)
    ids = set(ledger.documents().get(number="10080").entry_ids)
    (held_it,) = (row.remote_id for row in batches if ids.intersection(row.entry_ids))
    assert looked_into.intersection(batches.values_list("remote_id", flat=True)) == {held_it}
    assert not [query for query in asked if query["sql"].startswith('UPDATE "store_ledgerbatch"')], "nothing changed"


def test_what_was_accepted_in_the_books_is_no_consent_to_what_changes_later(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post_agreed_number("10082")
    undo_all(ledger)
    renumber(book.place["folder"], "10082", "10082-A")
    ledger.export()
    invoice = ledger.documents().get(number="10082")
    assert invoice.code == "changed_in_books"
    decide(invoice, Consent.ACCEPT)
    ledger.export()
    ledger.post_agreed(ledger.documents().filter(pk=invoice.pk))
    invoice.refresh_from_db()
    assert invoice.state == State.BATCHED
    undo_all(ledger)
    renumber(book.place["folder"], "10082-A", "10082-B")
    ledger.post(INVOICES)
    assert ledger.exceptions()["changed_in_books"] == [invoice.key]


def renumber(folder: str, before: str, after: str) -> None:
    """Somebody gives the document another number in the books."""
    (path,) = Path(folder).glob("*.beancount")
    text = path.read_text(encoding="utf-8")
    assert f'number: "{before}"' in text
    path.write_text(text.replace(f'number: "{before}"', f'number: "{after}"'), encoding="utf-8")


def test_an_export_compares_what_is_batched_long_since(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post(INVOICES)
    assert ledger.export(INVOICES).verdict == "3 not exported"
    for path in Path(book.place["folder"]).glob("bursar.*"):
        path.write_text(path.read_text(encoding="utf-8").replace(" 2414.38 USD", " 2415.38 USD"), encoding="utf-8")
    run = ledger.export(INVOICES)
    assert run.verdict == "3 not exported; Main differs on 1 account"
    (row,) = differing(BookBalance.objects.filter(book=book))
    assert (row.account, row.difference) == ("1100", Decimal(1))
    note = run.notes.get(code="books_differ")
    assert "somebody changed one of these documents there" in note.remedy
