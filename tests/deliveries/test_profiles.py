"""Saved column profiles: their names, what they may hold, and how they go out and come in."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry, ColumnProfile, Connection
from bursar.usecases.column_profiles import saved_profile
from bursar.wiring import keep_profile, profile_named
from tests.deliveries.exports import PROFILE
from tests.web.visitors import text_of


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "canonical",
        "Canonical",
        "example-camel-case-json",
        "/etc/passwd",
        "a/b",
        "..",
        "~/p",
        "p.json",
        "x\ny\\z",
        "-p",
        "x" * 81,
        "c:profile",
        "profile.txt",
    ],
)
def test_names_that_could_be_something_else_are_refused(connection: Connection, name: str) -> None:
    with pytest.raises(InvalidInput):
        keep_profile(connection, name, PROFILE)
    assert not ColumnProfile.objects.exists()


@pytest.mark.parametrize("name", ["Auszug", "Müller & Söhne (neu)", "v1.2 export", "a"])
def test_names_of_people_are_taken(connection: Connection, name: str) -> None:
    keep_profile(connection, f"  {name} ", PROFILE)
    assert profile_named(name, connection).columns["Netto"] == "total"


def test_the_same_name_in_another_case_is_refused_and_the_same_one_is_replaced(connection: Connection) -> None:
    keep_profile(connection, "Auszug", PROFILE)
    with pytest.raises(InvalidInput, match="differs only in case"):
        keep_profile(connection, "AUSZUG", PROFILE)
    keep_profile(connection, "Auszug", PROFILE)
    keep_profile(connection, "Auszug", {**PROFILE, "decimal_style": "1 234,56"})
    entries = AuditEntry.objects.filter(action="column profile saved").order_by("number")
    assert len(entries) == 2  # the same again is no change
    assert ColumnProfile.objects.get().document["decimal_style"] == "1 234,56"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("month_in_file_name", r"(?P<year>(a+)+)(?P<month>x)", "regular expression"),
        ("encoding", "idna", "cannot be used in a saved profile"),
        ("encoding", "unicode_escape", "cannot be used in a saved profile"),
        ("description", "x" * 70_000, "larger than 64 kB"),
        ("colums", {}, "is not a setting"),
        ("date_formats", ["DD/MM/YYYY", "MM/DD/YYYY"], "as different days"),
    ],
)
def test_what_a_saved_profile_may_not_hold(connection: Connection, setting: str, value: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        keep_profile(connection, "Auszug", {**PROFILE, setting: value})


def test_a_profile_of_another_connection_is_not_there(connection: Connection) -> None:
    other = Connection.objects.create(name="other", url="https://x", company="c", public_key="p", client_id="i")
    keep_profile(other, "Auszug", PROFILE)
    with pytest.raises(InvalidInput, match="neither a file nor a shipped profile"):
        profile_named("Auszug", connection)


def test_out_changed_and_in_again(connection: Connection, operator: Client) -> None:
    profile = keep_profile(connection, "Auszug", PROFILE)
    out = operator.get(reverse("deliveries:profile-json", args=[connection.pk, profile.pk]))
    assert out["Content-Disposition"] == 'attachment; filename="auszug.json"'
    document = json.loads(out.content) | {"round_total": True}
    address = reverse("deliveries:profile-import", args=[connection.pk])
    file = SimpleUploadedFile("p.json", json.dumps(document).encode())
    assert operator.post(address, {"file": file, "name": "Zweiter"}).status_code == 302
    assert profile_named("Zweiter", connection).round_total
    file = SimpleUploadedFile("p.json", json.dumps(document).encode())
    assert operator.post(address, {"file": file}).status_code == 302
    assert profile_named("Auszug", connection).round_total
    for content, said in ((b"{", "This is not JSON"), (b"[]", "This is no profile"), (b"\xff", "not UTF-8 text")):
        answer = operator.post(address, {"file": SimpleUploadedFile("p.json", content)})
        assert answer.status_code == 422
        assert said in text_of(answer)


def test_edited_as_text_and_deleted(connection: Connection, operator: Client) -> None:
    profile = keep_profile(connection, "Auszug", PROFILE)
    address = reverse("deliveries:profile", args=[connection.pk, profile.pk])
    assert "DD.MM.YYYY" in operator.get(address).content.decode()
    refused = operator.post(address, {"document": json.dumps({**PROFILE, "decimal_style": "odd"})})
    assert refused.status_code == 422
    assert "is not a decimal style" in text_of(refused)
    operator.post(address, {"document": json.dumps({**PROFILE, "name": "ignored", "delimiter": "tab"})})
    assert profile_named("Auszug", connection).delimiter == "tab"
    connection.source = {"path": "/exports", "profile": "Auszug"}
    connection.save()
    delete = reverse("deliveries:profile-delete", args=[connection.pk, profile.pk])
    operator.post(delete)
    assert saved_profile(connection, "Auszug")  # the stored source needs it
    connection.source = {}
    connection.save()
    operator.post(delete)
    assert not saved_profile(connection, "Auszug")


def test_viewers_see_and_change_nothing(connection: Connection, viewer: Client) -> None:
    profile = keep_profile(connection, "Auszug", PROFILE)
    listing = viewer.get(reverse("deliveries:profiles", args=[connection.pk]))
    assert "Auszug" in text_of(listing)
    assert "Edit" not in text_of(listing)
    before = AuditEntry.objects.count()
    for name, args in (
        ("upload", []),
        ("load", []),
        ("profile-import", []),
        ("profile", [profile.pk]),
        ("profile-delete", [profile.pk]),
    ):
        assert viewer.post(reverse(f"deliveries:{name}", args=[connection.pk, *args])).status_code == 403
    assert AuditEntry.objects.count() == before
