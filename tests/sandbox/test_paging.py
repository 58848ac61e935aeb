"""Navigable and forward-only paging."""

from __future__ import annotations

import httpx2
import pytest
from small_psa import ROOT

from psa_sandbox.state.store import Store

FORWARD = {"pagination-type": "forward-only"}
LIST = "/procurement/manufacturers"


@pytest.fixture(autouse=True)
def thirty_manufacturers(store: Store) -> None:
    for number in range(2, 31):
        store.insert("manufacturer", {"name": f"Maker {number:02}"})


def ids(response: httpx2.Response) -> list[int]:
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def links(response: httpx2.Response) -> dict[str, str]:
    parts = [part.split("; rel=") for part in response.headers.get("Link", "").split(", ") if part]
    return {name.strip('"'): address.strip("<>") for address, name in parts}


def test_the_first_page_has_25_records(psa: httpx2.Client) -> None:
    response = psa.get(LIST)
    assert ids(response) == list(range(1, 26))
    address = f"{ROOT}{LIST}?pageSize=25&page=2"
    assert links(response) == {"next": address, "last": address}


def test_links_can_be_followed_to_the_end_and_repeat_the_query(psa: httpx2.Client) -> None:
    response = psa.get(LIST, params={"conditions": 'name like "Maker*"', "pagesize": 10, "orderBy": "id desc"})
    seen = ids(response)
    while "next" in links(response):
        response = psa.get(links(response)["next"])
        seen += ids(response)
    assert seen == list(range(30, 1, -1))
    assert set(links(response)) == {"first", "prev"}


def test_a_page_in_the_middle_names_all_four_neighbours(psa: httpx2.Client) -> None:
    response = psa.get(LIST, params={"pageSize": 10, "page": 2})
    pages = {name: httpx2.URL(address).params["page"] for name, address in links(response).items()}
    assert pages == {"first": "1", "prev": "1", "next": "3", "last": "3"}


def test_past_the_end_there_is_nothing(psa: httpx2.Client) -> None:
    response = psa.get(LIST, params={"page": 9})
    assert (response.json(), "next" in links(response)) == ([], False)


def test_a_single_page_has_no_link(psa: httpx2.Client) -> None:
    assert "Link" not in psa.get(LIST, params={"pageSize": 30}).headers


def test_more_than_a_thousand_is_capped(store: Store, psa: httpx2.Client) -> None:
    for number in range(1000):
        store.insert("manufacturer", {"name": f"More {number}"})
    response = psa.get(LIST, params={"pageSize": 5000, "fields": "id"})
    assert len(ids(response)) == 1000
    assert httpx2.URL(links(response)["next"]).params["pageSize"] == "1000"


@pytest.mark.parametrize("query", [{"page": "x"}, {"pageSize": "-1"}, {"pageSize": "1.5"}])
def test_page_numbers_must_be_numbers(psa: httpx2.Client, query: dict[str, str]) -> None:
    assert psa.get(LIST, params=query).status_code == 400


def test_forward_only_goes_by_id(store: Store, psa: httpx2.Client) -> None:
    store.delete("manufacturer", 11)
    response = psa.get(LIST, params={"pageSize": 10, "page": 3}, headers=FORWARD)
    seen = ids(response)
    assert links(response) == {"next": f"{ROOT}{LIST}?pageSize=10&pageId=10"}
    while links(response):
        response = psa.get(links(response)["next"], headers=FORWARD)
        seen += ids(response)
    assert seen == [*range(1, 11), *range(12, 31)]
    assert response.headers["Link"] == ""


def test_forward_only_sees_what_is_added_meanwhile(store: Store, psa: httpx2.Client) -> None:
    first = psa.get(LIST, params={"pageSize": 20}, headers=FORWARD)
    store.delete("manufacturer", 1)
    store.insert("manufacturer", {"name": "Late"})
    assert ids(psa.get(links(first)["next"], headers=FORWARD)) == list(range(21, 32))


def test_forward_only_ends_with_an_exactly_full_page(psa: httpx2.Client) -> None:
    response = psa.get(LIST, params={"pageSize": 10, "pageId": 20}, headers=FORWARD)
    assert (len(ids(response)), response.headers["Link"]) == (10, "")


def test_forward_only_refuses_an_order(psa: httpx2.Client) -> None:
    assert psa.get(LIST, params={"orderBy": "name"}, headers=FORWARD).status_code == 400
