"""Mappings: codes of a book, what cannot be used first; mapped in the list, by choice, in bulk, and by file."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.store.models import AuditEntry, Book, BookCode, BookReference, Connection
from bursar.usecases.book_codes import map_code
from tests.web.ledger.rows import a_book, a_code
from tests.web.visitors import HTMX, links_of, streamed, text_of, tree_of, words

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def url(connection: Connection, what: str = "codes", *ids: int, **query: object) -> str:
    return reverse(f"books:{what}", args=[connection.pk, *ids], query=query)


def names(answer: HttpResponse) -> list[str]:
    return [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")]


@pytest.fixture
def book(connection: Connection) -> Book:
    """Three accounts, one of which the book cannot use; it keeps a list of two."""
    book = a_book(connection)
    a_code(book, "1100")
    a_code(book, "2210", target="2200", decided_by="ada")
    a_code(book, "4110", unusable=True)
    a_code(book, "ACME", kind="customer", label="Acme Corp.")
    BookReference.objects.create(book=book, kind="account", code="4000", name="Income")
    BookReference.objects.create(book=book, kind="account", code="4999", name="Old", active=False)
    return book


def code_of(book: Book, source: str) -> BookCode:
    return BookCode.objects.get(book=book, source=source)


def shown_in(answer: HttpResponse) -> str:
    return tree_of(answer).findall(".//input[@name='shown']")[0].get("value", "")


def test_without_a_book_or_a_code_it_says_what_to_do(connection: Connection, viewer: Client) -> None:
    assert url(connection, "list") in links_of(tree_of(viewer.get(url(connection))))
    a_book(connection)
    assert "No code has been used yet" in text_of(viewer.get(url(connection)))


def test_what_cannot_be_used_comes_first(connection: Connection, book: Book, viewer: Client) -> None:
    answer = viewer.get(url(connection))
    assert names(answer) == ["4110", "1100", "2210"], "accounts, because one of them cannot be used"
    page = text_of(answer)
    assert "Accounts (3, 1 not usable)" in page
    assert "4110 Not usable 4110" in page
    assert "2210 Mapped 2200" in page
    customers = viewer.get(url(connection, kind="customer"))
    assert "ACME As it is ACME Acme Corp." in text_of(customers)
    assert names(viewer.get(url(connection, unusable="0"))) == ["1100", "2210"]
    assert not tree_of(answer).findall(".//a[@class='grid-edit stretched-link']")


def test_two_books_have_codes_of_their_own(connection: Connection, book: Book, viewer: Client) -> None:
    other = a_book(connection, "Other")
    a_code(other, "9999", kind="tax")
    assert names(viewer.get(url(connection, book=other.pk))) == ["9999"]


def test_a_code_is_chosen_from_the_book_s_list_in_place(connection: Connection, book: Book, operator: Client) -> None:
    row = code_of(book, "4110")
    address = url(connection, "code", row.pk)
    editor = operator.get(f"{address}?edit=target", headers=HTMX)
    assert "4000 Income" in text_of(editor)
    assert "Old" not in text_of(editor)
    hits = operator.get(f"{address}?find=nothing", headers=HTMX)
    assert "Nothing in the book has this code or name." in text_of(hits)
    sent = {"do": "save", "value": "4000", "edit": "target", "shown": shown_in(editor)}
    saved = operator.post(address, sent, headers=HTMX)
    assert "4110 Mapped 4000 Income" in text_of(saved)
    row.refresh_from_db()
    assert (row.target, row.unusable, row.decided_by) == ("4000", False, "operator@cedarpoint.example")
    assert AuditEntry.objects.get().action == "code mapped"


def test_what_the_book_cannot_use_is_refused(connection: Connection, book: Book, operator: Client) -> None:
    row = code_of(book, "4110")
    address = url(connection, "code", row.pk)
    for value, said in (("4999", "Main has no account 4999 that can be used."), ("", "Nothing was chosen.")):
        sent = {"do": "save", "value": value, "edit": "target", "shown": shown_in(operator.get(address))}
        answer = operator.post(address, sent, headers=HTMX)
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert code_of(book, "4110").target == ""


def test_a_book_without_a_list_takes_any_code(connection: Connection, operator: Client) -> None:
    row = a_code(a_book(connection), "4110")
    address = url(connection, "code", row.pk)
    page = operator.get(address, {"view": "kind=account"})
    assert "These books keep no list to choose from" in text_of(page)
    sent = {"do": "save", "value": "Income:Cloud", "view": "kind=account", "shown": shown_in(page)}
    done = operator.post(address, sent)
    assert done["Location"] == url(connection, kind="account")
    row.refresh_from_db()
    assert row.target == "Income:Cloud"
    taken = operator.post(address, {"do": "remove", "shown": shown_in(operator.get(address))}, follow=True)
    assert "4110 goes to Main as 4110." in text_of(taken)


def test_the_second_to_save_is_told(connection: Connection, book: Book, operator: Client) -> None:
    row = code_of(book, "1100")
    address = url(connection, "code", row.pk)
    seen = shown_in(operator.get(address))
    map_code(book, "account", "1100", "4000", NOW)
    sent = {"do": "save", "value": "4000", "edit": "target", "shown": seen}
    answer = operator.post(address, sent, headers=HTMX)
    assert answer.status_code == 409
    assert "Stored now 4000" in text_of(answer)


def test_mappings_are_taken_back_in_bulk(connection: Connection, book: Book, operator: Client) -> None:
    sent = {"do": "clear", "everything": 1, "view": f"book={book.pk}&kind=account"}
    asked = text_of(operator.post(url(connection, "codes-bulk"), sent))
    assert "Main: accounts 2210 → 2200" in asked
    said = operator.post(url(connection, "codes-bulk"), {**sent, "confirmed": 3}, follow=True)
    assert "Taken back: 1. 2 had none." in text_of(said)
    assert not BookCode.objects.exclude(target="")


def test_viewers_see_and_map_nothing(connection: Connection, book: Book, viewer: Client) -> None:
    address = url(connection, "code", code_of(book, "1100").pk)
    assert not tree_of(viewer.get(address)).findall(".//input[@name='value']")
    assert viewer.post(address, {"do": "save", "value": "4000"}).status_code == 403
    assert viewer.post(url(connection, "codes-bulk"), {"do": "clear", "everything": 1}).status_code == 403
    assert viewer.get(url(connection, "codes-import")).status_code == 403


# files


def test_all_mappings_go_out_and_come_in_as_csv(connection: Connection, book: Book, operator: Client) -> None:
    text = streamed(operator.get(url(connection, "codes-file", book.pk)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kind"], row["source"], row["target"], row["unusable"]) for row in rows] == [
        ("account", "1100", "", "no"),
        ("account", "2210", "2200", "no"),
        ("account", "4110", "", "yes"),
        ("customer", "ACME", "", "no"),
    ]
    edited = text.replace("account,4110,,", "account,4110,,4000").replace("2200", "")
    file = SimpleUploadedFile("codes.csv", edited.encode())
    said = operator.post(url(connection, "codes-import"), {"book": book.pk, "file": file}, follow=True)
    assert "2 codes of Main set." in text_of(said), "the others say what is known already"
    assert (code_of(book, "4110").target, code_of(book, "2210").target) == ("4000", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"source,target\n1,2\n", "The file lacks the column kind."),
        (b"\xff\xfe", "This is not a CSV file in UTF-8."),
        (b"kind,source,target\naccount,1100,4000\naccount,2210,nowhere\n", "Main has no account nowhere"),
        (b"kind,source,target\nplanet,1,2\n", "'planet' is no kind of code."),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    content: bytes, said: str, connection: Connection, book: Book, operator: Client
) -> None:
    sent = {"book": book.pk, "file": SimpleUploadedFile("codes.csv", content)}
    answer = operator.post(url(connection, "codes-import"), sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert code_of(book, "1100").target == ""
