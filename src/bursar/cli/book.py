"""`bursar book`: the sets of books that documents go to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli import book_mapping, book_route, book_set
from bursar.cli.adapters import open_book, real_clock
from bursar.cli.book_document import (
    BOOK_KEYS,
    FULL_SHAPE,
    book_document,
    full_document,
    place_of,
    show_book,
)
from bursar.cli.book_password import PASSWORD, VARIABLE
from bursar.cli.book_set import pairs
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import ExitCode
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName, Yes
from bursar.cli.output import Listing, complain, print_json, remark, say
from bursar.domain.errors import RemoteError
from bursar.ports import BookInfo
from bursar.store.models import Book
from bursar.usecases.books import (
    NewBook,
    add_book,
    books_of,
    candidate,
    change_book,
    check_book,
    find_book,
    note_test,
    remove_book,
)
from bursar.usecases.connections import find_connection

app = typer.Typer(help="The books that documents go to: add, list, test, set, route, map, remove.")

INFO_KEYS = ("name", "version", "currency")
ADD_SHAPE: Shape = {"": ("connection", "book", "tested"), "book": BOOK_KEYS}
LIST_SHAPE: Shape = {"": ("connection", "books"), "books[]": BOOK_KEYS}
TEST_SHAPE: Shape = {
    "": ("connection", "book", "successful", "info", "problem"),
    "book": BOOK_KEYS,
    "info": INFO_KEYS,
    "problem": ("code", "sentence", "remedy"),
}
REMOVE_SHAPE: Shape = {"": ("connection", "removed")}

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the book.")]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Name of the book; not needed when there is only one.")
]
Folder = Annotated[
    Path | None, typer.Option("--folder", metavar="DIR", help="Folder of the files; of every kind but tryton.")
]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Address of the Tryton server.")]
Database = Annotated[str | None, typer.Option("--database", metavar="NAME", help="Database on it.")]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="User to log in as.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="File that holds the password.")
]
NoTest = Annotated[bool, typer.Option("--no-test", help="Store it without a test.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting, as `book settings` lists them; may be repeated."),
]


@app.command(
    "add",
    epilog=epilog(
        "bursar book add Main --kind plaintext --folder /srv/books",
        "bursar book add Sage --kind sage50 --folder /srv/sage --set currency=GBP --set batches=document",
        "bursar book add Tryton --kind tryton --url https://tryton.example.com --database acme --user bursar",
        f"{VARIABLE}=... bursar book add Tryton --kind tryton ... (no prompt)",
        keys=ADD_SHAPE,
    ),
)
@with_store
def add(
    name: Name,
    kind: Annotated[Book.Kind, typer.Option("--kind", metavar="|".join(Book.Kind.values), help="What kind of books.")],
    folder: Folder = None,
    url: Url = None,
    database: Database = None,
    user: User = None,
    password_file: PasswordFile = None,
    settings: Settings = None,
    no_test: NoTest = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Add a book after testing it.

    Tryton's password is asked for, or read from BURSAR_BOOK_PASSWORD or a file; it is never an option, because command
    lines end up in histories and process lists. A book that cannot be reached is not stored.
    """
    chosen = find_connection(connection)
    secret = PASSWORD.asked(password_file) if kind == Book.Kind.TRYTON else ""
    entered = NewBook(name, kind.value, _place(folder, url, database, user), secret, pairs(settings))
    tried = _tried(candidate(chosen, entered), test=not no_test)
    book = add_book(chosen, entered)
    note_test(book, tried)
    _tell_stored(book, tested=not no_test, as_json=as_json)


@app.command(
    "edit",
    epilog=epilog(
        "bursar book edit Main --name Books",
        "bursar book edit Tryton --password",
        "bursar book edit Tryton --url https://tryton.example.com --password",
        keys=ADD_SHAPE,
    ),
)
@with_store
def edit(
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="New name.")] = None,
    folder: Folder = None,
    url: Url = None,
    database: Database = None,
    user: User = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    password_file: PasswordFile = None,
    no_test: NoTest = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Change where a book is, its name or its password, after testing it; what is not given stays.

    A book that holds documents stays where it is. A stored password is never sent to another address.
    """
    stored = find_book(find_connection(connection), name)
    secret = (PASSWORD.asked if password else PASSWORD.given)(password_file)
    place = {**stored.place, **_place(folder, url, database, user)}
    entered = NewBook(new_name or stored.name, stored.kind, place, secret)
    tried = _tried(candidate(stored.connection, entered, stored), test=not no_test)
    book = change_book(stored, entered)
    note_test(book, tried)
    _tell_stored(book, tested=not no_test, as_json=as_json)


def _place(folder: Path | None, url: str | None, database: str | None, user: str | None) -> Mapping[str, str]:
    """What was given. A folder is written in full: a worker may have another working directory."""
    given = {
        "folder": str(folder.expanduser().resolve()) if folder else None,
        "url": url,
        "database": database,
        "user": user,
    }
    return {part: value for part, value in given.items() if value}


def _reach(book: Book) -> BookInfo:
    """Raises RemoteError when the book cannot be reached."""
    with open_book(book) as books:
        return check_book(book, books, real_clock())


def _tried(book: Book, *, test: bool) -> Book | None:
    """The candidate once it was reached; None without a test. Raises InvalidInput when it cannot even be opened."""
    with open_book(book) as books:
        if not test:
            return None
        check_book(book, books, real_clock())
    return book


def _tell_stored(book: Book, *, tested: bool, as_json: bool) -> None:
    if as_json:
        print_json({"connection": book.connection.name, "book": book_document(book), "tested": tested})
        return
    if tested:
        say("Test is successful.")
    say(f"Book '{book.name}' is stored: {book.get_kind_display()}, {place_of(book)}.")


@app.command("list", epilog=epilog("bursar book list", "bursar book list --json", keys=LIST_SHAPE))
@with_store
def show_all(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Show all books. Passwords are never shown."""
    chosen = find_connection(connection)
    books = list(books_of(chosen))
    if as_json:
        print_json({"connection": chosen.name, "books": [book_document(book) for book in books]})
        return
    listing = Listing("Name", "Kind", "Where", "State", "Checked", "Settings")
    for book in books:
        settings = ", ".join(f"{name} {value}" for name, value in sorted(book.policy.items()))
        listing.row(
            book.name, book.get_kind_display(), place_of(book), book.get_state_display(), book.checked_at, settings
        )
    listing.show(if_empty="There is no book yet. Add one with `bursar book add`.")


@app.command("show", epilog=epilog("bursar book show", "bursar book show Main --json", keys=FULL_SHAPE))
@with_store
def show(name: OptionalName = None, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Show a book: where it is, what it can do and who has proven that, and its settings in force."""
    book = find_book(find_connection(connection), name or "")
    with open_book(book) as books:
        traits = books.traits
    if as_json:
        print_json(full_document(book, traits))
    else:
        show_book(book, traits)


@app.command("test", epilog=epilog("bursar book test", "bursar book test Main --json", keys=TEST_SHAPE))
@with_store
def try_out(name: OptionalName = None, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Prove that a book can be reached and written to. Nothing is posted."""
    book = find_book(find_connection(connection), name or "")
    try:
        info, problem = _reach(book), None
    except RemoteError as error:
        info, problem = None, error
    if as_json:
        _print_test(book, info, problem)
    elif problem is not None:
        remark("Test is not successful.", style="red")
        complain(problem.sentence, problem.remedy)
    elif info is not None:
        say("Test is successful.", style="green")
        say(f"{info.name} {info.version} {info.currency}".strip())
    if problem is not None:
        raise typer.Exit(ExitCode.CONNECTION)


def _print_test(book: Book, info: BookInfo | None, problem: RemoteError | None) -> None:
    told = {"code": problem.code, "sentence": problem.sentence, "remedy": problem.remedy} if problem else None
    facts = {key: getattr(info, key) for key in INFO_KEYS} if info else None
    document = {"connection": book.connection.name, "book": book_document(book), "successful": problem is None}
    print_json({**document, "info": facts, "problem": told})


@app.command("remove", epilog=epilog("bursar book remove Old", "bursar book remove Old --yes", keys=REMOVE_SHAPE))
@with_store
def remove(name: Name, yes: Yes = False, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Forget a book that holds nothing of ours. Its files or database stay as they are."""
    book = find_book(find_connection(connection), name)
    must_agree(f"Forget the book '{book.name}' with its routes and mappings?", given=yes)
    remove_book(book)
    if as_json:
        print_json({"connection": book.connection.name, "removed": name})
    else:
        say(f"Book '{name}' is forgotten.")


book_set.add_to(app)
app.add_typer(book_route.app, name="route")
book_mapping.add_to(app)
