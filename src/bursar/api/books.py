"""Books: the sets of books that documents go to, with their settings and lists. Passwords go in and never come out."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import PurePath
from typing import Annotated

from django.http import HttpResponse
from pydantic import BaseModel, Field, SecretStr

from bursar.api.problems import Unknown
from bursar.api.routes import REMOTE, Routes, location
from bursar.api.values import Flag, Given, Id, Words, choices, connection_at
from bursar.domain.books.traits import Capability, Proof
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.ports import BookInfo
from bursar.store.models import Book, Connection
from bursar.usecases.book_settings import BOOK_SETTINGS, setting_of
from bursar.usecases.books import (
    NewBook,
    add_book,
    books_of,
    candidate,
    change_book,
    check_book,
    note_test,
    remove_book,
    set_book_settings,
)
from bursar.wiring import SystemClock, book_traits, books_adapter

routes = Routes("Books")
AT = "/connections/{int:connection_id}/books"
ONE = f"{AT}/{{int:book_id}}"
PLACE = ("folder", "url", "database", "user")

BookKind = Annotated[Book.Kind, choices(Book.Kind)]
BookState = Annotated[Book.State, choices(Book.State)]


class BookShown(BaseModel):
    """A book. Its password is never shown."""

    id: int
    name: str
    kind: BookKind
    place: dict[str, str] = Field(description="`folder`; of Tryton `url`, `database` and `user`.")
    state: BookState
    state_reason: str
    checked_at: datetime | None
    settings: dict[str, str] = Field(description="Those that somebody set.")
    payments_read_to: datetime | None


class BooksShown(BaseModel):
    """All books of a connection, by name."""

    books: list[BookShown]


class BookInFull(BookShown):
    """A book, and what its kind can do and has room for."""

    can: list[Capability]
    proof: Proof
    proven_by: str
    limits: dict[str, int]


class GivenBook(Given):
    """A new book. It is tested first; one that cannot be reached is not stored."""

    name: Words
    kind: BookKind
    folder: Words | None = Field(default=None, description="Of every kind but tryton: an absolute path on the server.")
    url: Words | None = None
    database: Words | None = None
    user: Words | None = None
    password: SecretStr | None = Field(default=None, description="Of Tryton.")
    settings: dict[str, Words] = Field(default_factory=dict)
    test: Flag = Field(default=True, description="false stores it untested.")


class BookChange(Given):
    """What to change; what is left out stays, the password too, unless the address is another one.

    A book that holds documents stays where it is.
    """

    name: Words | None = None
    folder: Words | None = None
    url: Words | None = None
    database: Words | None = None
    user: Words | None = None
    password: SecretStr | None = None
    test: Flag = True


class BookTestShown(BaseModel):
    """Who answered."""

    name: str
    version: str
    currency: str


class BookSettingShown(BaseModel):
    """One setting with its value in force."""

    name: str
    label: str
    value: str
    default: str
    choices: list[str]
    meaning: str


class BookSettingsShown(BaseModel):
    """Every setting of a book."""

    settings: list[BookSettingShown]


class BookSettingsChange(Given):
    """All changes are stored, or none. They count from the next export on."""

    settings: dict[str, Words] = Field(min_length=1)


@routes.get(AT, Role.VIEWER, BooksShown)
def list_books(connection_id: Id) -> BooksShown:
    """Books of a connection."""
    return BooksShown(books=[_shown(book) for book in books_of(connection_at(connection_id))])


@routes.post(AT, Role.ADMINISTRATOR, BookShown, status=201, may=REMOTE)
def create_book(connection_id: Id, new: GivenBook, response: HttpResponse) -> BookShown:
    """Test a book, then store it."""
    connection = connection_at(connection_id)
    secret = new.password.get_secret_value() if new.password else ""
    entered = NewBook(new.name, new.kind.value, _place(new), secret, new.settings)
    tried = _tried(candidate(connection, entered), test=new.test)
    book = add_book(connection, entered)
    note_test(book, tried)
    response["Location"] = location("connections", connection.pk, "books", book.pk)
    return _shown(book)


@routes.get(ONE, Role.VIEWER, BookInFull)
def get_book(connection_id: Id, book_id: Id) -> BookInFull:
    """One book, what it can do, and who has proven that."""
    book = book_at(connection_at(connection_id), book_id)
    traits = book_traits(book)
    limits = {name: getattr(traits.limits, name) for name in traits.limits.__slots__}
    return BookInFull(
        **_shown(book).model_dump(),
        can=sorted(traits.capabilities),
        proof=traits.proof,
        proven_by=traits.proven_by,
        limits={name: value for name, value in limits.items() if value is not None},
    )


@routes.patch(ONE, Role.ADMINISTRATOR, BookShown, may=REMOTE)
def edit_book(connection_id: Id, book_id: Id, change: BookChange) -> BookShown:
    """Change where a book is, its name or its password, after testing it."""
    stored = book_at(connection_at(connection_id), book_id)
    secret = change.password.get_secret_value() if change.password else ""
    name = stored.name if change.name is None else change.name
    entered = NewBook(name, stored.kind, {**stored.place, **_place(change)}, secret)
    tried = _tried(candidate(stored.connection, entered, stored), test=change.test)
    book = change_book(stored, entered)
    note_test(book, tried)
    return _shown(book)


@routes.delete(ONE, Role.ADMINISTRATOR)
def delete_book(connection_id: Id, book_id: Id) -> None:
    """Forget a book that holds nothing of ours. Its files or database stay as they are."""
    remove_book(book_at(connection_at(connection_id), book_id))


@routes.post(f"{ONE}/test", Role.OPERATOR, BookTestShown, may=REMOTE)
def test_book(connection_id: Id, book_id: Id) -> BookTestShown:
    """Prove that a book can be reached and written to. Nothing is posted."""
    info = _reach(book_at(connection_at(connection_id), book_id))
    return BookTestShown(name=info.name, version=info.version, currency=info.currency)


@routes.get(f"{ONE}/settings", Role.VIEWER, BookSettingsShown)
def get_book_settings(connection_id: Id, book_id: Id) -> BookSettingsShown:
    """Settings of a book, with meaning and default."""
    return _settings(book_at(connection_at(connection_id), book_id))


@routes.patch(f"{ONE}/settings", Role.ADMINISTRATOR, BookSettingsShown)
def change_book_settings(connection_id: Id, book_id: Id, change: BookSettingsChange) -> BookSettingsShown:
    """Change some settings of a book. What is in the books already stays as it is."""
    return _settings(set_book_settings(book_at(connection_at(connection_id), book_id), change.settings))


def book_at(connection: Connection, book_id: int) -> Book:
    """The book of an address. Raises Unknown."""
    found = books_of(connection).filter(pk=book_id).first()
    if found is None:
        raise Unknown(f"There is no book {book_id} of '{connection.name}'.", remedy="GET …/books lists them all.")
    found.connection = connection
    return found


def _place(given: GivenBook | BookChange) -> Mapping[str, str]:
    """Where it is, of what was sent. Raises InvalidInput: a path without a beginning means another place each time."""
    found = {part: value for part in PLACE if (value := getattr(given, part)) is not None}
    if "folder" in found and not PurePath(found["folder"].strip()).is_absolute():
        raise InvalidInput("The folder is not written in full.", remedy="Send an absolute path on the server.")
    return found


def _reach(book: Book) -> BookInfo:
    """Raises RemoteError when the book cannot be reached, which is noted on a stored one."""
    with closing(books_adapter(book)) as books:
        return check_book(book, books, SystemClock())


def _tried(book: Book, *, test: bool) -> Book | None:
    """The candidate once it was reached; None without a test. Raises InvalidInput when it cannot even be opened."""
    with closing(books_adapter(book)) as books:
        if not test:
            return None
        check_book(book, books, SystemClock())
    return book


def _shown(book: Book) -> BookShown:
    same = ("name", "place", "state_reason", "checked_at", "payments_read_to")
    return BookShown(
        id=book.pk,
        kind=Book.Kind(book.kind),
        state=Book.State(book.state),
        settings=dict(book.policy),
        **{name: getattr(book, name) for name in same},
    )


def _settings(book: Book) -> BookSettingsShown:
    return BookSettingsShown(
        settings=[
            BookSettingShown(
                name=each.name,
                label=each.label,
                value=setting_of(book, each.name),
                default=each.default,
                choices=list(each.choices),
                meaning=each.meaning,
            )
            for each in BOOK_SETTINGS
        ]
    )
