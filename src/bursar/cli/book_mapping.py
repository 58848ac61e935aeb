"""`bursar book map`, `mapping` and `mapping-import`: what ConnectWise's codes are called in a book."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import real_clock
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, print_json, say
from bursar.domain.books.references import ReferenceKind
from bursar.store.models import BookCode
from bursar.usecases.book_code_file import export_codes, import_codes
from bursar.usecases.book_codes import map_code
from bursar.usecases.books import find_book
from bursar.usecases.connections import find_connection

CODE_KEYS = ("kind", "source", "label", "target", "unusable", "decided_by", "decided_at", "seen_at")
LIST_SHAPE: Shape = {"": ("connection", "book", "codes"), "codes[]": CODE_KEYS}
MAP_SHAPE: Shape = {"": ("connection", "book", "code"), "code": CODE_KEYS}
IMPORT_SHAPE: Shape = {"": ("connection", "book", "done")}

Book = Annotated[str, typer.Argument(metavar="NAME", help="Name of the book.")]


def map_one(
    name: Book,
    kind: Annotated[ReferenceKind, typer.Argument(metavar="KIND", help=f"One of: {', '.join(ReferenceKind)}.")],
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The code as ConnectWise has it.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="What the book calls it; empty text takes it back.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Say what a code of ConnectWise is called in a book. Documents that were posted stay as they are."""
    book = find_book(find_connection(connection), name)
    row = map_code(book, kind, source, target, real_clock().now())
    if as_json:
        print_json({"connection": book.connection.name, "book": book.name, "code": _document(row)})
        return
    say(f"{kind.capitalize()} {row.source} goes to {book.name} as {row.target or row.source}.")
    say("This counts from the next export on; export again before you post.")


def show_codes(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Name of the book; not needed for the only one.")
    ] = None,
    kind: Annotated[
        ReferenceKind | None, typer.Option("--kind", metavar="|".join(ReferenceKind), help="Only this kind.")
    ] = None,
    unusable: Annotated[
        bool, typer.Option("--unusable", help="Only codes that the book has no usable entry for.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, to be filled in and imported again.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List the codes that documents of a book use, and what each is called there."""
    book = find_book(find_connection(connection), name or "")
    if as_csv:
        sys.stdout.writelines(export_codes(book, kind.value if kind else "", unusable=unusable))
        return
    rows = BookCode.objects.filter(book=book)
    if kind:
        rows = rows.filter(kind=kind.value)
    if unusable:
        rows = rows.filter(unusable=True)
    if as_json:
        print_json({"connection": book.connection.name, "book": book.name, "codes": [_document(row) for row in rows]})
        return
    listing = Listing("Kind", "In ConnectWise", "Name", f"In {book.name}", "Usable")
    for row in rows:
        listing.row(row.kind, row.source, row.label, row.target or f"{row.source} (as it is)", not row.unusable)
    every = not (kind or unusable)
    listing.show(
        if_empty="No document has used a code yet: `bursar ledger export`." if every else "There is no such code."
    )


def take_in(
    name: Book,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `book mapping --csv` writes it.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Take in mappings from a CSV file with the columns kind, source and target, all or none."""
    book = find_book(find_connection(connection), name)
    done = import_codes(book, file.read_bytes(), real_clock().now())
    if as_json:
        print_json({"connection": book.connection.name, "book": book.name, "done": done})
    else:
        say(f"{counted(done, 'code')} of '{book.name}' set.")


def _document(row: BookCode) -> dict[str, object]:
    return {name: getattr(row, name) for name in CODE_KEYS}


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar book` that are about codes."""
    group.command(
        "map",
        epilog=epilog(
            "bursar book map Main account 4110 Income:Cloud",
            'bursar book map Main customer CASTLEROCK "" (as ConnectWise calls it)',
            keys=MAP_SHAPE,
        ),
    )(with_store(map_one))
    group.command(
        "mapping",
        epilog=epilog(
            "bursar book mapping Main --unusable",
            "bursar book mapping Main --kind account --csv > accounts.csv",
            keys=LIST_SHAPE,
        ),
    )(with_store(show_codes))
    group.command(
        "mapping-import",
        epilog=epilog("bursar book mapping-import Main accounts.csv", keys=IMPORT_SHAPE),
    )(with_store(take_in))
