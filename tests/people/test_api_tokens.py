"""A token is never stronger than itself and its person are now."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ApiToken, AuditEntry, Person
from bursar.usecases.api_tokens import create_token, person_of_token, revoke_token, tokens
from bursar.usecases.people import change_role, deactivate

ADMINISTRATOR, OPERATOR, VIEWER = Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER


def role_of(secret: str, now: datetime | None = None) -> Role | None:
    found = person_of_token(secret, now or timezone.now())
    return found[1] if found else None


def test_a_secret_has_43_url_safe_characters_and_is_kept_as_a_digest(people: dict[Role, Person]) -> None:
    token, secret = create_token(people[VIEWER], " reports ", VIEWER, None)
    assert re.fullmatch(r"bursar_[A-Za-z0-9_-]{43}", secret)
    assert (token.name, token.hint) == ("reports", secret[:12])
    kept = str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert secret.removeprefix("bursar_") not in kept


@pytest.mark.parametrize("person", Role)
@pytest.mark.parametrize("wanted", Role)
def test_a_token_may_have_its_person_s_role_at_most(people: dict[Role, Person], person: Role, wanted: Role) -> None:
    if person.allows(wanted):
        assert role_of(create_token(people[person], "t", wanted, None)[1]) == wanted
    else:
        with pytest.raises(InvalidInput, match=f"can have the role {person} at most"):
            create_token(people[person], "t", wanted, None)
        assert not ApiToken.objects.exists()


def test_a_token_sinks_and_rises_with_its_person_but_never_above_itself(people: dict[Role, Person]) -> None:
    person = people[OPERATOR]
    _, secret = create_token(person, "t", OPERATOR, None)
    change_role(person, VIEWER)
    assert role_of(secret) == VIEWER
    change_role(person, ADMINISTRATOR)
    assert role_of(secret) == OPERATOR


def test_unknown_revoked_expired_and_inactive_are_nobody(people: dict[Role, Person]) -> None:
    now = timezone.now()
    assert role_of("bursar_" + "x" * 43) is None
    assert role_of("") is None
    token, secret = create_token(people[VIEWER], "t", VIEWER, now + timedelta(hours=1))
    assert role_of(secret, now + timedelta(minutes=59)) == VIEWER
    assert role_of(secret, now + timedelta(hours=1)) is None
    revoke_token(token)
    assert role_of(secret, now) is None
    _, other = create_token(people[OPERATOR], "t", VIEWER, None)
    deactivate(people[OPERATOR])
    assert role_of(other) is None


def test_a_token_cannot_expire_in_the_past_or_be_nameless(people: dict[Role, Person]) -> None:
    with pytest.raises(InvalidInput, match="in the past"):
        create_token(people[VIEWER], "t", VIEWER, timezone.now())
    with pytest.raises(InvalidInput, match="needs a name"):
        create_token(people[VIEWER], "  ", VIEWER, None)


def test_its_use_is_noted_once_a_minute(
    people: dict[Role, Person], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, secret = create_token(people[VIEWER], "t", VIEWER, None)
    now = timezone.now()
    with django_assert_num_queries(2):
        person_of_token(secret, now)
    with django_assert_num_queries(1):
        person_of_token(secret, now + timedelta(seconds=59))
    token.refresh_from_db()
    assert token.last_used_at == now
    person_of_token(secret, now + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.last_used_at == now + timedelta(seconds=60)


def test_revoking_is_noted_once_and_takes_the_token_off_the_list(people: dict[Role, Person]) -> None:
    token, _ = create_token(people[VIEWER], "reports", VIEWER, None)
    revoke_token(token)
    revoke_token(token)
    assert list(tokens()) == []
    assert AuditEntry.objects.filter(action="API token revoked", subject="viewer@example.com: reports").count() == 1
