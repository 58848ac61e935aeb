"""Routes to books: total, deterministic, first match; nothing is dropped."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.ledger.documents import Document, DocumentKind, PartyRef
from bursar.domain.ledger.routes import Excluded, Route, Routed, route, unreachable
from bursar.domain.plan import Blocked
from tests.domain.ledger.documents import INVOICE, PURCHASE, documents

HERE = replace(INVOICE, location="Tampa", department="Service")
WORDS = st.sampled_from(["Tampa", "tampa", "Berlin", "", "47", "Customer"])
MANY = st.lists(WORDS, max_size=2).map(tuple)
ROUTES = st.lists(
    st.builds(
        Route,
        book=st.sampled_from(["", "main", "second"]),
        reason=st.just("old"),
        locations=MANY,
        company_types=MANY,
        number_prefixes=MANY,
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    "condition",
    [
        Route("main", locations=("tampa",)),
        Route("main", departments=("SERVICE",)),
        Route("main", company_types=("customer",)),
        Route("main", number_prefixes=("47", "99")),
        Route("main", kinds=(DocumentKind.AR_INVOICE,)),
        Route("main"),
    ],
)
def test_a_condition_that_holds_leads_to_the_book(condition: Route) -> None:
    assert route(HERE, [condition]) == Routed("main")


@pytest.mark.parametrize(
    "condition",
    [
        Route("main", locations=("Berlin",)),
        Route("main", departments=("Sales",)),
        Route("main", company_types=("Vendor",)),
        Route("main", number_prefixes=("X",)),
        Route("main", kinds=(DocumentKind.AR_CREDIT,)),
        Route("main", locations=("Tampa",), number_prefixes=("X",)),
    ],
)
def test_a_document_that_no_route_matches_is_blocked_with_a_remedy(condition: Route) -> None:
    found = route(HERE, [condition])
    assert isinstance(found, Blocked)
    assert found.sentence == "No rule says which book Invoice 4711 of location Tampa belongs to."
    assert found.remedy


def test_the_first_match_decides_and_an_exclusion_says_why() -> None:
    routes = [Route(reason="Before go-live", number_prefixes=("M-",)), Route("main")]
    assert route(replace(HERE, number="M-1"), routes) == Excluded("Before go-live")
    assert route(HERE, routes) == Routed("main")
    assert route(HERE, [Route()]) == Excluded("Excluded by a rule.")


def test_a_party_without_a_type_meets_no_condition_on_types() -> None:
    stock = replace(PURCHASE, party=PartyRef())
    assert isinstance(route(stock, [Route("main", company_types=("Vendor",))]), Blocked)


@given(documents(), st.sampled_from(["Tampa", "", "Berlin"]), ROUTES)
def test_routing_is_total_and_deterministic(document: Document, location: str, routes: list[Route]) -> None:
    placed = replace(document, location=location)
    found = route(placed, routes)
    assert route(placed, list(routes)) == found
    assert isinstance(found, Routed | Excluded | Blocked)
    first = next((candidate for candidate in routes if candidate.matches(placed)), None)
    assert isinstance(found, Blocked) == (first is None)
    if first:
        assert isinstance(found, Routed) == bool(first.book)
        assert route(placed, [*routes, Route("later")]) == found


def test_routes_behind_one_without_conditions_never_decide() -> None:
    assert unreachable([Route("a", locations=("x",)), Route("b"), Route("c"), Route("d")]) == (2, 3)
    assert unreachable([Route("a", locations=("x",))]) == ()
