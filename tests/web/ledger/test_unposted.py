"""Unposted: the three lists of the Accounting Interface screen, why a record did not come, and the export."""

import csv
import io

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.store.models import Connection, Run
from bursar.usecases.runs import EXPORT_LEDGER
from tests.web.ledger.rows import LEFT_OUT, a_book, a_document, an_export, waiting
from tests.web.visitors import HTMX, element, links_of, part_of, streamed, text_of, tree_of, words

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "unposted-invoices", **query: object) -> str:
    return reverse(f"ledger:{what}", args=[connection.pk], query=query)


def names(answer: HttpResponse) -> list[str]:
    """What the rows are called, in the order of the page."""
    return [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")]


def three(connection: Connection) -> None:
    run = an_export(connection)
    book = a_book(connection)
    waiting(run, 1, a_document(connection, 1, book=book))
    waiting(run, 2, location="Madison", **LEFT_OUT)
    waiting(run, 3, currency="CAD")
    waiting(run, 4, family="expenses", record="expense", number="", member="jokafor", classification="Reimbursable")


def test_it_begins_with_the_invoices(connection: Connection, viewer: Client) -> None:
    assert viewer.get(url(connection, "unposted"))["Location"] == url(connection)


def test_without_a_book_it_says_what_to_do_first(connection: Connection, administrator: Client) -> None:
    answer = administrator.get(url(connection))
    assert "There is no book yet" in text_of(answer)
    assert reverse("books:new", args=[connection.pk]) in links_of(tree_of(answer))
    assert "Export without a book" in part_of(answer, "unposted")


def test_before_the_first_export_it_offers_one(connection: Connection, operator: Client, viewer: Client) -> None:
    a_book(connection)
    answer = operator.get(url(connection))
    assert "Nothing has been exported yet" in part_of(answer, "unposted")
    assert tree_of(answer).findall(f".//form[@action='{url(connection, 'export-all')}']")
    assert not tree_of(viewer.get(url(connection))).findall(f".//form[@action='{url(connection, 'export-all')}']")


def test_three_tabs_with_counts_totals_and_the_last_export(connection: Connection, viewer: Client) -> None:
    three(connection)
    answer = viewer.get(url(connection))
    page = text_of(answer)
    assert "Unposted Invoices 3 Unposted Expenses 1 Unposted Procurement 0" in page
    assert "3 records 1,069.00 CAD · tax 69.00 2,138.00 USD · tax 138.00 1 not exported" in page
    assert "As of the export just now" in page
    assert "5 to post" in page
    expenses = viewer.get(url(connection, "unposted-expenses"))
    assert names(expenses) == ["Expense 4"]
    assert "In a member's document" in part_of(expenses, "unposted")
    assert "Nothing waits here" in text_of(viewer.get(url(connection, "unposted-procurement")))


def test_each_record_leads_to_its_document_or_says_why_there_is_none(connection: Connection, viewer: Client) -> None:
    three(connection)
    answer = viewer.get(url(connection))
    document = reverse("ledger:document", args=[connection.pk, connection.ledger_documents.get().pk])
    assert document in links_of(element(answer, "unposted"))
    out = viewer.get(url(connection, standing="out"))
    assert names(out) == ["2"]
    assert "Invoice has no account number. Enter the Account Number." in part_of(out, "unposted")
    assert names(viewer.get(url(connection, location="Minneapolis", q="acme 1"))) == ["1"]


def test_the_file_holds_what_the_page_shows(connection: Connection, viewer: Client) -> None:
    three(connection)
    answer = viewer.get(url(connection, "unposted-invoices-export", sort="number"))
    rows = list(csv.DictReader(io.StringIO(streamed(answer))))
    assert [(row["Number"], row["Total"], row["Currency"], row["In the export"]) for row in rows] == [
        ("1", "1069.00", "USD", "Ready"),
        ("2", "1069.00", "USD", "Not exported"),
        ("3", "1069.00", "CAD", "Not known"),
    ]
    assert rows[1]["Why, and what to do"] == "Invoice has no account number. Enter the Account Number."


def test_an_export_that_came_to_nothing_is_told_above_the_one_before(connection: Connection, viewer: Client) -> None:
    three(connection)
    an_export(connection, state=Run.State.FAILED, verdict="The keys are refused.")
    page = text_of(viewer.get(url(connection)))
    assert "The last export came to nothing: The keys are refused." in page
    assert "5 to post" in page


# the export


def asked(connection: Connection) -> list[dict[str, object]]:
    runs = Run.objects.filter(connection=connection, verb=EXPORT_LEDGER, state=Run.State.QUEUED)
    return [run.request for run in runs.order_by("started_at")]


EVERYTHING = {
    "families": ["expenses", "invoices", "procurement"],
    "location": "",
    "thru": "",
    "included": {},
    "excluded": {},
}


def test_one_press_exports_everything_and_shows_how_far_it_is(connection: Connection, operator: Client) -> None:
    a_book(connection)
    answer = operator.post(url(connection, "export-all"), follow=True)
    assert asked(connection) == [EVERYTHING]
    assert "The export is on its way See the run" in part_of(answer, "working")
    operator.post(url(connection, "export-all"))
    assert len(asked(connection)) == 1, "the same export is not asked for twice"


def test_the_options_make_a_wish(connection: Connection, operator: Client) -> None:
    a_book(connection)
    sent = {
        "invoices": "on",
        "invoices_included": "80, 81 82",
        "procurement": "on",
        "procurement_excluded": "a-1",
        "expenses_included": "7",
        "location": "Madison",
        "thru": "end of last month",
    }
    operator.post(url(connection, "export"), sent)
    assert asked(connection) == [
        {
            "families": ["invoices", "procurement"],
            "location": "Madison",
            "thru": "end of last month",
            "included": {"invoices": ["80", "81", "82"]},
            "excluded": {"procurement": ["a-1"]},
        }
    ]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Switch at least one kind of record on."),
        ({"invoices": "on", "thru": "next Tuesday"}, "'next Tuesday' is not a thru date."),
    ],
)
def test_what_cannot_be_exported_is_said(
    sent: dict[str, str], said: str, connection: Connection, operator: Client
) -> None:
    answer = operator.post(url(connection, "export"), sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not asked(connection)


def test_viewers_export_nothing(connection: Connection, viewer: Client) -> None:
    assert viewer.post(url(connection, "export-all")).status_code == 403
    assert viewer.get(url(connection, "export")).status_code == 403


def test_the_progress_is_asked_for_again_until_the_run_has_ended(connection: Connection, viewer: Client) -> None:
    run = an_export(connection, state=Run.State.RUNNING, expected=20, done=5)
    address = reverse("ledger:working", args=[connection.pk, run.pk])
    assert address in viewer.get(url(connection)).content.decode()
    answer = viewer.get(address, headers=HTMX)
    assert "5 of 20 done" in text_of(answer)
    assert "HX-Refresh" not in answer
    Run.objects.update(state=Run.State.DONE)
    assert viewer.get(address, headers=HTMX)["HX-Refresh"] == "true"
