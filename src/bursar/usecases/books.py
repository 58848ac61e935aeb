"""Books: add, change, find and remove the sets of books that documents go to. Passwords go in sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bursar.domain.errors import InvalidInput, RemoteError
from bursar.ports import BookInfo, Books, Clock
from bursar.store.models import Book, Connection, LedgerDocument
from bursar.store.vault import seal
from bursar.usecases.audit import record
from bursar.usecases.book_settings import checked_settings

PLACES: Mapping[str, tuple[str, ...]] = {
    Book.Kind.PLAINTEXT: ("folder",),
    Book.Kind.CSV: ("folder",),
    Book.Kind.SAGE50: ("folder",),
    Book.Kind.IIF: ("folder",),
    Book.Kind.TRYTON: ("url", "database", "user"),
}
"""What says where a book of each kind is."""
HOME_CURRENCY_ONLY = frozenset({Book.Kind.SAGE50, Book.Kind.IIF})
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class NewBook:
    """What a person enters to add a book."""

    name: str
    kind: str
    place: Mapping[str, str]
    secret: str = ""
    policy: Mapping[str, str] = field(default_factory=dict)


def books_of(connection: Connection) -> QuerySet[Book]:
    """All books of a connection, by name."""
    return Book.objects.filter(connection=connection).order_by("name")


def find_book(connection: Connection, name: str = "") -> Book:
    """The book of that name; without one, the only one there is. Raises InvalidInput."""
    if name:
        found = Book.objects.filter(connection=connection, name=name).first()
        if found is None:
            raise InvalidInput(f"There is no book '{name}'.", remedy="Look at `bursar book list`.")
        return found
    books = list(books_of(connection)[:2])
    if len(books) != 1:
        said = "There are several books." if books else "There is no book yet."
        raise InvalidInput(said, remedy="Name one; `bursar book add` makes one, `bursar book list` shows them.")
    return books[0]


def candidate(connection: Connection, entered: NewBook, stored: Book | None = None) -> Book:
    """The book as it would be stored, for a test before it is. Raises InvalidInput."""
    name, kind = entered.name.strip(), stored.kind if stored else entered.kind
    if not name or len(name) > LONGEST_NAME or "/" in name:
        raise InvalidInput(
            "A book needs a name.", remedy=f"Give it one of at most {LONGEST_NAME} characters, without a slash."
        )
    if kind not in PLACES:
        raise InvalidInput(f"There are no books of the kind '{kind}'.", remedy=f"Choose one of: {', '.join(PLACES)}.")
    place = {part: entered.place.get(part, "").strip() for part in PLACES[kind]}
    missing = [part for part, value in place.items() if not value]
    if missing:
        raise InvalidInput(f"The book '{name}' lacks {', '.join(missing)}.", remedy="Say where it is.")
    folder = place.get("folder")
    if folder and not Path(folder).is_absolute():
        raise InvalidInput(f"'{folder}' is no whole path.", remedy="Write it from the root, such as /srv/books.")
    policy = checked_settings(entered.policy) or (dict(stored.policy) if stored else {})
    if kind == Book.Kind.TRYTON and stored is None:
        policy = {"cogs_apart": "yes"} | policy  # an invoice there cannot carry its cost of goods sold
    if kind in HOME_CURRENCY_ONLY and not policy.get("currency"):
        raise InvalidInput(
            f"'{name}' needs a currency: such files hold amounts of the home currency only.",
            remedy="Set its currency, such as USD; documents in others need a book of their own.",
        )
    sealed = seal(entered.secret) if entered.secret else (stored.sealed_secret if stored else "")
    if kind == Book.Kind.TRYTON and not sealed:
        raise InvalidInput(f"The book '{name}' lacks the password of {place['user']}.", remedy="Enter it.")
    return Book(
        pk=stored.pk if stored else None,
        connection=connection,
        name=name,
        kind=kind,
        place=place,
        target=_target(kind, place),
        sealed_secret=sealed,
        policy=policy,
    )


def _target(kind: str, place: Mapping[str, str]) -> str:
    """What no second book may write to, whatever the connection."""
    if kind == Book.Kind.TRYTON:
        return f"{place['url'].rstrip('/').lower()}/{place['database']}"[:300]
    return place["folder"].rstrip("/")[:300]


def add_book(connection: Connection, entered: NewBook) -> Book:
    """Store a book. Raises InvalidInput, also when another book writes to the same place."""
    book = candidate(connection, entered)
    _save(book, "book added", before=None)
    return book


def change_book(book: Book, entered: NewBook) -> Book:
    """Store a book's changed name, place, password and settings; the kind stays. Raises InvalidInput."""
    before = told(book)
    made = candidate(book.connection, entered, book)
    if made.target != book.target and LedgerDocument.objects.filter(book=book).exclude(marker="").exists():
        raise InvalidInput(
            f"'{book.name}' holds documents, so it stays where it is.",
            remedy="Add another book for the new place, and route documents there.",
        )
    for name in ("name", "place", "target", "sealed_secret", "policy"):
        setattr(book, name, getattr(made, name))
    _save(book, "book changed", before=before)
    return book


def set_book_settings(book: Book, given: Mapping[str, str]) -> Book:
    """Change some settings of a book; the others stay. Raises SettingsRefused."""
    before = dict(book.policy)
    book.policy = {**before, **checked_settings(given)}
    with transaction.atomic():
        book.save(update_fields=["policy"])
        record("book settings changed", book.name, connection=book.connection, before=before, after=book.policy)
    return book


def _save(book: Book, action: str, before: Mapping[str, object] | None) -> None:
    try:
        with transaction.atomic():
            book.save()
            record(action, book.name, connection=book.connection, before=before, after=told(book))
    except IntegrityError:
        raise InvalidInput(
            "Another book has this name, or writes to this place.",
            remedy="Choose another name, folder or database: one place has one writer.",
        ) from None


def remove_book(book: Book) -> None:
    """Forget a book that holds nothing of ours. Raises InvalidInput when it does: its history must stay."""
    count = LedgerDocument.objects.filter(book=book).exclude(marker="").count()
    if count:
        raise InvalidInput(
            f"{count} documents were posted to '{book.name}'; it is kept, so that they are never posted again.",
            remedy="Route documents to another book instead.",
        )
    with transaction.atomic():
        record("book removed", book.name, connection=book.connection, before=told(book))
        book.delete()


def check_book(book: Book, books: Books, clock: Clock) -> BookInfo:
    """Prove that the book can be reached, and note it. Raises RemoteError, which is noted, too."""
    book.checked_at = clock.now()
    try:
        info = books.info()
    except RemoteError as error:
        book.state, book.state_reason = Book.State.NOT_CONNECTED, error.sentence
        _note_check(book)
        raise
    book.state, book.state_reason = Book.State.CONNECTED, ""
    _note_check(book)
    return info


def _note_check(book: Book) -> None:
    if book.pk:
        book.save(update_fields=["state", "state_reason", "checked_at"])


def told(book: Book) -> dict[str, object]:
    """What the audit trail says of a book: everything but its password."""
    secret = "kept" if book.sealed_secret else ""
    return {"name": book.name, "kind": book.kind, **book.place, "password": secret, "settings": dict(book.policy)}
