"""An invitation works once, for one address, for seven days, until it is withdrawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Invitation, Person
from bursar.usecases.invitations import (
    VALID_FOR,
    accept,
    accept_signed_on,
    invite,
    offer_new_password,
    open_invitations,
    withdraw,
)
from bursar.usecases.people import deactivate
from tests.people.conftest import PASSWORD

EMAIL = "bo@example.com"


@pytest.fixture
def anna(people: dict[Role, Person]) -> Person:
    return people[Role.ADMINISTRATOR]


def refused(email: str, code: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        accept(email, code, "Bo", PASSWORD)
    return caught.value.sentence


def test_an_invited_person_joins_with_the_role_of_the_invitation(anna: Person) -> None:
    invitation, code = invite("Bo@Example.com", Role.OPERATOR, anna)
    person = accept("BO@example.com ", f" {code.upper()}", "Bo", PASSWORD)
    assert (person.email, person.name, person.role) == (EMAIL, "Bo", "operator")
    assert person.check_password(PASSWORD)
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert list(open_invitations()) == []


def test_the_code_is_kept_as_a_digest_only(anna: Person) -> None:
    _, code = invite(EMAIL, Role.VIEWER, anna)
    kept = [str(list(rows.values())) for rows in (Invitation.objects.all(), AuditEntry.objects.all())]
    assert code.replace("-", "") not in "".join(kept)
    assert code not in "".join(kept)


def test_every_refusal_says_the_same(anna: Person) -> None:
    _, code = invite(EMAIL, Role.VIEWER, anna)
    said = {refused("somebody@example.com", code), refused(EMAIL, "guess"), refused("nobody@example.com", "guess")}
    assert len(said) == 1
    assert accept(EMAIL, code, "", PASSWORD).role == "viewer"
    assert {refused(EMAIL, code)} == said


def test_a_used_code_does_not_work_again(anna: Person) -> None:
    _, code = invite(EMAIL, Role.VIEWER, anna)
    accept(EMAIL, code, "", PASSWORD)
    refused(EMAIL, code)
    assert Person.objects.filter(email=EMAIL).count() == 1


def test_a_withdrawn_code_does_not_work(anna: Person) -> None:
    invitation, code = invite(EMAIL, Role.VIEWER, anna)
    withdraw(invitation)
    withdraw(invitation)
    refused(EMAIL, code)
    assert AuditEntry.objects.filter(action="invitation withdrawn").count() == 1


@pytest.mark.parametrize(("age", "works"), [(VALID_FOR - timedelta(minutes=1), True), (VALID_FOR, False)])
def test_a_code_works_for_seven_days(anna: Person, age: timedelta, *, works: bool) -> None:
    invitation, code = invite(EMAIL, Role.VIEWER, anna)
    assert invitation.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=invitation.expires_at - age)
    if works:
        accept(EMAIL, code, "", PASSWORD)
    else:
        refused(EMAIL, code)
        assert list(open_invitations()) == []


def test_a_new_invitation_takes_the_place_of_the_old_one(anna: Person) -> None:
    _, old = invite(EMAIL, Role.ADMINISTRATOR, anna)
    _, new = invite(EMAIL, Role.VIEWER, anna)
    refused(EMAIL, old)
    assert accept(EMAIL, new, "", PASSWORD).role == "viewer"


def test_a_bad_password_does_not_use_the_code_up(anna: Person) -> None:
    _, code = invite(EMAIL, Role.VIEWER, anna)
    with pytest.raises(InvalidInput, match="at least 12"):
        accept(EMAIL, code, "", "short")
    accept(EMAIL, code, "", PASSWORD)


def test_who_has_a_login_is_not_invited(people: dict[Role, Person], anna: Person) -> None:
    with pytest.raises(InvalidInput, match="has a login already"):
        invite("Viewer@example.com", Role.ADMINISTRATOR, anna)


def test_single_sign_on_accepts_an_invitation_without_a_password(anna: Person) -> None:
    assert accept_signed_on(EMAIL, "Bo") is None
    invite(EMAIL, Role.OPERATOR, anna)
    person = accept_signed_on("BO@example.com", "Bo")
    assert person is not None
    assert (person.role, person.has_usable_password()) == ("operator", False)
    assert accept_signed_on(EMAIL, "Bo") is None


def test_a_forgotten_password_is_set_anew_with_a_code(anna: Person, people: dict[Role, Person]) -> None:
    vera = people[Role.VIEWER]
    _, code = offer_new_password(vera, anna)
    person = accept(vera.email, code, "", "another-Quiet-larch")
    assert (person.pk, person.role, person.name) == (vera.pk, "viewer", vera.name)
    assert person.check_password("another-Quiet-larch")
    refused(vera.email, code)
    done = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert done == ["new password offered", "password set"]


def test_a_new_password_is_not_for_who_has_left(anna: Person, people: dict[Role, Person]) -> None:
    vera = people[Role.VIEWER]
    _, code = offer_new_password(vera, anna)
    deactivate(vera)
    refused(vera.email, code)
    with pytest.raises(InvalidInput, match="is deactivated"):
        offer_new_password(vera, anna)
