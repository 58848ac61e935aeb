"""Connections, settings and people by API: what is stored, what is shown, what is refused."""

import pytest

from bursar.domain.roles import Role
from bursar.store.models import Connection, Invitation, Person
from bursar.store.vault import open_sealed
from bursar.usecases.invitations import accept
from tests.api.conftest import Cast, Program, credentials, error_of
from tests.api.populated import populate
from tests.cli.psa_process import PsaProcess


def test_create_tests_stores_and_shows_no_key(cast: Cast, psa: PsaProcess) -> None:
    entered = credentials(psa)
    answer = cast.administrator.post("/connections", entered)
    assert answer.status_code == 201
    shown = cast.viewer.client.get(answer["Location"]).json()
    assert shown == answer.json()
    assert (shown["name"], shown["state"], shown["default"], shown["url"]) == ("main", "connected", True, psa.url)
    assert shown["version"]
    text = answer.content.decode()
    for secret in ("private_key", "public_key"):
        assert entered[secret] not in text
    assert open_sealed(Connection.objects.get().sealed_private_key) == entered["private_key"]


def test_untested_says_so(cast: Cast, psa: PsaProcess) -> None:
    shown = cast.administrator.post("/connections", credentials(psa) | {"test": False}).json()
    assert (shown["state"], "not been tested" in shown["state_reason"]) == ("not_connected", True)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://user:x@host", "ftp://x"]
)
def test_addresses_that_are_never_called(url: str, cast: Cast, psa: PsaProcess) -> None:
    answer = cast.administrator.post("/connections", credentials(psa) | {"url": url, "test": False})
    assert answer.status_code == 422
    assert not Connection.objects.exists()


def test_change_keeps_what_is_left_out(cast: Cast, connection: Connection, psa: PsaProcess) -> None:
    path = f"/connections/{connection.pk}"
    shown = cast.administrator.send("PATCH", path, {"name": "renamed", "options": {"concurrency": "4"}}).json()
    assert (shown["name"], shown["url"], shown["options"]["concurrency"]) == ("renamed", psa.url, "4")
    connection.refresh_from_db()
    assert open_sealed(connection.sealed_private_key) == credentials(psa)["private_key"]


def test_the_stored_key_is_not_sent_to_another_site(cast: Cast, connection: Connection) -> None:
    answer = cast.administrator.send("PATCH", f"/connections/{connection.pk}", {"url": "http://localhost:9"})
    assert answer.status_code == 422
    assert "another site" in str(error_of(answer)["sentence"])


def test_another_company_asks_for_agreement(cast: Cast, connection: Connection) -> None:
    change = {"company": "somebody_else", "test": False}
    answer = cast.administrator.send("PATCH", f"/connections/{connection.pk}", change)
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "company_changed"
    answer = cast.administrator.send("PATCH", f"/connections/{connection.pk}", change | {"reset": True})
    assert answer.json()["company"] == "somebody_else"


def test_out_and_in_again(cast: Cast, connection: Connection, psa: PsaProcess) -> None:
    file = cast.administrator.post("/connections/export")
    assert credentials(psa)["private_key"] not in file.content.decode()
    document = file.json()
    document["connections"][0]["name"] = "copy"
    imported = cast.administrator.post("/connections/import", document).json()["imported"]
    assert [(each["connection"]["name"], each["created"], each["asks_for_keys"]) for each in imported] == [
        ("copy", True, True)
    ]


def test_disconnect_destroys_the_key_and_stops_runs(cast: Cast, connection: Connection) -> None:
    populate(connection, cast.people[Role.ADMINISTRATOR])
    answer = cast.administrator.post(f"/connections/{connection.pk}/disconnect").json()
    assert (answer["stopped"], answer["still_running"], answer["connection"]["state"]) == (1, [], "disconnected")
    connection.refresh_from_db()
    assert connection.sealed_private_key == ""


def test_a_test_tells_who_answers_and_what_is_missing(cast: Cast, connection: Connection, psa: PsaProcess) -> None:
    found = cast.operator.post(f"/connections/{connection.pk}/test").json()
    assert found["successful"]
    assert found["site"]["company_name"]
    public, private = psa.keys["No Agreements"]
    cast.administrator.send("PATCH", f"/connections/{connection.pk}", {"public_key": public, "private_key": private})
    found = cast.operator.post(f"/connections/{connection.pk}/test").json()
    assert not found["successful"]
    assert {problem["code"] for problem in found["problems"]} == {"not_permitted"}
    assert all(problem["remedy"] for problem in found["problems"])


def test_configuration_is_stored_whole_or_not(cast: Cast, connection: Connection) -> None:
    path = f"/connections/{connection.pk}/configuration"
    shown = cast.viewer.get(path).json()
    wrong = {"settings": {"markup": "much", "skip_zero_lines": "yes"}, "version": shown["version"]}
    answer = cast.administrator.send("PUT", path, wrong)
    assert answer.status_code == 422
    assert [fault["field"] for fault in error_of(answer)["fields"]] == ["markup"]
    assert cast.viewer.get(path).json() == shown
    stored = cast.administrator.send("PUT", path, {"settings": {"skip_zero_lines": "yes"}}).json()
    values = {setting["name"]: setting["value"] for setting in stored["settings"]}
    assert values["skip_zero_lines"] == "yes"


def test_properties_are_there_while_the_connection_works(cast: Cast, connection: Connection) -> None:
    path = f"/connections/{connection.pk}/properties"
    change = {"settings": {"line_description": "Line One & Line Two"}, "orders": {"price_units": ["Each", "Hour"]}}
    stored = cast.administrator.send("PATCH", path, change).json()
    assert stored["settings"]["line_description"] == "Line One & Line Two"
    assert stored["orders"]["price_units"] == ["Each", "Hour"]
    stale = cast.administrator.send("PATCH", path, {"settings": {}, "version": "old"})
    assert (stale.status_code, error_of(stale)["code"]) == (409, "changed_meanwhile")
    Connection.objects.update(state=Connection.State.NOT_CONNECTED)
    assert cast.viewer.get(path).status_code == 409


def test_lists_are_read_and_kept(cast: Cast, connection: Connection) -> None:
    path = f"/connections/{connection.pk}/lists"
    assert cast.viewer.get(f"{path}/agreement_type").json()["read_at"] is None
    refreshed = cast.operator.post(f"{path}/refresh", {"kinds": ["agreement_type"]}).json()
    assert (refreshed["read"], refreshed["refused"]) == (["agreement_type"], [])
    kept = cast.viewer.get(f"{path}/agreement_type").json()
    assert kept["read_at"]
    assert "Cloud Subscriptions" in {entry["name"] for entry in kept["entries"]}


def test_permissions(cast: Cast, connection: Connection) -> None:
    path = f"/connections/{connection.pk}/permissions"
    assert cast.viewer.get(path).json() == {"report": None}
    report = cast.operator.post(path, {}).json()
    assert report["findings"]
    assert cast.viewer.get(path).json()["report"] == report


def test_the_last_administrator_stays(cast: Cast) -> None:
    person = cast.people[Role.ADMINISTRATOR]
    for change in ({"role": "viewer"}, {"active": False}):
        assert cast.administrator.send("PATCH", f"/people/{person.pk}", change).status_code == 422
    assert Person.objects.get(pk=person.pk).is_active


def test_an_invitation_is_shown_once_and_works(cast: Cast) -> None:
    made = cast.administrator.post("/invitations", {"email": "new@example.com", "role": "operator"}).json()
    assert made["code"] not in cast.administrator.get("/invitations").content.decode()
    assert accept("new@example.com", made["code"], "New", "correct horse battery").role == Role.OPERATOR
    assert Invitation.objects.get().accepted_at is not None


def test_a_token_is_shown_once_and_works(cast: Cast) -> None:
    made = cast.viewer.post("/tokens", {"name": "script"}).json()
    assert Program(made["secret"]).get("/whoami").json()["token"]["name"] == "script"
    assert made["secret"] not in cast.viewer.get("/tokens").content.decode()
    assert cast.viewer.send("DELETE", f"/tokens/{made['token']['id']}").status_code == 204
    assert Program(made["secret"]).get("/whoami").status_code == 401


def test_somebody_else_s_token_is_not_there(cast: Cast) -> None:
    made = cast.operator.post("/tokens", {"name": "script"}).json()
    assert cast.administrator.send("DELETE", f"/tokens/{made['token']['id']}").status_code == 404
