"""Routes: which documents go to which book, in an order that counts; warned about what is never asked."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.store.models import Connection, LedgerRoute
from bursar.usecases.book_routes import NewRoute, add_route
from tests.web.ledger.rows import a_book
from tests.web.visitors import text_of, tree_of, words

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "routes", *ids: int) -> str:
    return reverse(f"books:{what}", args=[connection.pk, *ids])


def rows(answer: HttpResponse) -> list[list[str]]:
    return [[words(cell) for cell in row][:3] for row in tree_of(answer).findall(".//tbody/tr")]


@pytest.mark.parametrize(
    ("books", "said"),
    [
        ([], "No book yet"),
        (["Main"], "There is one book, and every document goes there."),
        (["Main", "Other"], "There are several books, so a route has to say"),
    ],
)
def test_without_routes_it_says_what_happens(
    books: list[str], said: str, connection: Connection, viewer: Client
) -> None:
    for name in books:
        a_book(connection, name)
    assert said in text_of(viewer.get(url(connection)))


def test_routes_in_their_order_with_what_is_never_asked(connection: Connection, viewer: Client) -> None:
    book = a_book(connection)
    add_route(connection, NewRoute(reason="Counted elsewhere.", kinds=["inventory_transfer"]))
    page = text_of(viewer.get(url(connection)))
    assert "A document that no route matches is blocked" in page
    add_route(connection, NewRoute(book))
    add_route(connection, NewRoute(reason="Too late", locations=["Madison"]))
    answer = viewer.get(url(connection))
    assert rows(answer) == [
        ["1", "Kind Inventory transfer", "Excluded Counted elsewhere."],
        ["2", "Every document", "Main"],
        ["3", "Location Madison Never asked: a route before it takes every document", "Excluded Too late"],
    ]
    assert "A document that no route matches" not in text_of(answer)
    assert "Remove" not in text_of(answer)


def test_a_route_is_added_where_it_is_told(connection: Connection, administrator: Client) -> None:
    book = a_book(connection)
    add_route(connection, NewRoute(book))
    sent = {
        "target": "exclude",
        "reason": "Test customers",
        "company_types": "Prospect, Test",
        "number_prefixes": "T-",
        "kinds": ["ar_invoice", "ar_credit"],
        "position": "1",
    }
    administrator.post(url(connection, "route-new"), sent)
    made = LedgerRoute.objects.get(position=1)
    assert (made.book, made.reason) == (None, "Test customers")
    assert made.conditions == {
        "company_types": ["Prospect", "Test"],
        "number_prefixes": ["T-"],
        "kinds": ["ar_invoice", "ar_credit"],
    }


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"target": "exclude"}, "A route leads to a book, or excludes with a reason."),
        ({"target": "999"}, "Select a valid choice."),
        ({"target": "exclude", "reason": "x", "position": "7"}, "There is no place 7."),
        ({"target": "exclude", "reason": "x", "kinds": "planet"}, "planet is not one of the available choices"),
    ],
)
def test_what_makes_no_route_is_said(
    sent: dict[str, str], said: str, connection: Connection, administrator: Client
) -> None:
    a_book(connection)
    answer = administrator.post(url(connection, "route-new"), sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not LedgerRoute.objects.exists()


def test_a_route_moves_by_one_place(connection: Connection, administrator: Client) -> None:
    made = [add_route(connection, NewRoute(reason=reason)) for reason in "abc"]
    administrator.post(url(connection, "route", made[2].pk), {"do": "up"})
    administrator.post(url(connection, "route", made[0].pk), {"do": "down"})
    assert "".join(LedgerRoute.objects.order_by("position").values_list("reason", flat=True)) == "cab"
    top = administrator.post(url(connection, "route", made[2].pk), {"do": "up"}, follow=True)
    assert "There is no place 0." in text_of(top)
    assert administrator.post(url(connection, "route", made[2].pk), {"do": "away"}).status_code == 404


def test_removing_asks_first(connection: Connection, administrator: Client) -> None:
    made = add_route(connection, NewRoute(reason="a", locations=["Madison"]))
    page = text_of(administrator.get(url(connection, "route-remove", made.pk)))
    assert "Location Madison → excluded: a" in page
    assert LedgerRoute.objects.exists()
    administrator.post(url(connection, "route-remove", made.pk))
    assert not LedgerRoute.objects.exists()


def test_operators_change_no_route(connection: Connection, operator: Client) -> None:
    made = add_route(connection, NewRoute(reason="a"))
    for what in ("route", "route-remove"):
        assert operator.post(url(connection, what, made.pk), {"do": "up"}).status_code == 403
    assert operator.get(url(connection, "route-new")).status_code == 403
