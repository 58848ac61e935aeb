"""`bursar book set` and `settings`: how a book wants its documents."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bursar.cli.book_document import BOOK_KEYS, SETTING_KEYS, book_document, setting_documents, show_settings
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import print_json, say
from bursar.domain.errors import InvalidInput
from bursar.usecases.books import find_book, set_book_settings
from bursar.usecases.connections import find_connection

SET_SHAPE: Shape = {"": ("connection", "book"), "book": BOOK_KEYS}
SETTINGS_SHAPE: Shape = {"": ("settings",), "settings[]": SETTING_KEYS}


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Words like `name=value`. Raises InvalidInput."""
    found: dict[str, str] = {}
    for word in given or ():
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(f"'{word}' sets nothing.", remedy="Write NAME=VALUE, as in currency=USD.")
        found[name.strip()] = value.strip()
    return found


def set_some(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the book.")],
    settings: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE...", help="Settings, as `book settings` lists them.")
    ],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Change settings of a book, all or none. What is in the books already stays as it is."""
    book = set_book_settings(find_book(find_connection(connection), name), pairs(settings))
    if as_json:
        print_json({"connection": book.connection.name, "book": book_document(book)})
        return
    for setting in pairs(settings):
        say(f"{setting} of '{book.name}' is {book.policy[setting] or 'empty'}.")
    say("This counts from the next export on; export again before you post.")


def list_settings(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show the values of this book.")] = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List the settings that a book has, with meaning and default; with a name, its values in force."""
    book = find_book(find_connection(connection), name) if name else None
    if as_json:
        print_json({"settings": setting_documents(book)})
    else:
        show_settings(book)


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar book` that are about settings."""
    group.command(
        "set",
        epilog=epilog(
            "bursar book set Main currency=USD batches=document",
            "bursar book set Main closed_through=2026-09-30",
            "bursar book set Main closed_through= (nothing is closed any more)",
            keys=SET_SHAPE,
        ),
    )(with_store(set_some))
    group.command(
        "settings",
        epilog=epilog("bursar book settings", "bursar book settings Main --json", keys=SETTINGS_SHAPE),
    )(with_store(list_settings))
