"""The first visit."""

import pytest
from django.test import Client

from bursar.store.models import AuditEntry, Person
from bursar.usecases.people import setup_code
from tests.web.people.conftest import PASSWORD, Cast, signed_in

pytestmark = pytest.mark.django_db


def entered(code: str, /, **changes: str) -> dict[str, str]:
    first = {"code": code, "name": "Anna", "email": "anna@example.com", "password": PASSWORD, "again": PASSWORD}
    return first | changes


@pytest.mark.parametrize("address", ["/", "/people/", "/profile/", "/accounts/login/", "/join/", "/accounts/2fa/"])
def test_while_nobody_is_there_every_page_leads_to_set_up(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, "/setup/")


def test_the_first_person_becomes_the_administrator_and_is_signed_in(client: Client) -> None:
    answer = client.post("/setup/", entered(str(setup_code())))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    person = Person.objects.get()
    assert (person.email, person.name, person.role) == ("anna@example.com", "Anna", "administrator")
    assert signed_in(client)
    actions = list(AuditEntry.objects.order_by("number").values_list("action", "subject"))
    assert actions == [("person added", "anna@example.com"), ("signed in", "anna@example.com")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "wrong"}, "This is not the set-up code."),
        ({"again": "something else"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"email": "nonsense"}, "Enter a valid email address."),
    ],
)
def test_a_mistake_is_explained_and_makes_nobody(client: Client, changes: dict[str, str], sentence: str) -> None:
    answer = client.post("/setup/", entered(str(setup_code()), **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Person.objects.exists()


def test_the_password_never_comes_back_in_a_page(client: Client) -> None:
    answer = client.post("/setup/", entered("wrong"))
    assert PASSWORD not in answer.content.decode()


def test_guessing_the_code_is_stopped(client: Client) -> None:
    for _ in range(10):
        assert "not the set-up code" in client.post("/setup/", entered("guess")).content.decode()
    answer = client.post("/setup/", entered(str(setup_code())))
    assert "Too many wrong tries" in answer.content.decode()
    assert not Person.objects.exists()


def test_afterwards_set_up_is_gone(cast: Cast, client: Client) -> None:
    for answer in (client.get("/setup/"), client.post("/setup/", entered("x"))):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert Person.objects.count() == 3


def test_the_form_needs_its_token() -> None:
    answer = Client(enforce_csrf_checks=True).post("/setup/", entered(str(setup_code())))
    assert answer.status_code == 403
    assert not Person.objects.exists()
