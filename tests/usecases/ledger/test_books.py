"""Books: one place has one writer, passwords are sealed, and what holds documents stays."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry, Book
from bursar.store.queries.sealed_secrets import change_sealed_secrets, sealed_secrets
from bursar.store.vault import open_sealed, seal
from bursar.usecases.book_settings import BOOK_SETTINGS, policy_of
from bursar.usecases.books import NewBook, add_book, change_book, find_book, remove_book, set_book_settings, told
from bursar.usecases.ledger_wish import ledger_wish
from bursar.usecases.refusals import SettingsRefused
from tests.usecases.ledger.world import LedgerWorld

PASSWORD = "correct horse battery staple"
TRYTON = {"url": "https://tryton.example", "database": "books", "user": "bursar"}


def test_one_place_has_one_writer(ledger: LedgerWorld) -> None:
    """Complaint: throttled, because two programs write to one set of books at once."""
    first = ledger.book()
    with pytest.raises(InvalidInput, match="writes to this place"):
        add_book(ledger.connection, NewBook("Second", Book.Kind.CSV, dict(first.place)))
    add_book(ledger.connection, NewBook("Engine", Book.Kind.TRYTON, TRYTON, PASSWORD))
    place = TRYTON | {"url": "HTTPS://Tryton.example/", "user": "somebody"}
    with pytest.raises(InvalidInput, match="writes to this place"):
        add_book(ledger.connection, NewBook("Twin", Book.Kind.TRYTON, place, PASSWORD))


def test_a_password_is_sealed_and_told_nowhere(ledger: LedgerWorld) -> None:
    book = add_book(ledger.connection, NewBook("Engine", Book.Kind.TRYTON, TRYTON, PASSWORD))
    assert open_sealed(book.sealed_secret, book.name) == PASSWORD
    assert told(book)["password"] == "kept"
    assert PASSWORD not in str([(e.before, e.after, e.subject) for e in AuditEntry.objects.all()])
    changed = change_book(book, NewBook("Engine", book.kind, TRYTON | {"user": "clerk"}))
    assert open_sealed(changed.sealed_secret, book.name) == PASSWORD, "an empty password keeps the one there was"


def test_rotating_the_key_seals_passwords_of_books_anew(ledger: LedgerWorld) -> None:
    book = add_book(ledger.connection, NewBook("Engine", Book.Kind.TRYTON, TRYTON, PASSWORD))
    assert "password of the book 'Engine'" in {secret.place for secret in sealed_secrets()}
    change_sealed_secrets(lambda sealed: seal(f"{open_sealed(sealed)}!"))
    book.refresh_from_db()
    assert open_sealed(book.sealed_secret, book.name) == f"{PASSWORD}!"


@pytest.mark.parametrize(
    ("name", "kind", "place", "told_of"),
    [
        ("", "plaintext", {"folder": "/srv/books"}, "needs a name"),
        ("a/b", "plaintext", {"folder": "/srv/books"}, "needs a name"),
        ("Main", "abacus", {"folder": "/srv/books"}, "no books of the kind"),
        ("Main", "plaintext", {}, "lacks folder"),
        ("Main", "plaintext", {"folder": "books"}, "no whole path"),
        ("Main", "tryton", {"url": "https://t.example"}, "lacks database, user"),
        ("Main", "tryton", TRYTON, "lacks the password"),
        ("Main", "iif", {"folder": "/srv/books"}, "needs a currency"),
    ],
)
def test_what_is_missing_is_said(
    ledger: LedgerWorld, name: str, kind: str, place: dict[str, str], told_of: str
) -> None:
    with pytest.raises(InvalidInput, match=told_of):
        add_book(ledger.connection, NewBook(name, kind, place))


def test_a_book_that_holds_documents_stays_where_it_is(ledger: LedgerWorld) -> None:
    book = ledger.book()
    ledger.post(ledger_wish(["invoices"]))
    with pytest.raises(InvalidInput, match="never posted again"):
        remove_book(book)
    with pytest.raises(InvalidInput, match="stays where it is"):
        change_book(book, NewBook("Main", book.kind, {"folder": str(ledger.folder / "elsewhere")}))
    assert change_book(book, NewBook("Books 2026", book.kind, dict(book.place))).name == "Books 2026"
    run = ledger.post(ledger_wish(["invoices"]))
    assert run.postings.count() == 0, "another name makes no new documents"


def test_settings_are_checked_all_at_once(ledger: LedgerWorld) -> None:
    book = ledger.book()
    with pytest.raises(SettingsRefused) as refused:
        set_book_settings(book, {"tolerance": "-1", "currency": "dollars", "batches": "weekly", "colour": "red"})
    assert set(refused.value.faults) == {"tolerance", "currency", "batches", "colour"}
    book.refresh_from_db()
    assert book.policy == {}
    set_book_settings(book, {"tolerance": "0.05", "rounding_account": "8999", "currency": "usd"})
    policy = policy_of(book)
    assert (str(policy.journal.tolerance), policy.journal.rounding_account, policy.currency) == ("0.05", "8999", "USD")
    assert all(setting.meaning for setting in BOOK_SETTINGS)
    assert policy.dimensions == frozenset()
    for text, axes in (("Class,territory", {"class", "territory"}), ("none", {"none"}), ("", set()), ("All", set())):
        set_book_settings(book, {"dimensions": text})
        assert policy_of(book).dimensions == axes
    for text in ("colour", "none class", "all,class"):
        with pytest.raises(SettingsRefused):
            set_book_settings(book, {"dimensions": text})


def test_a_book_is_found_by_name_or_because_it_is_the_only_one(ledger: LedgerWorld) -> None:
    with pytest.raises(InvalidInput, match="no book yet"):
        find_book(ledger.connection)
    book = ledger.book()
    assert find_book(ledger.connection) == book
    ledger.book("Second")
    with pytest.raises(InvalidInput, match="several books"):
        find_book(ledger.connection)
    with pytest.raises(InvalidInput, match="no book 'Third'"):
        find_book(ledger.connection, "Third")
