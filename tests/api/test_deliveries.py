"""Pushed lines, uploads and column profiles by API: once however often they are sent, and loaded by runs."""

import json

from pytest_django import Settings as DjangoSettings

from bursar.store.models import AuditEntry, Connection, Delivery, Run
from tests.api.conftest import Cast, error_of
from tests.deliveries.exports import PROFILE, canonical, carried_out, german_csv


def at(connection: Connection, *parts: str) -> str:
    return "/".join((f"/connections/{connection.pk}", *parts))


def test_a_month_is_pushed_replaced_shown_and_taken_back(cast: Cast, connection: Connection) -> None:
    address = at(connection, "pushed-lines", "2026-10")
    first = cast.operator.send("PUT", address, [canonical(1), canonical(2)])
    assert first.status_code == 200
    assert (first.json()["changed"], first.json()["lines"]) == (True, 2)
    again = cast.operator.send("PUT", address, [canonical(1), canonical(2)]).json()
    assert (again["changed"], again["delivery"]["id"]) == (False, first.json()["delivery"]["id"])
    replaced = cast.operator.send("PUT", address, [canonical(1), canonical(2), canonical(3)]).json()
    assert (replaced["changed"], replaced["lines"]) == (True, 3)
    assert replaced["delivery"]["digest"] != again["delivery"]["digest"]
    assert cast.viewer.get(address).json()["lines"] == 3
    listed = cast.viewer.get(at(connection, "pushed-lines")).json()["deliveries"]
    assert [(each["month"], each["delivered_by"]) for each in listed] == [
        ("2026-10", "operator@example.com (token operator's)")
    ]
    assert AuditEntry.objects.filter(action="lines pushed").count() == 2
    assert cast.operator.send("DELETE", address).status_code == 204
    assert error_of(cast.viewer.get(address))["code"] == "not_found"


def test_pushed_lines_are_a_source_of_runs(cast: Cast, connection: Connection) -> None:
    wanted = {"verb": "load lines", "month": "2026-10"}
    assert cast.operator.post(at(connection, "runs"), wanted).status_code == 409
    cast.operator.send("PUT", at(connection, "pushed-lines", "2026-10"), [canonical(1), canonical(2, total="nine")])
    answer = cast.operator.post(at(connection, "runs"), wanted)
    assert answer.status_code == 202
    run = carried_out(Run.objects.get())
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    (load,) = cast.viewer.get(at(connection, "pushed-lines", "2026-10")).json()["delivery"]["loads"]
    assert (load["run"], load["run_state"], load["added"], load["rejected"]) == (str(run.pk), "done", 1, 1)
    rejections = cast.viewer.get(at(connection, "loads", str(load["load_id"]), "rejections")).json()["rejections"]
    assert [(row["row"], "is not a number" in row["reason"]) for row in rejections] == [(2, True)]


def test_what_is_no_array_or_too_large_is_refused(cast: Cast, connection: Connection, settings: DjangoSettings) -> None:
    address = at(connection, "pushed-lines", "2026-10")
    for body in ({}, [], [1], "lines", None):
        answer = cast.operator.send("PUT", address, body)
        assert answer.status_code == 422, body
        assert error_of(answer)["code"] == "invalid_input"
    settings.BURSAR_LARGEST_UPLOAD_MB = 1
    large = [canonical(1, subscription_name="x" * 1024 * 1024)]
    assert cast.operator.send("PUT", address, large).status_code == 413
    assert cast.operator.send("PUT", at(connection, "pushed-lines", "2026-13"), [canonical(1)]).status_code == 422
    assert not Delivery.objects.exists()


def test_more_than_django_s_own_limit_is_taken(cast: Cast, connection: Connection) -> None:
    lines = [canonical(number, subscription_name="x" * 400) for number in range(5000)]
    answer = cast.operator.send("PUT", at(connection, "pushed-lines", "2026-10"), lines)
    assert answer.json()["lines"] == 5000
    assert answer.json()["delivery"]["size"] > 3_000_000


def test_a_file_is_uploaded_and_loaded_with_a_saved_profile(cast: Cast, connection: Connection) -> None:
    profile = at(connection, "column-profiles", "Auszug")
    assert cast.operator.send("PUT", profile, {"document": PROFILE}).status_code == 200
    upload = cast.operator.client.generic(
        "POST",
        f"/api/v1{at(connection, 'deliveries')}?filename=../Auszug.csv",
        german_csv(),
        "application/octet-stream",
    )
    assert upload.status_code == 201
    delivery = upload.json()
    assert (delivery["name"], delivery["size"], delivery["kind"]) == ("Auszug.csv", len(german_csv()), "file")
    assert upload["Location"].endswith(f"/deliveries/{delivery['id']}")
    wanted = {"verb": "load lines", "delivery": delivery["id"], "profile": "Auszug", "whole": False}
    assert cast.operator.post(at(connection, "runs"), wanted).status_code == 202
    assert carried_out(Run.objects.get()).counts["added"] == 2
    shown = cast.viewer.get(at(connection, "deliveries", str(delivery["id"]))).json()
    assert shown["loads"][0]["added"] == 2


def test_runs_take_names_of_profiles_and_never_paths(cast: Cast, connection: Connection) -> None:
    cast.operator.send("PUT", at(connection, "pushed-lines", "2026-10"), [canonical(1)])
    for wrong in ({"profile": "/etc/passwd"}, {"profile": "Auszug"}, {"delivery": 999_999}):
        answer = cast.operator.post(at(connection, "runs"), {"verb": "load lines", "month": "2026-10", **wrong})
        assert answer.status_code == 422, wrong
    assert not Run.objects.exists()


def test_column_profiles_are_listed_saved_and_deleted(cast: Cast, connection: Connection) -> None:
    address = at(connection, "column-profiles")
    shipped = [each["name"] for each in cast.viewer.get(address).json()["profiles"]]
    assert shipped == ["canonical", "example-semicolon-euro", "example-camel-case-json"]
    refused = cast.operator.send("PUT", f"{address}/Auszug", {"document": {"colums": {}}})
    assert refused.status_code == 422
    assert "is not a setting" in str(error_of(refused)["sentence"])
    assert cast.operator.send("PUT", f"{address}/canonical", {"document": PROFILE}).status_code == 422
    saved = cast.operator.send("PUT", f"{address}/Auszug%20neu", {"document": PROFILE}).json()
    assert (saved["name"], saved["document"]["name"], saved["shipped"]) == ("Auszug neu", "Auszug neu", False)
    assert cast.viewer.get(f"{address}/Auszug neu").json() == saved
    assert cast.operator.send("DELETE", f"{address}/Auszug neu").status_code == 204
    assert cast.viewer.get(f"{address}/Auszug neu").status_code == 404
    assert json.dumps(shipped) == json.dumps([each["name"] for each in cast.viewer.get(address).json()["profiles"]])
