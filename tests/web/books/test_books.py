"""Books: added after a test, shown with what they can do, changed, tested, and removed when they hold nothing."""

from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Book, Connection, Posting
from bursar.usecases.book_settings import BOOK_SETTINGS
from bursar.usecases.books import set_book_settings
from tests.web.ledger.rows import State, a_book, a_code, a_document, an_export, folder_of
from tests.web.visitors import links_of, text_of, tree_of, visitor, words

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


TRYTON = {
    "kind": "tryton",
    "name": "Tryton",
    "database": "acme",
    "user": "bursar",
    "secret": "s3cret",
    "do": "untested",
}


def test_an_address_that_can_never_be_called_is_not_stored_untested_either(
    connection: Connection, administrator: Client
) -> None:
    """No page and no run could open such a book, nor any other beside it."""
    answer = administrator.post(url(connection, "new"), TRYTON | {"url": "tryton.example.com/here and there"})
    assert answer.status_code == 422
    assert "Enter the server as your browser shows it" in text_of(answer)
    assert not Book.objects.exists()
    assert administrator.get(url(connection)).status_code == 200


def test_a_new_tryton_book_has_cost_of_goods_sold_apart(connection: Connection, administrator: Client) -> None:
    """An invoice there cannot carry it: all invoices with stocked goods would be refused."""
    form = tree_of(administrator.get(url(connection, "new", kind="tryton")))
    [select] = [each for each in form.iter("select") if each.get("name") == "setting_cogs_apart"]
    assert [each.get("value") for each in select.iter("option") if each.get("selected") is not None] == ["yes"]
    place = {"url": "https://tryton.example.com"}
    administrator.post(url(connection, "new"), TRYTON | place)
    assert Book.objects.get().policy["cogs_apart"] == "yes"
    administrator.post(
        url(connection, "book-edit", Book.objects.get().pk), TRYTON | place | {"setting_cogs_apart": "no"}
    )
    assert Book.objects.get().policy["cogs_apart"] == "no"


def test_the_stored_password_goes_to_no_other_address(connection: Connection, administrator: Client) -> None:
    """Whoever may change an address may not thereby learn the password."""
    administrator.post(url(connection, "new"), TRYTON | {"url": "https://tryton.example.com"})
    book = Book.objects.get()
    assert (book.state, book.checked_at) == ("not_connected", None)
    edit = url(connection, "book-edit", book.pk)
    moved = TRYTON | {"url": "http://127.0.0.1:9", "secret": ""}
    for do in ("save", "untested"):
        answer = administrator.post(edit, moved | {"do": do})
        assert answer.status_code == 422
        assert "the stored password is not sent to another site" in text_of(answer)
    book.refresh_from_db()
    assert book.place["url"] == "https://tryton.example.com"
    administrator.post(edit, TRYTON | {"url": "https://tryton.example.com/", "secret": "", "user": "accounting"})
    administrator.post(edit, moved | {"secret": "again"})
    book.refresh_from_db()
    assert book.place == {"url": "http://127.0.0.1:9", "database": "acme", "user": "bursar"}


def version_in(answer: HttpResponse) -> str:
    [found] = [str(each.get("value")) for each in tree_of(answer).iter("input") if each.get("name") == "version"]
    return found


def test_a_password_that_cannot_be_opened_can_be_entered_again(connection: Connection, administrator: Client) -> None:
    """The encryption key was lost: the pages that say so, and where it is entered, need no password."""
    place = {"url": "https://tryton.example.com", "database": "acme", "user": "bursar"}
    book = a_book(connection, kind="tryton", place=place, target="there", sealed_secret="sealed with another key")
    assert url(connection, "book-edit", book.pk) in links_of(tree_of(administrator.get(url(connection))))
    assert "Payments back What was paid can be read" in text_of(administrator.get(url(connection, "book", book.pk)))
    said = administrator.post(url(connection, "book-test", book.pk), follow=True)
    assert "cannot be opened with the encryption key at hand" in text_of(said)
    edit = url(connection, "book-edit", book.pk)
    assert "cannot be opened" in text_of(administrator.post(edit, TRYTON | place | {"secret": ""}))
    assert administrator.post(edit, TRYTON | place).status_code == 302


def test_two_people_do_not_overwrite_one_another(connection: Connection, administrator: Client, tmp_path: Path) -> None:
    """The form sends every setting: also the one that somebody else has just changed."""
    book = folder_of(a_book(connection), tmp_path)
    edit = url(connection, "book-edit", book.pk)
    version = version_in(administrator.get(edit))
    set_book_settings(Book.objects.get(pk=book.pk), {"closed_through": "2026-09-30"})
    sent = {"name": "Main", "folder": str(tmp_path), "setting_tolerance": "0.05", "do": "save", "version": version}
    answer = administrator.post(edit, sent)
    assert answer.status_code == 422
    assert "Nothing was overwritten" in text_of(answer)
    book.refresh_from_db()
    assert book.policy == {"closed_through": "2026-09-30"}
    administrator.post(edit, sent | {"version": version_in(answer), "setting_closed_through": "2026-09-30"})
    book.refresh_from_db()
    assert (book.policy["tolerance"], book.policy["closed_through"]) == ("0.05", "2026-09-30")


def test_a_change_that_is_refused_says_nothing_of_the_stored_book(
    connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    book = folder_of(a_book(connection), tmp_path / "books")
    (tmp_path / "file").write_text("no folder")
    sent = {"name": "Main", "folder": str(tmp_path / "file"), "do": "save"}
    assert administrator.post(url(connection, "book-edit", book.pk), sent).status_code == 422
    book.refresh_from_db()
    assert book.state == Book.State.CONNECTED


def test_documents_are_in_the_book_that_has_them_wherever_routes_lead_now(
    connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    """A book that was moved or forgotten with documents in it would get them a second time, or another one would."""
    first, other = folder_of(a_book(connection), tmp_path / "a"), a_book(connection, "Other")
    a_document(connection, 1, State.POSTED, book=other, delivered_to=first)
    cells = [each for each in tree_of(administrator.get(url(connection))).iter("td") if each.get("class") == "number"]
    assert [words(each) for each in cells] == ["1", "0"]
    moved = administrator.post(
        url(connection, "book-edit", first.pk), {"name": "Main", "folder": str(tmp_path / "b"), "do": "save"}
    )
    assert "'Main' holds documents, so it stays where it is." in text_of(moved)
    assert "1 document was posted to it. It is kept" in text_of(
        administrator.get(url(connection, "book-remove", first.pk))
    )
    assert administrator.post(url(connection, "book-remove", first.pk)).status_code == 422
    assert administrator.post(url(connection, "book-remove", other.pk)).status_code == 302
    assert list(Book.objects.all()) == [first]


def test_a_book_stays_while_nobody_knows_what_arrived_there(
    connection: Connection, administrator: Client, tmp_path: Path
) -> None:
    """An answer was lost: the next run looks for the document, in this book and at this place."""
    book = folder_of(a_book(connection), tmp_path / "a")
    sent: dict[str, object] = {"stage": 3, "key": "k", "action": "create", "resource": "document", "after": {}}
    Posting.objects.create(connection=connection, run=an_export(connection), book=book, state="unknown", **sent)
    moved = {"name": "Main", "folder": str(tmp_path / "b"), "do": "save"}
    for what, form in (("book-edit", moved), ("book-remove", {})):
        answer = administrator.post(url(connection, what, book.pk), form)
        assert answer.status_code == 422
        assert "Something was sent to 'Main' whose answer was lost" in text_of(answer)
    assert Book.objects.get().place == {"folder": str(tmp_path / "a")}


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
