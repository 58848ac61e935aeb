"""Reconciliation: ConnectWise = documents = books, month by month and account by account."""

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.period import Month
from bursar.store.models import Connection
from bursar.store.queries.period_totals import PeriodTotal, period_totals
from tests.web.ledger.conftest import Desk
from tests.web.ledger.rows import LEFT_OUT, State, a_balance, a_batch, a_book, a_document, an_export, waiting
from tests.web.visitors import part_of, text_of, tree_of, words

pytestmark = pytest.mark.django_db

INVOICE = Decimal("1069.00")


def url(connection: Connection, what: str = "reconciliation", **query: object) -> str:
    return reverse(f"ledger:{what}", args=[connection.pk], query=query)


def only(connection: Connection) -> PeriodTotal:
    """The one line of the one month."""
    ((total,),) = [period.totals for period in period_totals(connection)]
    return total


def row_of(answer: HttpResponse, period: str, family: str, currency: str) -> list[str]:
    panel = tree_of(answer).findall(f".//section[@aria-labelledby='period-{period}']")[0]
    rows = ([words(cell) for cell in row] for row in panel.findall(".//table/tbody/tr"))
    return next(row for row in rows if row[:2] == [family, currency])


def test_nothing_exported_leads_to_unposted(connection: Connection, viewer: Client) -> None:
    assert "Nothing to reconcile yet" in text_of(viewer.get(url(connection)))


def test_after_posting_nothing_is_between_them(desk: Desk, viewer: Client) -> None:
    desk.world.book()
    desk.world.export()
    before = viewer.get(desk.url("ledger:reconciliation"))
    assert row_of(before, "2026-10", "Invoices", "CAD") == [
        *("Invoices", "CAD", "1,522.50", "0.00", "1,522.50", "1,522.50", "0.00", "1,522.50 not posted")
    ]
    desk.world.post()
    after = viewer.get(desk.url("ledger:reconciliation"))
    assert row_of(after, "2026-10", "Invoices", "CAD") == [
        *("Invoices", "CAD", "0.00", "1,522.50", "1,522.50", "1,522.50", "1,522.50", "Nothing")
    ]
    assert row_of(after, "2026-10", "Procurement", "USD")[-1] == "Nothing", "whatever signs stock movements have"
    assert row_of(after, "2026-10", "Invoices", "USD")[-1] == "475.98 not exported", "a company without account number"
    assert "Not everything is in the books yet." in text_of(after)
    assert "Main 26 accounts, compared" in text_of(after)
    assert "All agree" in text_of(after)
    for period in period_totals(desk.connection):
        for total in period.totals:
            assert total.connectwise == total.documents + total.not_exported
            assert total.waiting == 0


def test_a_credit_counts_negative_and_an_excluded_document_apart(connection: Connection) -> None:
    book = a_book(connection)
    a_document(connection, 1, State.POSTED, book=book)
    a_document(connection, 2, State.POSTED, book=book, kind="ar_credit", total="69.00", delivered_total="69.00")
    a_document(connection, 3, State.EXCLUDED)
    total = only(connection)
    assert (total.documents, total.books, total.excluded) == (INVOICE + 1000, Decimal(1000), INVOICE)
    assert total.agrees, "what a route keeps out is meant to be out"


def test_what_was_taken_back_or_undone_waits_again(connection: Connection) -> None:
    book, run = a_book(connection), an_export(connection)
    batch = a_batch(connection, 1, book=book)
    document = a_document(connection, 1, State.BATCHED, book=book, batch=batch)
    assert (only(connection).unposted, only(connection).batched) == (0, INVOICE)
    document.batch, document.state = None, State.POSTED
    document.save()
    assert (only(connection).unposted, only(connection).books) == (INVOICE, INVOICE)
    document.voided, document.state = True, State.VOIDED
    document.save()
    assert period_totals(connection) == []
    waiting(run, 1, document)
    assert (only(connection).unposted, only(connection).waiting) == (INVOICE, INVOICE)


def test_a_document_that_is_gone_and_a_record_that_was_left_out(connection: Connection) -> None:
    a_document(connection, 1, State.GONE)
    waiting(an_export(connection), 2, **LEFT_OUT)
    total = only(connection)
    assert (total.unposted, total.documents, total.not_exported) == (INVOICE, 0, INVOICE)


def test_one_month_alone(connection: Connection) -> None:
    a_document(connection, 1, State.READY)
    waiting(an_export(connection), 2, **LEFT_OUT)
    (whole,) = period_totals(connection)
    assert period_totals(connection, Month.parse(whole.period)) == [whole]
    assert period_totals(connection, Month.parse("2020-01")) == []


def test_everything_in_the_books_is_reconciled(connection: Connection, viewer: Client) -> None:
    book = a_book(connection)
    a_document(connection, 1, State.BATCHED, book=book, batch=a_batch(connection, 1, book=book))
    a_balance(book, "1100", "1069.00", "1069.00")
    assert "Reconciled: ConnectWise, documents and books agree to the cent." in text_of(viewer.get(url(connection)))
    a_balance(book, "4110", "-1000.00", "-1000.01")
    page = text_of(viewer.get(url(connection)))
    assert "1 account of the books differs from what Bursar posted there." in page
    assert "Main 2 accounts, compared just now 1 differs" in page


# account by account


def accounts(answer: HttpResponse) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in tree_of(answer).findall(".//tbody/tr")]


def test_differences_come_first_and_what_cannot_be_compared_says_so(connection: Connection, viewer: Client) -> None:
    book, files = a_book(connection), a_book(connection, "Files", kind="csv")
    a_balance(book, "1100", "1069.00", "1069.00")
    a_balance(book, "4110", "-1000.00", "-999.00")
    a_balance(files, "1100", "5.00", None)
    a_balance(book, "9999", "1.00", "2.00", period="2026-09")
    answer = viewer.get(url(connection, "reconciliation-accounts"))
    assert [row[:2] + row[4:7] for row in accounts(answer)] == [
        ["4110", "Main", "1.00", "USD", "Differs"],
        ["1100", "Main", "0.00", "USD", "Agrees"],
        ["1100", "Files", "–", "USD", "The books cannot say"],
    ]
    said = "1 differs 1 agrees 1 cannot be compared: these books give no balances back"
    assert said in part_of(answer, "accounts")
    older = viewer.get(url(connection, "reconciliation-accounts", period="2026-09"))
    assert [row[0] for row in accounts(older)] == ["9999"]
    narrowed = viewer.get(url(connection, "reconciliation-accounts", book=files.pk, standing="3"))
    assert [row[1] for row in accounts(narrowed)] == ["Files"]
