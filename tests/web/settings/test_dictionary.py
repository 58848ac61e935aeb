"""Settings › Dictionary: four pairs, for everybody with a login, read-only (rule 25)."""

import pytest
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from tests.web.settings.place import Place, words

QUERIES = 4


@pytest.mark.parametrize("role", list(Role))
def test_rule_25_the_four_pairs(place: Place, role: Role) -> None:
    page = place.client(role).get(place.url("dictionary"))
    text = words(page)
    for pair in ("Organizations Companies", "Invoice lines Additions", "Offers Products", "Contracts Agreements"):
        assert pair in text
    assert page.content.decode().count('<th scope="row"') == 4
    assert place.client(role).post(place.url("dictionary")).status_code == 405


def test_a_stranger_is_sent_to_the_login(place: Place) -> None:
    place.client(Role.ADMINISTRATOR)
    assert "/login/" in place.client(None).get(place.url("dictionary"))["Location"]


def test_its_queries(place: Place, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = place.client(Role.VIEWER)
    client.get(place.url("dictionary"))
    with django_assert_max_num_queries(QUERIES):
        client.get(place.url("dictionary"))
