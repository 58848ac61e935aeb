"""`bursar book route`: which documents go to which book, and which to none."""

from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, print_json, remark, say
from bursar.domain.ledger.documents import DocumentKind
from bursar.store.models import Connection, LedgerRoute
from bursar.usecases.book_routes import (
    NewRoute,
    add_route,
    find_route,
    move_route,
    never_deciding,
    remove_route,
    routes_in_order,
    told,
    told_conditions,
    told_short,
)
from bursar.usecases.books import books_of, find_book
from bursar.usecases.connections import find_connection

app = typer.Typer(help="Which documents go to which book: the first route whose conditions all hold decides.")

ROUTE_KEYS = (
    *("position", "book", "reason", "locations", "departments", "company_types", "number_prefixes", "kinds"),
    "decides",
)
LIST_SHAPE: Shape = {"": ("connection", "routes"), "routes[]": ROUTE_KEYS}
REMOVE_SHAPE: Shape = {"": ("connection", "removed", "routes"), "removed": ROUTE_KEYS[:-1], "routes[]": ROUTE_KEYS}

Position = Annotated[int, typer.Argument(metavar="POSITION", help="Place of the route, as `book route list` shows it.")]


def _only(option: str, metavar: str, which: str) -> typer.models.OptionInfo:
    """A condition that may be given several times: one of them must hold."""
    condition: typer.models.OptionInfo = typer.Option(
        option, metavar=metavar, help=f"Only documents {which}; may be repeated."
    )
    return condition


@app.command("list", epilog=epilog("bursar book route list", "bursar book route list --json", keys=LIST_SHAPE))
@with_store
def show_routes(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """List the routes in the order in which they are asked."""
    chosen = find_connection(connection)
    if as_json:
        print_json({"connection": chosen.name, "routes": _documents(chosen)})
    else:
        _show(chosen)


@app.command(
    "add",
    epilog=epilog(
        "bursar book route add --book Madison --location Madison",
        'bursar book route add --exclude "Stock is counted by hand." --kind inventory_adjustment --at 1',
        "bursar book route add --book Main (everything else)",
        keys=LIST_SHAPE,
    ),
)
@with_store
def add(
    book: Annotated[str | None, typer.Option("--book", metavar="NAME", help="The book that they go to.")] = None,
    exclude: Annotated[
        str | None, typer.Option("--exclude", metavar="REASON", help="They go to no book, for this reason.")
    ] = None,
    location: Annotated[list[str] | None, _only("--location", "NAME", "of this location")] = None,
    department: Annotated[list[str] | None, _only("--department", "NAME", "of this department")] = None,
    company_type: Annotated[list[str] | None, _only("--company-type", "NAME", "of companies of this type")] = None,
    prefix: Annotated[list[str] | None, _only("--prefix", "TEXT", "whose number begins so")] = None,
    kind: Annotated[
        list[DocumentKind] | None, _only("--kind", "KIND", f"of this kind ({', '.join(DocumentKind)})")
    ] = None,
    at: Annotated[
        int | None, typer.Option("--at", metavar="POSITION", help="Its place; else behind all others.")
    ] = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Add a route. Without a condition it holds for every document, and so belongs at the end."""
    chosen = find_connection(connection)
    entered = NewRoute(
        book=find_book(chosen, book) if book else None,
        reason=exclude or "",
        locations=location or (),
        departments=department or (),
        company_types=company_type or (),
        number_prefixes=prefix or (),
        kinds=kind or (),
    )
    add_route(chosen, entered, at)
    _tell(chosen, as_json=as_json)


@app.command("move", epilog=epilog("bursar book route move 3 1", keys=LIST_SHAPE))
@with_store
def move(
    position: Position,
    to: Annotated[int, typer.Argument(metavar="TO", help="Its new place.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Ask a route earlier or later."""
    chosen = find_connection(connection)
    move_route(find_route(chosen, position), to)
    _tell(chosen, as_json=as_json)


@app.command("remove", epilog=epilog("bursar book route remove 2", keys=REMOVE_SHAPE))
@with_store
def remove(position: Position, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Remove a route. Documents that were posted by it stay where they are."""
    chosen = find_connection(connection)
    route = find_route(chosen, position)
    removed, words = told(route), told_short(route)
    remove_route(route)
    if as_json:
        print_json({"connection": chosen.name, "removed": removed, "routes": _documents(chosen)})
        return
    say(f"Removed: {words}.")
    _show(chosen)


def _tell(connection: Connection, *, as_json: bool) -> None:
    if as_json:
        print_json({"connection": connection.name, "routes": _documents(connection)})
    else:
        _show(connection)


def _documents(connection: Connection) -> list[dict[str, object]]:
    routes = routes_in_order(connection)
    idle = {row.pk for row in never_deciding(routes)}
    return [{**told(row), "decides": row.pk not in idle} for row in routes]


def _show(connection: Connection) -> None:
    routes = routes_in_order(connection)
    idle = {row.pk for row in never_deciding(routes)}
    listing = Listing("", "Documents", "Go to")
    for row in routes:
        listing.row(row.position, told_conditions(row), _target(row) + (" (never decides)" if row.pk in idle else ""))
    listing.show(if_empty=_without_routes(connection))
    if idle:
        remark("A route behind one without conditions never decides: move it up, or remove it.", style="yellow")


def _target(row: LedgerRoute) -> str:
    return row.book.name if row.book else f"no book: {row.reason}"


def _without_routes(connection: Connection) -> str:
    books = list(books_of(connection)[:2])
    if len(books) == 1:
        return f"There is no route: every document goes to {books[0].name}, the only book."
    if books:
        return "There is no route, and several books: say what goes where with `bursar book route add`."
    return "There is no route yet, and no book: `bursar book add` makes one."
