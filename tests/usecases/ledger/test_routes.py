"""Routes as people keep them: added, moved and removed in an order that counts, each change in the audit trail."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry, Book, Connection, LedgerRoute
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
)


@pytest.fixture
def connection(db: None) -> Connection:
    return Connection.objects.create(name="main")


@pytest.fixture
def book(connection: Connection) -> Book:
    return Book.objects.create(connection=connection, name="Main", kind="plaintext", target="/books")


def reasons(connection: Connection) -> list[str]:
    return [row.reason or str(row.book) for row in routes_in_order(connection)]


def test_a_route_goes_behind_the_others_or_where_it_is_told(connection: Connection, book: Book) -> None:
    add_route(connection, NewRoute(book))
    add_route(connection, NewRoute(reason="Stock is counted elsewhere.", kinds=["inventory_transfer"]), 1)
    add_route(connection, NewRoute(reason="Second", locations=["Madison"]), 2)
    assert reasons(connection) == ["Stock is counted elsewhere.", "Second", "Main"]
    assert [row.position for row in routes_in_order(connection)] == [1, 2, 3]
    entries = AuditEntry.objects.filter(action="route added").order_by("number")
    assert [entry.subject for entry in entries] == [
        "every document → to Main",
        "kind inventory_transfer → excluded: Stock is counted elsewhere.",
        "location Madison → excluded: Second",
    ]


def test_what_comes_after_a_route_for_everything_never_decides(connection: Connection, book: Book) -> None:
    add_route(connection, NewRoute(book))
    late = add_route(connection, NewRoute(reason="Too late", number_prefixes=["M-"]))
    assert never_deciding(routes_in_order(connection)) == [late]
    move_route(late, 1)
    assert never_deciding(routes_in_order(connection)) == []


@pytest.mark.parametrize(("position", "order"), [(1, "cab"), (2, "acb"), (3, "abc")])
def test_a_route_is_moved_and_the_others_close_ranks(connection: Connection, position: int, order: str) -> None:
    for reason in "abc":
        add_route(connection, NewRoute(reason=reason))
    moved = move_route(find_route(connection, 3), position)
    assert moved.position == position
    assert "".join(reasons(connection)) == order
    entry = AuditEntry.objects.get(action="route moved")
    assert (entry.before, entry.after) == ({"position": 3}, {"position": position})


def test_the_right_route_is_moved_after_a_book_was_removed_with_its_routes(connection: Connection, book: Book) -> None:
    add_route(connection, NewRoute(reason="a"))
    add_route(connection, NewRoute(book))
    add_route(connection, NewRoute(reason="b"))
    add_route(connection, NewRoute(reason="c"))
    book.delete()
    move_route(find_route(connection, 3), 1)
    assert reasons(connection) == ["c", "a", "b"]
    move_route(find_route(connection, 3), 2)
    assert reasons(connection) == ["c", "b", "a"]


def test_a_route_is_removed_and_the_others_close_ranks(connection: Connection) -> None:
    for reason in "abc":
        add_route(connection, NewRoute(reason=reason))
    remove_route(find_route(connection, 2))
    assert [(row.position, row.reason) for row in routes_in_order(connection)] == [(1, "a"), (2, "c")]
    entry = AuditEntry.objects.get(action="route removed")
    assert entry.before is not None
    assert (entry.before["reason"], entry.before["position"]) == ("b", 2)


def test_conditions_are_kept_once_each_and_told_in_words(connection: Connection, book: Book) -> None:
    made = add_route(
        connection, NewRoute(book, locations=[" Madison ", "Madison", "", "Minneapolis"], company_types=["Customer"])
    )
    assert made.conditions == {"locations": ["Madison", "Minneapolis"], "company_types": ["Customer"]}
    assert told_conditions(made) == "location Madison or Minneapolis, company type Customer"
    assert told(made) == {
        "position": 1,
        "book": "Main",
        "reason": "",
        "locations": ["Madison", "Minneapolis"],
        "departments": [],
        "company_types": ["Customer"],
        "number_prefixes": [],
        "kinds": [],
    }


def test_what_makes_no_route_is_refused_and_nothing_is_kept(connection: Connection, book: Book) -> None:
    for entered, said in (
        (NewRoute(), "leads to a book, or excludes"),
        (NewRoute(book, reason="Why?"), "leads to a book, or excludes"),
        (NewRoute(book, kinds=["planet"]), "'planet' is no kind of document"),
        (NewRoute(reason="x" * 201), "too long"),
    ):
        with pytest.raises(InvalidInput, match=said):
            add_route(connection, entered)
    with pytest.raises(InvalidInput, match="no place 3"):
        add_route(connection, NewRoute(book), 3)
    with pytest.raises(InvalidInput, match="no route 1"):
        find_route(connection, 1)
    assert not LedgerRoute.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_route_that_somebody_removed_meanwhile_is_not_moved(connection: Connection) -> None:
    first = add_route(connection, NewRoute(reason="a"))
    again = LedgerRoute.objects.get(pk=first.pk)
    remove_route(first)
    with pytest.raises(InvalidInput, match="not there any more"):
        move_route(again, 1)


def test_routes_of_another_connection_are_left_alone(connection: Connection) -> None:
    other = Connection.objects.create(name="other")
    add_route(other, NewRoute(reason="theirs"))
    add_route(connection, NewRoute(reason="ours"), 1)
    assert (reasons(other), reasons(connection)) == (["theirs"], ["ours"])
