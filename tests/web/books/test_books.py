"""Books: added after a test, shown with what they can do, changed, tested, and removed when they hold nothing."""

from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Book, Connection
from bursar.usecases.book_settings import BOOK_SETTINGS
from tests.web.ledger.rows import State, a_book, a_code, a_document, folder_of
from tests.web.visitors import links_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "list", *ids: int, **query: object) -> str:
    return reverse(f"books:{what}", args=[connection.pk, *ids], query=query)


def add(browser: Client, connection: Connection, folder: Path, /, **sent: object) -> HttpResponse:
    wanted = {"kind": "plaintext", "name": "Main", "folder": str(folder), "do": "save"}
    return browser.post(url(connection, "new"), wanted | sent)


def test_an_empty_list_says_what_to_do(connection: Connection, administrator: Client, viewer: Client) -> None:
    assert url(connection, "new") in links_of(tree_of(administrator.get(url(connection))))
    assert "An administrator adds one." in text_of(viewer.get(url(connection)))


def test_first_the_kind_then_the_rest(connection: Connection, administrator: Client) -> None:
    kinds = links_of(tree_of(administrator.get(url(connection, "new"))))
    for kind in Book.Kind.values:
        assert url(connection, "new", kind=kind) in kinds
    files = administrator.get(url(connection, "new", kind="plaintext"))
    assert {"name", "folder"} <= {field.get("name") for field in tree_of(files).iter("input")}
    server = administrator.get(url(connection, "new", kind="tryton"))
    fields = {field.get("name"): field.get("type") for field in tree_of(server).iter("input")}
    assert fields["secret"] == "password"
    assert {"url", "database", "user"} <= set(fields)
    assert administrator.get(url(connection, "new", kind="ledgerbook")).status_code == 404


def test_a_book_is_tested_and_added_with_its_settings(
    connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    answer = add(administrator, connection, tmp_path / "main", setting_currency="usd", setting_batches="document")
    book = Book.objects.get()
    assert answer["Location"] == url(connection, "book", book.pk)
    assert (book.place, book.state) == ({"folder": str(tmp_path / "main")}, "connected")
    assert book.checked_at is not None
    assert (book.policy["currency"], book.policy["batches"], book.policy["closed_periods"]) == (
        "USD",
        "document",
        "hold",
    )
    assert AuditEntry.objects.get().action == "book added"


def test_a_book_that_cannot_be_reached_is_stored_only_if_somebody_says_so(
    connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    answer = add(administrator, connection, blocked)
    assert answer.status_code == 422
    assert "Save without a successful test" in text_of(answer)
    assert not Book.objects.exists()
    add(administrator, connection, blocked, do="untested")
    assert Book.objects.get().name == "Main"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "Give the book a name."),
        ({"name": "a/b"}, "without a slash"),
        ({"folder": ""}, "Say the folder."),
        ({"setting_currency": "dollars"}, "is not a currency."),
        ({"setting_closed_through": "soon"}, "'soon' is not a date."),
    ],
)
def test_what_makes_no_book_is_said_beside_the_field(
    sent: dict[str, str], said: str, connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    answer = add(administrator, connection, tmp_path, **sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Book.objects.exists()


def test_a_place_has_one_writer(connection: Connection, administrator: Client, tmp_path: Path) -> None:
    add(administrator, connection, tmp_path)
    answer = add(administrator, connection, tmp_path, name="Other")
    assert answer.status_code == 422
    assert "writes to this place" in text_of(answer)


def test_the_page_says_what_it_can_do_and_what_it_cannot(connection: Connection, viewer: Client) -> None:
    book = a_book(connection)
    a_document(connection, 1, State.POSTED, book=book)
    a_code(book, "4110", unusable=True)
    page = text_of(viewer.get(url(connection, "book", book.pk)))
    for said in (
        "A real accounting engine took it, and refused what is wrong",
        "Balances back Reconciliation compares account by account.",
        "Items: no",
        "Documents in it 1",
        "1 not usable",
        *(setting.label for setting in BOOK_SETTINGS),
    ):
        assert said in page
    listed = text_of(viewer.get(url(connection)))
    assert "Main Journal files (beancount and hledger)" in listed


def test_settings_are_changed_and_the_kind_stays(connection: Connection, administrator: Client, tmp_path: Path) -> None:
    book = folder_of(a_book(connection, policy={"currency": "USD"}), tmp_path)
    address = url(connection, "book-edit", book.pk)
    form = administrator.get(address)
    shown = {field.get("name"): field.get("value") for field in tree_of(form).iter("input")}
    assert shown["setting_currency"] == "USD"
    sent = {"name": "Books", "folder": str(tmp_path), "setting_tolerance": "0.05", "kind": "csv", "do": "save"}
    administrator.post(address, sent)
    book.refresh_from_db()
    assert (book.name, book.kind, book.policy["tolerance"], book.policy["currency"]) == (
        "Books",
        "plaintext",
        "0.05",
        "",
    )
    assert "Default: 0" in text_of(administrator.get(url(connection, "book", book.pk)))


def test_a_book_with_documents_stays_where_it_is(connection: Connection, administrator: Client, tmp_path: Path) -> None:
    book = folder_of(a_book(connection), tmp_path / "a")
    a_document(connection, 1, State.POSTED, book=book)
    sent = {"name": "Main", "folder": str(tmp_path / "b"), "do": "save"}
    answer = administrator.post(url(connection, "book-edit", book.pk), sent)
    assert "'Main' holds documents, so it stays where it is." in text_of(answer)


def test_operators_test_a_book(connection: Connection, operator: Client, tmp_path: Path) -> None:
    book = folder_of(a_book(connection), tmp_path / "books")
    said = operator.post(url(connection, "book-test", book.pk), {"origin": "book"}, follow=True)
    assert "Main: the test is successful." in text_of(said)
    assert said.redirect_chain[-1][0] == url(connection, "book", book.pk)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    folder_of(book, blocked)
    said = operator.post(url(connection, "book-test", book.pk), follow=True)
    assert "Main: the test is not successful." in text_of(said)
    book.refresh_from_db()
    assert book.state == Book.State.NOT_CONNECTED


def test_removing_asks_and_keeps_what_holds_documents(connection: Connection, administrator: Client) -> None:
    book, other = a_book(connection), a_book(connection, "Other")
    a_document(connection, 1, State.POSTED, book=book)
    a_code(other, "1", target="2")
    kept = administrator.get(url(connection, "book-remove", book.pk))
    assert "1 document was posted to it. It is kept" in text_of(kept)
    assert administrator.post(url(connection, "book-remove", book.pk)).status_code == 422
    assert "1 mapped code and 0 routes" in text_of(administrator.get(url(connection, "book-remove", other.pk)))
    administrator.post(url(connection, "book-remove", other.pk))
    assert list(Book.objects.all()) == [book]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_administrators_configure(role: Role, connection: Connection) -> None:
    book, browser = a_book(connection), visitor(role)
    for what in ("book-edit", "book-remove"):
        assert browser.get(url(connection, what, book.pk)).status_code == 403
        assert browser.post(url(connection, what, book.pk)).status_code == 403
    assert browser.get(url(connection, "new")).status_code == 403
    page = browser.get(url(connection, "book", book.pk))
    assert url(connection, "book-edit", book.pk) not in links_of(tree_of(page))
    expected = 302 if role is Role.OPERATOR else 403
    assert browser.post(url(connection, "book-test", book.pk)).status_code == expected


def test_books_of_another_connection_are_out_of_reach(connection: Connection, administrator: Client) -> None:
    book = a_book(Connection.objects.create(name="other"))
    assert administrator.get(url(connection, "book", book.pk)).status_code == 404
