"""Payments: what the books say was paid, posted exactly as it was shown; sources that differ; files of payments."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bursar.domain.payments.settlement import Allocation, Settlement
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.usecases.agree_payments import agreed_payments
from bursar.usecases.keep_settlements import keep_settlements
from bursar.usecases.runs import POST_PAYMENTS, PULL_PAYMENTS, TAKE_IN_PAYMENTS
from tests.web.ledger.rows import DAY, a_book, a_settlement
from tests.web.visitors import part_of, streamed, text_of, tree_of, words

pytestmark = pytest.mark.django_db

State = InvoiceSettlement.State


def url(connection: Connection, what: str = "list", *ids: object, **query: object) -> str:
    return reverse(f"payments:{what}", args=[connection.pk, *ids], query=query)


def names(answer: HttpResponse) -> list[str]:
    return [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")]


def several(connection: Connection) -> None:
    """Two to write, one applied, one that ConnectWise does not know."""
    book = a_book(connection)
    a_settlement(connection, 1, book=book)
    a_settlement(connection, 2, book=book, currency="CAD", present="40.00", action="update")
    a_settlement(connection, 3, book=book, state=State.APPLIED, fingerprint="", action="", present="100.00")
    unknown = {"code": "invoice_unknown", "sentence": "ConnectWise has no invoice 4.", "remedy": "Correct the number."}
    a_settlement(connection, 4, state=State.EXCEPTION, fingerprint="", action="", present=None, **unknown)


def asked(browser: Client, connection: Connection, **sent: object) -> HttpResponse:
    return browser.post(url(connection, "list-bulk"), {"do": "post", "view": "", **sent}, follow=True)


def shown_in(answer: HttpResponse) -> str:
    return tree_of(answer).findall(".//input[@name='shown']")[0].get("value", "")


def test_an_empty_list_says_where_payments_come_from(connection: Connection, operator: Client) -> None:
    a_book(connection)
    answer = operator.get(url(connection))
    assert "No payment yet" in part_of(answer, "list")
    assert tree_of(answer).findall(f".//form[@action='{url(connection, 'pull')}']")


def test_wanted_present_and_what_is_to_be_done(connection: Connection, viewer: Client) -> None:
    several(connection)
    answer = viewer.get(url(connection, sort="number"))
    page = text_of(answer)
    assert "1 Acme 1 To write 100.00 0.00 USD Create" in page
    assert "2 Acme 2 To write 100.00 40.00 CAD Change" in page
    assert "4 Acme 4 Exception 100.00 Not known USD" in page
    assert "ConnectWise has no invoice 4. Correct the number." in page
    assert "To write 2 60.00 CAD 100.00 USD Applied 1 Exception 1" in page
    assert names(viewer.get(url(connection, state="applied"))) == ["3"]
    assert "Post all payments" not in page
    rows = list(csv.DictReader(io.StringIO(streamed(viewer.get(url(connection, "list-export", state="wanted"))))))
    assert {(row["Invoice"], row["Source"]) for row in rows} == {("1", "Main"), ("2", "Main")}


def test_pulling_is_asked_for_once(connection: Connection, operator: Client) -> None:
    a_book(connection)
    operator.post(url(connection, "pull"))
    said = operator.post(url(connection, "pull"), follow=True)
    assert "Payments are being pulled already." in text_of(said)
    assert Run.objects.get(verb=PULL_PAYMENTS).request == {"everything": False}
    assert "Payments are being pulled" in part_of(said, "working")


def test_what_was_shown_is_what_is_agreed_to(connection: Connection, operator: Client) -> None:
    several(connection)
    question = asked(operator, connection, everything=1)
    page = text_of(question)
    for said in ("Post the payments of 2 invoices", "Create: 1 invoice", "Change: 1 invoice", "2 invoices left out"):
        assert said in page
    assert "CAD 40.00 100.00" in page
    InvoiceSettlement.objects.filter(number="2").update(fingerprint="another")
    again = asked(operator, connection, everything=1, shown=shown_in(question))
    assert "The payments have changed since you were asked." in text_of(again)
    assert not Run.objects.exists()
    asked(operator, connection, everything=1, shown=shown_in(again))
    agreed = agreed_payments(Run.objects.get(verb=POST_PAYMENTS))
    numbers = dict(InvoiceSettlement.objects.values_list("pk", "number"))
    assert agreed is not None
    assert {numbers[pk]: fingerprint for pk, fingerprint in agreed.items()} == {"1": "fingerprint 1", "2": "another"}


def test_a_posting_is_agreed_to_before_or_after_settlements_are_kept(connection: Connection, operator: Client) -> None:
    """Whoever keeps settlements locks the connection, then the rows: the other way round both would wait for ever."""
    several(connection)
    shown = shown_in(asked(operator, connection, everything=1))
    with CaptureQueriesContext(database) as questions:
        asked(operator, connection, everything=1, shown=shown)
    sent = [query["sql"] for query in questions.captured_queries]
    begun = next(place for place, sql in enumerate(sent) if "SAVEPOINT" in sql or sql.startswith("BEGIN"))
    tables = [Connection._meta.db_table, InvoiceSettlement._meta.db_table]
    first = [table for sql in sent[begun:] for table in tables if sql.startswith("SELECT") and f'FROM "{table}"' in sql]
    assert first[:2] == tables
    assert Run.objects.filter(verb=POST_PAYMENTS).exists()


def test_what_is_paid_beyond_an_invoice_is_not_told_as_written(connection: Connection, operator: Client) -> None:
    book = a_book(connection)
    a_settlement(connection, 1, book=book, wanted="1100.00", code="overpaid")
    a_settlement(connection, 2, book=book, wanted="-90.00", invoice_total="-80.00", currency="CAD")
    assert "To write 2 -80.00 CAD 1,069.00 USD" in text_of(operator.get(url(connection)))
    page = text_of(asked(operator, connection, everything=1))
    assert "CAD 0.00 -80.00" in page
    assert "USD 0.00 1,069.00" in page


def test_what_needs_no_payment_is_not_posted(connection: Connection, operator: Client) -> None:
    several(connection)
    applied = InvoiceSettlement.objects.get(number="3")
    page = text_of(asked(operator, connection, row=applied.pk))
    assert "Nothing was posted: select at least one invoice with something to write. 1 of these need no payment" in page


def test_viewers_pull_and_post_nothing(connection: Connection, viewer: Client) -> None:
    several(connection)
    assert viewer.post(url(connection, "pull")).status_code == 403
    assert asked(viewer, connection, everything=1).status_code == 403
    assert viewer.get(url(connection, "upload")).status_code == 403


# one invoice


def test_the_page_of_an_invoice_shows_each_source_and_lets_one_count(connection: Connection, operator: Client) -> None:
    book, other = a_book(connection), a_book(connection, "Other")
    for source, amount in ((book, "100.00"), (other, "90.00")):
        told = Settlement("10080", "USD", (Allocation(f"P-{amount}", Decimal(amount), DAY),))
        keep_settlements(connection, source, {"10080": told}, timezone.now())
    row = InvoiceSettlement.objects.get()
    address = url(connection, "settlement", row.pk)
    page = text_of(operator.get(address))
    assert "Main Counts" in page
    assert "P-90.00 Payment 2026-10-27 90.00" in page
    said = operator.post(url(connection, "choose", row.pk), {"source": str(other.pk)}, follow=True)
    assert "Other counts for invoice 10080. Pull payments to compare it." in text_of(said)
    assert "Main Passed over" in text_of(said)
    row.refresh_from_db()
    assert (row.book, str(row.wanted)) == (other, "90.00")
    none = operator.post(url(connection, "choose", row.pk), {"source": "files"}, follow=True)
    assert "No payment file says anything of invoice 10080." in text_of(none)
    assert operator.post(url(connection, "choose", row.pk), {"source": "the moon"}).status_code == 404


# files


def upload(browser: Client, connection: Connection, content: bytes, name: str = "paid.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return browser.post(url(connection, "upload"), {"file": file}, follow=True)


PAID = b"invoice,amount,date\n10080,50.00,2026-11-02\n10081,much,2026-11-02\n"


def test_a_file_is_taken_in_once_and_nothing_is_written(connection: Connection, operator: Client) -> None:
    said = upload(operator, connection, PAID)
    assert "1 rows taken in. 1 could not be used." in text_of(said)
    assert "paid.csv" in text_of(said)
    row = InvoiceSettlement.objects.get()
    assert (row.number, str(row.wanted), row.book) == ("10080", "50.00", None)
    assert "This very file was taken in before" in text_of(upload(operator, connection, PAID))
    assert Run.objects.count() == 1
    assert "Payment file" in text_of(operator.get(url(connection)))


def test_success_and_fail_files_say_what_became_of_each_row(connection: Connection, operator: Client) -> None:
    upload(operator, connection, PAID)
    run = Run.objects.get(verb=TAKE_IN_PAYMENTS)

    def rows(which: str) -> list[tuple[str, str]]:
        answer = operator.get(url(connection, "file", run.pk, which=which))
        return [(row["Invoice"], row.get("Message", "")) for row in csv.DictReader(io.StringIO(streamed(answer)))]

    assert rows("success") == []
    failed = dict(rows("fail"))
    assert failed["10080"] == "Not compared with ConnectWise yet."
    assert "much" in failed["10081"]
    InvoiceSettlement.objects.update(state=State.APPLIED)
    assert rows("success") == [("10080", "")]
    assert operator.get(url(connection, "file", run.pk, which="neither")).status_code == 404


def test_a_refund_is_a_number_in_the_file_that_says_what_became_of_it(connection: Connection, operator: Client) -> None:
    upload(operator, connection, b"invoice,amount,date\n10080,-50.00,2026-11-02\n")
    run = Run.objects.get(verb=TAKE_IN_PAYMENTS)
    answer = operator.get(url(connection, "file", run.pk, which="fail"))
    (row,) = csv.DictReader(io.StringIO(streamed(answer)))
    assert (row["Invoice"], row["Amount"]) == ("10080", "-50.00")


def test_a_file_that_is_none_is_refused(connection: Connection, operator: Client) -> None:
    answer = operator.post(url(connection, "upload"), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert not Run.objects.exists()
    assert "Choose a file first." in text_of(operator.post(url(connection, "upload")))
