"""Routes of documents: the rules that say which book each goes to, in the order in which they are asked."""

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpResponse
from pydantic import BaseModel, Field

from bursar.api.books import book_at
from bursar.api.problems import Unknown
from bursar.api.routes import Routes, location
from bursar.api.values import Given, GivenId, Id, Words, connection_at
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerRoute
from bursar.usecases.book_routes import (
    NewRoute,
    add_route,
    move_route,
    never_deciding,
    remove_route,
    routes_in_order,
)

routes = Routes("Books")
AT = "/connections/{int:connection_id}/routes"
ONE = f"{AT}/{{int:route_id}}"
MOST_WORDS = 200

Texts = Annotated[list[Words], Field(max_length=MOST_WORDS)]
Position = Annotated[int, Field(ge=1, le=32_000, strict=True)]


class DocumentRouteShown(BaseModel):
    """A rule: where documents go for which all conditions hold. An empty condition holds for every document."""

    id: int
    position: int
    book_id: int | None = Field(description="null excludes them.")
    reason: str
    locations: list[str]
    departments: list[str]
    company_types: list[str]
    number_prefixes: list[str]
    kinds: list[DocumentKind]
    decides: bool = Field(description="false: a route before it takes every document.")


class DocumentRoutesShown(BaseModel):
    """In their order. Without any, a single book takes everything."""

    routes: list[DocumentRouteShown]


class GivenRoute(Given):
    """A book, or else the reason for which documents are excluded; and conditions."""

    book_id: GivenId | None = None
    reason: Words = ""
    locations: Texts = Field(default_factory=list)
    departments: Texts = Field(default_factory=list)
    company_types: Texts = Field(default_factory=list)
    number_prefixes: Texts = Field(default_factory=list)
    kinds: Annotated[list[DocumentKind], Field(max_length=MOST_WORDS)] = Field(default_factory=list)
    position: Position | None = Field(default=None, description="Its place; null: behind all others.")


class RouteMoved(Given):
    """The new place of a route."""

    position: Position


@routes.get(AT, Role.VIEWER, DocumentRoutesShown)
def list_document_routes(connection_id: Id) -> DocumentRoutesShown:
    """Routes of documents, in their order; the first whose conditions all hold decides."""
    return _all(connection_at(connection_id))


@routes.post(AT, Role.ADMINISTRATOR, DocumentRouteShown, status=201)
def create_document_route(connection_id: Id, new: GivenRoute, response: HttpResponse) -> DocumentRouteShown:
    """Add a route. It counts from the next export on."""
    connection = connection_at(connection_id)
    entered = NewRoute(
        book=book_at(connection, new.book_id) if new.book_id is not None else None,
        **new.model_dump(exclude={"book_id", "position"}),
    )
    made = add_route(connection, entered, new.position)
    response["Location"] = location("connections", connection.pk, "routes", made.pk)
    return _one(connection, made.pk)


@routes.get(ONE, Role.VIEWER, DocumentRouteShown)
def get_document_route(connection_id: Id, route_id: Id) -> DocumentRouteShown:
    """One route."""
    return _one(connection_at(connection_id), route_id)


@routes.post(f"{ONE}/move", Role.ADMINISTRATOR, DocumentRoutesShown)
def move_document_route(connection_id: Id, route_id: Id, moved: RouteMoved) -> DocumentRoutesShown:
    """Ask a route earlier or later; the others close ranks."""
    connection = connection_at(connection_id)
    move_route(_at(connection, route_id), moved.position)
    return _all(connection)


@routes.delete(ONE, Role.ADMINISTRATOR)
def delete_document_route(connection_id: Id, route_id: Id) -> None:
    """Remove a route. Documents that were posted by it stay where they are."""
    remove_route(_at(connection_at(connection_id), route_id))


def _at(connection: Connection, route_id: int) -> LedgerRoute:
    found = next((row for row in routes_in_order(connection) if row.pk == route_id), None)
    if found is None:
        raise Unknown(f"There is no route {route_id} of '{connection.name}'.", remedy="GET …/routes lists them all.")
    found.connection = connection
    return found


def _one(connection: Connection, route_id: int) -> DocumentRouteShown:
    _at(connection, route_id)
    return next(row for row in _all(connection).routes if row.id == route_id)


def _all(connection: Connection) -> DocumentRoutesShown:
    rows = routes_in_order(connection)
    idle = {row.pk for row in never_deciding(rows)}
    return DocumentRoutesShown(routes=[_shown(row, decides=row.pk not in idle) for row in rows])


def _shown(row: LedgerRoute, *, decides: bool) -> DocumentRouteShown:
    def words(name: str) -> Sequence[str]:
        found: Sequence[str] = row.conditions.get(name, ())
        return found

    return DocumentRouteShown(
        id=row.pk,
        position=row.position,
        book_id=row.book_id,
        reason=row.reason,
        locations=list(words("locations")),
        departments=list(words("departments")),
        company_types=list(words("company_types")),
        number_prefixes=list(words("number_prefixes")),
        kinds=[DocumentKind(kind) for kind in words("kinds")],
        decides=decides,
    )
