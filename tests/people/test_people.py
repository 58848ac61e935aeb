"""Who may come in, with which role, and that somebody is always left to let others in."""

import pytest
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, AuditEntry, Person
from bursar.usecases import people as usecase
from bursar.usecases.api_tokens import create_token
from tests.people.conftest import PASSWORD

ADMINISTRATOR, OPERATOR, VIEWER = Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER


@pytest.mark.django_db
def test_the_set_up_code_is_stable_follows_the_secret_key_and_ends_with_the_first_person() -> None:
    code = usecase.setup_code()
    assert code is not None
    assert code == usecase.setup_code()
    assert len(usecase.plain_code(code)) == 24
    with override_settings(SECRET_KEY="another"):
        assert usecase.setup_code() != code
    Person.objects.create_user("anna@example.com", PASSWORD)
    assert usecase.setup_code() is None


@pytest.mark.django_db
def test_the_first_administrator_needs_the_code_and_is_made_once() -> None:
    with pytest.raises(InvalidInput, match="not the set-up code"):
        usecase.create_first_administrator("wrong", "anna@example.com", "Anna", PASSWORD)
    code = str(usecase.setup_code())
    person = usecase.create_first_administrator(f" {code.upper()} ", "Anna@Example.com", "Anna", PASSWORD)
    assert (person.email, person.role, person.check_password(PASSWORD)) == ("anna@example.com", ADMINISTRATOR, True)
    with pytest.raises(InvalidInput, match="set up already"):
        usecase.create_first_administrator(code, "bo@example.com", "Bo", PASSWORD)
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("nonsense", PASSWORD, "not an e-mail address"),
        ("viewer@example.com", PASSWORD, "has a login already"),
        ("VIEWER@example.com", PASSWORD, "has a login already"),
        ("new@example.com", "short", "at least 12 characters"),
        ("new@example.com", "password1234", "too common"),
        ("new@example.com", "837465019283", "entirely numeric"),
        ("longer.name@example.com", "longer.name@example", "too similar"),
    ],
)
def test_a_person_needs_a_free_address_and_a_good_password(
    people: dict[Role, Person], email: str, password: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        usecase.add_person(email, VIEWER, "", password)
    assert Person.objects.count() == 3


def test_every_change_of_people_is_in_the_audit_trail_without_a_secret(people: dict[Role, Person]) -> None:
    person = usecase.add_person("bo@example.com", VIEWER, "Bo", PASSWORD)
    usecase.change_role(person, OPERATOR)
    usecase.update_profile(person, name="Bo L", theme="dark", time_zone="Europe/Warsaw")
    usecase.set_password(person, "another good password")
    usecase.deactivate(person)
    usecase.reactivate(person)
    entries = AuditEntry.objects.filter(subject="bo@example.com").order_by("number")
    assert [entry.action for entry in entries] == [
        "person added",
        "role changed",
        "profile changed",
        "password set",
        "person deactivated",
        "person reactivated",
    ]
    assert (entries[1].before, entries[1].after) == ({"role": "viewer"}, {"role": "operator"})
    kept = " ".join(f"{entry.before} {entry.after}" for entry in entries)
    assert PASSWORD not in kept
    assert "another good password" not in kept


def test_what_changes_nothing_is_no_entry(people: dict[Role, Person]) -> None:
    viewer = people[VIEWER]
    usecase.change_role(viewer, VIEWER)
    usecase.reactivate(viewer)
    usecase.update_profile(viewer, name=viewer.name, theme=viewer.theme, time_zone="")
    assert not AuditEntry.objects.exists()


def test_the_last_active_administrator_stays_one(people: dict[Role, Person]) -> None:
    anna = people[ADMINISTRATOR]
    with pytest.raises(InvalidInput, match=r"last active administrator and cannot be demoted"):
        usecase.change_role(anna, OPERATOR)
    with pytest.raises(InvalidInput, match=r"last active administrator and cannot be deactivated"):
        usecase.deactivate(anna)
    second = usecase.add_person("second@example.com", ADMINISTRATOR, "", PASSWORD)
    usecase.deactivate(second)
    with pytest.raises(InvalidInput, match="last active"):  # an inactive one does not count
        usecase.deactivate(anna)
    usecase.reactivate(second)
    usecase.change_role(anna, VIEWER)
    anna.refresh_from_db()
    assert anna.role == VIEWER


def test_who_is_deactivated_loses_the_tokens_for_good(people: dict[Role, Person]) -> None:
    operator = people[OPERATOR]
    token, _ = create_token(operator, "reports", VIEWER, None)
    usecase.deactivate(operator)
    usecase.reactivate(operator)
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None


def test_the_list_is_one_query_however_many_there_are(
    people: dict[Role, Person], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        Person.objects.create_user(f"p{number}@example.com", PASSWORD)
    with django_assert_num_queries(1):
        shown = usecase.shown_people()
    assert len(shown) == 23
    assert [entry.person.email for entry in shown] == sorted(entry.person.email for entry in shown)
    assert {(entry.two_factor, entry.last_seen) for entry in shown} == {(False, None)}
