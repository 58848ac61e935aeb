"""`bursar lines profile`, and saved profiles wherever a file is loaded."""

import json

from bursar.store.models import Connection
from bursar.wiring import keep_profile
from tests.cli.command_line import CommandLine
from tests.deliveries.exports import PROFILE, german_csv


def test_a_profile_saved_in_the_browser_loads_files_and_the_stored_source(bursar: CommandLine) -> None:
    bursar.add()
    keep_profile(Connection.objects.get(), "Auszug", PROFILE)
    file = bursar.home / "auszug-2026-10.csv"
    file.write_bytes(german_csv())
    report = bursar.json("lines", "load", str(file), "--profile", "Auszug", code=1)
    assert (report["added"], report["rejected"]) == (2, 1)
    folder = bursar.home / "exports"
    folder.mkdir()
    file.rename(folder / file.name)
    stored = bursar.json("lines", "source", str(folder), "--profile", "Auszug")
    assert (stored["profile"], stored["months"]) == ("Auszug", ["2026-10"])
    assert bursar.json("lines", "load", "--month", "2026-10", code=1)["unchanged"] == 2
    assert (
        "is read with the profile" in bursar.error("lines", "profile", "delete", "Auszug", "--yes", code=2)["sentence"]
    )


def test_profiles_are_saved_listed_shown_exported_and_deleted(bursar: CommandLine) -> None:
    bursar.add()
    file = bursar.home / "mine.json"
    file.write_text(json.dumps({**PROFILE, "description": "From the desk"}), encoding="utf-8")
    assert bursar.json("lines", "profile", "save", "Auszug", str(file))["saved"] == "Auszug"
    rows = bursar.json("lines", "profile", "list")["profiles"]
    assert isinstance(rows, list)
    assert [(row["name"], row["shipped"]) for row in rows][:2] == [("Auszug", False), ("canonical", True)]
    assert "From the desk" in bursar.run("lines", "profile", "list").stdout
    shown = bursar.json("lines", "profile", "show", "Auszug")["profile"]
    out = bursar.home / "out.json"
    bursar.json("lines", "profile", "export", "Auszug", str(out))
    assert json.loads(out.read_text(encoding="utf-8")) == shown
    assert bursar.json("lines", "profile", "delete", "Auszug", "--yes")["deleted"] == "Auszug"
    assert "No saved profile is called" in bursar.error("lines", "profile", "show", "Auszug", code=2)["sentence"]
    file.write_text("{", encoding="utf-8")
    assert "is not JSON" in bursar.error("lines", "profile", "save", "Auszug", str(file), code=2)["sentence"]
