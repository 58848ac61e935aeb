"""Routes: the rules that say which book a document belongs to, in the order in which they are asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.routes import unreachable
from bursar.store.models import Book, Connection, LedgerRoute
from bursar.store.queries.ledger import route_of
from bursar.usecases.audit import record

CONDITIONS = {
    "locations": "location",
    "departments": "department",
    "company_types": "company type",
    "number_prefixes": "number begins with",
    "kinds": "kind",
}
"""Each condition, and how a person calls it."""
MOST_ROUTES = 1000
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class NewRoute:
    """What a person enters: where documents go, or why they go nowhere; empty conditions hold for all of them."""

    book: Book | None = None
    """None excludes."""
    reason: str = ""
    locations: Collection[str] = field(default=())
    departments: Collection[str] = field(default=())
    company_types: Collection[str] = field(default=())
    number_prefixes: Collection[str] = field(default=())
    kinds: Collection[str] = field(default=())


def routes_in_order(connection: Connection) -> list[LedgerRoute]:
    """The routes of a connection; the first whose conditions all hold decides."""
    return list(LedgerRoute.objects.filter(connection=connection).select_related("book").order_by("position", "pk"))


def never_deciding(routes: Sequence[LedgerRoute]) -> list[LedgerRoute]:
    """Routes that come after one without any condition: no document ever gets to them."""
    return [routes[place] for place in unreachable([route_of(row) for row in routes])]


def find_route(connection: Connection, position: int) -> LedgerRoute:
    """The route at that place, counted from 1. Raises InvalidInput."""
    routes = routes_in_order(connection)
    if not 1 <= position <= len(routes):
        raise InvalidInput(f"There is no route {position}.", remedy="Look at `bursar book route list`.")
    return routes[position - 1]


def add_route(connection: Connection, entered: NewRoute, position: int | None = None) -> LedgerRoute:
    """Store a route, at that place or behind all others. Raises InvalidInput."""
    conditions = _conditions(entered)
    reason = entered.reason.strip()
    if (entered.book is None) != bool(reason):
        raise InvalidInput(
            "A route leads to a book, or excludes with a reason.", remedy="Give one of the two, and not both."
        )
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("The reason is too long.", remedy=f"Use at most {LONGEST_REASON} characters.")
    with transaction.atomic():
        routes = _locked(connection)
        if len(routes) >= MOST_ROUTES:
            raise InvalidInput(f"There are {MOST_ROUTES} routes already.", remedy="Remove some first.")
        made = LedgerRoute(connection=connection, position=0, book=entered.book, reason=reason, conditions=conditions)
        routes.insert(_place(position, len(routes) + 1), made)
        _number(routes)
        record("route added", told_short(made), connection=connection, after=told(made))
    return made


def move_route(route: LedgerRoute, position: int) -> LedgerRoute:
    """Ask a route earlier or later; the others close ranks. Raises InvalidInput."""
    with transaction.atomic():
        routes = _locked(route.connection)
        # by place: where a book was removed with its routes, the numbers that are kept have gaps
        before = next((place for place, row in enumerate(routes, start=1) if row.pk == route.pk), None)
        if before is None:
            raise InvalidInput("This route is not there any more.", remedy="Look at the list of routes.")
        place = _place(position, len(routes))
        moved = routes.pop(before - 1)
        routes.insert(place, moved)
        _number(routes)
        record(
            "route moved",
            told_short(moved),
            connection=route.connection,
            before={"position": before},
            after={"position": moved.position},
        )
    return moved


def remove_route(route: LedgerRoute) -> None:
    """Forget a route. Documents that were posted by it stay where they are."""
    with transaction.atomic():
        routes = [row for row in _locked(route.connection) if row.pk != route.pk]
        record("route removed", told_short(route), connection=route.connection, before=told(route))
        route.delete()
        _number(routes)


def told(route: LedgerRoute) -> dict[str, object]:
    """A route as the audit trail and programs see it."""
    return {
        "position": route.position,
        "book": route.book.name if route.book else None,
        "reason": route.reason,
        **{name: list(route.conditions.get(name, ())) for name in CONDITIONS},
    }


def told_conditions(route: LedgerRoute) -> str:
    """What must hold, in words."""
    told = (
        f"{word} {' or '.join(route.conditions[name])}" for name, word in CONDITIONS.items() if name in route.conditions
    )
    return ", ".join(told) or "every document"


def told_short(route: LedgerRoute) -> str:
    """A route in one line."""
    where = f"to {route.book}" if route.book else f"excluded: {route.reason}"
    return f"{told_conditions(route)} → {where}"


def _conditions(entered: NewRoute) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in CONDITIONS:
        given: Collection[str] = getattr(entered, name)
        words = list(dict.fromkeys(word.strip() for word in given if word.strip()))
        if words:
            found[name] = words
    unknown = next((kind for kind in found.get("kinds", ()) if kind not in set(DocumentKind)), None)
    if unknown:
        raise InvalidInput(f"'{unknown}' is no kind of document.", remedy=f"Choose of: {', '.join(DocumentKind)}.")
    return found


def _locked(connection: Connection) -> list[LedgerRoute]:
    """The routes, for one person after the other."""
    Connection.objects.select_for_update().get(pk=connection.pk)
    return routes_in_order(connection)


def _place(position: int | None, last: int) -> int:
    if position is None:
        return last - 1
    if not 1 <= position <= last:
        raise InvalidInput(f"There is no place {position}.", remedy=f"Choose one from 1 to {last}.")
    return position - 1


def _number(routes: Sequence[LedgerRoute]) -> None:
    for position, row in enumerate(routes, start=1):
        if row.position != position or row.pk is None:
            row.position = position
            row.save()
