"""Books: add, change, find and remove the sets of books that documents go to. Passwords go in sealed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from bursar.domain.errors import InvalidInput, RemoteError
from bursar.ports import BookInfo, Books, Clock
from bursar.store.models import Book, Connection, LedgerDocument, Posting
from bursar.store.vault import seal
from bursar.usecases.audit import record
from bursar.usecases.billing_settings import digest
from bursar.usecases.book_settings import checked_settings
from bursar.usecases.keep_settlements import keep_without
from bursar.usecases.refusals import ChangedMeanwhile

PLACES: Mapping[str, tuple[str, ...]] = {
    Book.Kind.PLAINTEXT: ("folder",),
    Book.Kind.CSV: ("folder",),
    Book.Kind.SAGE50: ("folder",),
    Book.Kind.IIF: ("folder",),
    Book.Kind.TRYTON: ("url", "database", "user"),
}
"""What says where a book of each kind is."""
HOME_CURRENCY_ONLY = frozenset({Book.Kind.SAGE50, Book.Kind.IIF})
OWN_DEFAULTS: Mapping[str, Mapping[str, str]] = {Book.Kind.TRYTON: {"cogs_apart": "yes"}}
"""Settings that a new book of a kind begins with: an invoice in Tryton cannot carry its cost of goods sold."""
LONGEST_NAME = 60
CHANGEABLE = ("name", "place", "target", "sealed_secret", "policy")
"""What people change of a book."""


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
    """The book as it would be stored, for a test before it is; never saved itself. Raises InvalidInput."""
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
    if stored is None:
        policy = {**OWN_DEFAULTS.get(kind, {}), **policy}
    _check_currency(name, kind, policy)
    sealed = seal(entered.secret) if entered.secret else _kept_password(place, stored)
    if kind == Book.Kind.TRYTON and not sealed:
        raise InvalidInput(f"The book '{name}' lacks the password of {place['user']}.", remedy="Enter it.")
    return Book(
        connection=connection,
        name=name,
        kind=kind,
        place=place,
        target=_target(kind, place),
        sealed_secret=sealed,
        policy=policy,
    )


def _check_currency(name: str, kind: str, policy: Mapping[str, str]) -> None:
    """Raises InvalidInput when amounts of every currency would stand there as if they were of the same."""
    if kind in HOME_CURRENCY_ONLY and not policy.get("currency"):
        raise InvalidInput(
            f"'{name}' needs a currency: such files hold amounts of the home currency only.",
            remedy="Set its currency, such as USD; documents in others need a book of their own.",
        )


def _kept_password(place: Mapping[str, str], stored: Book | None) -> str:
    """The stored one, but never for another site: whoever may change an address may not thereby learn the password."""
    if stored is None or not stored.sealed_secret:
        return ""
    if _target(stored.kind, {**place, "database": ""}) != _target(stored.kind, {**stored.place, "database": ""}):
        raise InvalidInput(
            f"The address of '{stored.name}' is another one, and the stored password is not sent to another site.",
            remedy="Enter the password again.",
        )
    return stored.sealed_secret


def book_version(book: Book) -> str:
    """What can be changed of a book is now, as a short digest: another one when somebody saved any of it since."""
    return digest({name: getattr(book, name) for name in CHANGEABLE})


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


def change_book(book: Book, entered: NewBook, *, version: str | None = None) -> Book:
    """Store a book's changed name, place, password and settings; the kind stays.

    `version` is what `book_version` said when they were shown. Raises InvalidInput, ChangedMeanwhile among it.
    """
    with transaction.atomic():
        stored = Book.objects.select_for_update().select_related("connection").get(pk=book.pk)
        if version is not None and version != book_version(stored):
            raise ChangedMeanwhile("book")
        before = told(stored)
        made = candidate(stored.connection, entered, stored)
        if made.target != stored.target:
            _refuse_move(stored)
        if (made.place, made.sealed_secret) != (stored.place, stored.sealed_secret):
            stored.checked_at = None  # what was tested is not what is there now
        for name in CHANGEABLE:
            setattr(stored, name, getattr(made, name))
        _save(stored, "book changed", before=before)
    return stored


def documents_of(book: Book) -> QuerySet[LedgerDocument]:
    """Documents that were posted to the book, wherever today's routes lead; those that were taken back, too."""
    return LedgerDocument.objects.filter(delivered_to=book).exclude(marker="")


def _refuse_move(book: Book) -> None:
    if documents_of(book).exists():
        raise InvalidInput(
            f"'{book.name}' holds documents, so it stays where it is.",
            remedy="Add another book for the new place, and route documents there.",
        )
    _refuse_while_unclear(book)


def _refuse_while_unclear(book: Book) -> None:
    unclear = (Posting.State.SENDING, Posting.State.UNKNOWN)
    if Posting.objects.filter(book=book, state__in=unclear).exists():
        raise InvalidInput(
            f"Something was sent to '{book.name}' whose answer was lost.",
            remedy="Post again first: Bursar looks for it there. Then change the book.",
        )


def set_book_settings(book: Book, given: Mapping[str, str]) -> Book:
    """Change some settings of a book; the others stay. Raises SettingsRefused, and InvalidInput without a currency."""
    checked = checked_settings(given)
    with transaction.atomic():
        before = dict(Book.objects.select_for_update().get(pk=book.pk).policy)
        after = {**before, **checked}
        _check_currency(book.name, book.kind, after)
        book.policy = after
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
    count = documents_of(book).count()
    if count:
        raise InvalidInput(
            f"{count} documents were posted to '{book.name}'; it is kept, so that they are never posted again.",
            remedy="Route documents to another book instead.",
        )
    _refuse_while_unclear(book)
    with transaction.atomic():
        keep_without(book, timezone.now())
        record("book removed", book.name, connection=book.connection, before=told(book))
        book.delete()


def check_book(book: Book, books: Books, clock: Clock) -> BookInfo:
    """Prove that the book can be reached, and note it. Raises RemoteError, which is noted, too.

    Of a candidate nothing is kept: what is stored may be at another place.
    """
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


def note_test(book: Book, tested: Book | None) -> None:
    """Note on a stored book how the test of its candidate went; None: it was stored without one."""
    if tested is not None:
        book.state, book.state_reason, book.checked_at = tested.state, tested.state_reason, tested.checked_at
    elif book.checked_at is None:
        book.state, book.state_reason = Book.State.NOT_CONNECTED, "It was stored without a test."
    _note_check(book)


def _note_check(book: Book) -> None:
    if book.pk:
        book.save(update_fields=["state", "state_reason", "checked_at"])


def told(book: Book) -> dict[str, object]:
    """What the audit trail says of a book: everything but its password."""
    secret = "kept" if book.sealed_secret else ""
    return {"name": book.name, "kind": book.kind, **book.place, "password": secret, "settings": dict(book.policy)}
