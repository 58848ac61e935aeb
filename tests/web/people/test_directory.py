"""The People page: administrators change people, nobody else sees the page."""

import re

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bursar.store.models import AuditEntry, Invitation, Person
from tests.web.people.conftest import PASSWORD, Cast, browser_of, sign_in, signed_in, text

INVITED = {"email": "bo@example.com", "role": "operator"}
CODE = re.compile(r'id="new-code">([^<]+)<')


def posts(cast: Cast) -> dict[str, dict[str, str]]:
    """Every address that changes people, with what would change them."""
    return {
        "/people/invite/": INVITED,
        f"/people/{cast.viewer.pk}/role/": {"role": "administrator"},
        f"/people/{cast.viewer.pk}/deactivate/": {},
        f"/people/{cast.viewer.pk}/reactivate/": {},
    }


def test_operator_viewer_and_stranger_get_nothing(cast: Cast) -> None:
    for person in (cast.operator, cast.viewer):
        browser = browser_of(person)
        assert browser.get("/people/").status_code == 403
        assert {browser.post(url, data).status_code for url, data in posts(cast).items()} == {403}
    stranger = Client()
    assert stranger.get("/people/")["Location"] == "/accounts/login/?next=/people/"
    assert {stranger.post(url, data).status_code for url, data in posts(cast).items()} == {302}
    cast.viewer.refresh_from_db()
    assert (cast.viewer.role, cast.viewer.is_active) == ("viewer", True)
    assert not Invitation.objects.exists()


def test_every_change_needs_a_token_and_a_post(cast: Cast) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(cast.administrator)
    assert {careful.post(url, data).status_code for url, data in posts(cast).items()} == {403}
    browser = browser_of(cast.administrator)
    assert {browser.get(url).status_code for url in posts(cast)} == {405}


def test_an_invitation_s_code_is_shown_once_and_lets_one_person_in(cast: Cast) -> None:
    browser = browser_of(cast.administrator)
    answer = browser.post("/people/invite/", INVITED)
    found = CODE.search(text(answer))
    assert found, text(answer)
    assert "http://testserver/join/" in text(answer)
    assert "data-copy" in text(answer)
    again = text(browser.get("/people/"))
    assert found[1] not in again
    assert "bo@example.com" in again
    stranger = Client()
    entered = {"email": "bo@example.com", "code": found[1], "name": "Bo", "password": PASSWORD, "again": PASSWORD}
    assert stranger.post("/join/", entered)["Location"] == "/"
    assert signed_in(stranger)
    assert Person.objects.get(email="bo@example.com").role == "operator"
    other = Client()
    refused = other.post("/join/", entered | {"email": "bo@example.com"})
    assert refused.status_code == 422
    assert "do not belong to an open invitation" in text(refused)


def test_a_withdrawn_invitation_lets_nobody_in(cast: Cast) -> None:
    browser = browser_of(cast.administrator)
    found = CODE.search(text(browser.post("/people/invite/", INVITED)))
    assert found
    browser.post(f"/people/invitations/{Invitation.objects.get().pk}/withdraw/")
    entered = {"email": "bo@example.com", "code": found[1], "name": "Bo", "password": PASSWORD, "again": PASSWORD}
    assert Client().post("/join/", entered).status_code == 422
    assert not Person.objects.filter(email="bo@example.com").exists()


def test_inviting_somebody_who_is_here_is_explained(cast: Cast) -> None:
    answer = browser_of(cast.administrator).post("/people/invite/", {"email": "Viewer@example.com", "role": "viewer"})
    assert answer.status_code == 422
    assert "has a login already" in text(answer)
    assert browser_of(cast.administrator).post("/people/invite/", INVITED | {"role": "god"}).status_code == 422


def test_guessing_an_invitation_is_stopped(cast: Cast) -> None:
    found = CODE.search(text(browser_of(cast.administrator).post("/people/invite/", INVITED)))
    assert found
    stranger = Client()
    guess = {"email": "bo@example.com", "code": "guess", "name": "Bo", "password": PASSWORD, "again": PASSWORD}
    for _ in range(5):
        assert "do not belong" in text(stranger.post("/join/", guess))
    assert "Too many wrong tries" in text(stranger.post("/join/", guess | {"code": found[1]}))
    assert not Person.objects.filter(email="bo@example.com").exists()
    assert AuditEntry.objects.filter(action="joining refused", actor="bo@example.com").count() == 5


def test_who_is_deactivated_is_out_at_once(cast: Cast) -> None:
    administrator, viewer = browser_of(cast.administrator), browser_of(cast.viewer)
    assert signed_in(viewer)
    administrator.post(f"/people/{cast.viewer.pk}/deactivate/")
    assert not signed_in(viewer)
    sign_in(viewer, cast.viewer.email)
    assert not signed_in(viewer)
    administrator.post(f"/people/{cast.viewer.pk}/reactivate/")
    sign_in(viewer, cast.viewer.email)
    assert signed_in(viewer)
    done = AuditEntry.objects.filter(subject=cast.viewer.email, actor=cast.administrator.email).order_by("number")
    assert [entry.action for entry in done] == ["person deactivated", "person reactivated"]
    assert done[0].after == {"sessions ended": 1, "tokens revoked": 0}


def test_a_role_works_from_the_next_request_on(cast: Cast) -> None:
    administrator, operator = browser_of(cast.administrator), browser_of(cast.operator)
    administrator.post(f"/people/{cast.operator.pk}/role/", {"role": "administrator"})
    assert operator.get("/people/").status_code == 200
    operator.post(f"/people/{cast.administrator.pk}/role/", {"role": "viewer"})
    assert administrator.get("/people/").status_code == 403
    answer = operator.post(f"/people/{cast.operator.pk}/role/", {"role": "viewer"}, follow=True)
    assert "last active administrator" in text(answer)
    assert operator.get("/people/").status_code == 200


def test_nobody_deactivates_themselves(cast: Cast) -> None:
    browser = browser_of(cast.administrator)
    answer = browser.post(f"/people/{cast.administrator.pk}/deactivate/", follow=True)
    assert "You cannot deactivate yourself" in text(answer)
    assert signed_in(browser)


def test_the_page_takes_as_many_queries_for_many_people(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(cast.administrator)
    for number in range(30):
        Person.objects.create_user(f"p{number}@example.com", None)
        browser.post("/people/invite/", {"email": f"i{number}@example.com", "role": "viewer"})
    with django_assert_max_num_queries(10):
        browser.get("/people/")


def test_an_administrator_offers_a_new_password(cast: Cast) -> None:
    page = text(browser_of(cast.administrator).post(f"/people/{cast.viewer.pk}/new-password/"))
    found = re.search(r'id="new-code"[^>]*>([a-z0-9-]+)<', page)
    assert found
    visitor = browser_of(None)
    entered = {
        "email": cast.viewer.email,
        "code": found[1],
        "password": "a new one for vera",
        "again": "a new one for vera",
    }
    assert visitor.post("/join/", entered).status_code == 302
    assert signed_in(visitor)
