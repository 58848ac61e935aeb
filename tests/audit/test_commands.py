"""`bursar audit`: verify, list, export."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bursar.cli.app import app
from bursar.cli.audit import EXPORT_SHAPE, LIST_SHAPE, VERIFY_SHAPE
from bursar.domain.audit_chain import START
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.audit import record, verify_audit
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db


def bursar(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["audit", *words], env={"COLUMNS": "200"}, prog_name="bursar")
    assert done.exit_code == code, done.output
    return done.output


def document(*words: str, code: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(bursar(*words, "--json", code=code))
    return found


def some_entries() -> None:
    for number, actor in enumerate(("ada", "bob", "ada"), start=1):
        with acting_as(Actor(actor, "web", "192.0.2.7")):
            record("configuration saved", f"no {number}", before={"price": "0"}, after={"price": str(number)})


def test_verify_prints_the_head_to_note_down() -> None:
    assert bursar("verify") == f"Chain verified: 0 entries, head {START}\n"
    some_entries()
    head = verify_audit().head
    assert bursar("verify") == f"Chain verified: 3 entries, head {head}\n"
    found = document("verify", "--expect", head)
    assert found == {"verified": True, "entries": 3, "head": head, "fault": None}
    assert tuple(found) == VERIFY_SHAPE[""]


def test_verify_ends_with_1_and_the_first_faulty_entry() -> None:
    some_entries()
    missing = "f" * 64
    text = bursar("verify", "--expect", missing, code=1)
    assert "Chain broken at entry 4." in text
    assert "What to do: Compare" in text
    found = document("verify", "--expect", missing, code=1)
    fault = found["fault"]
    assert isinstance(fault, dict)
    assert (found["verified"], fault["number"], tuple(fault)) == (False, 4, VERIFY_SHAPE["fault"])


def test_a_head_that_is_none_is_a_usage_error() -> None:
    assert document("verify", "--expect", "abc", code=2)["error"]


def test_list_shows_the_newest_first_and_what_changed() -> None:
    assert bursar("list") == "There is no such entry.\n"
    some_entries()
    text = bursar("list", "--limit", "2")
    assert ("no 1" in text, text.index("no 3") < text.index("no 2")) == (False, True)
    assert "price: 0 → 3" in text
    entries = document("list", "--person", "bob")["entries"]
    assert isinstance(entries, list)
    assert [(entry["subject"], tuple(entry)) for entry in entries] == [("no 2", LIST_SHAPE["entries[]"])]


def test_list_filters_by_action_and_connection() -> None:
    some_entries()
    record("run requested", "sync", connection=a_connection())
    for words in (["--action", "run requested"], ["--connection", "main"]):
        entries = document("list", *words)["entries"]
        assert isinstance(entries, list)
        assert [entry["subject"] for entry in entries] == ["sync"]


def test_export_writes_the_whole_trail(tmp_path: Path) -> None:
    some_entries()
    file = tmp_path / "audit.csv"
    found = document("export", str(file))
    assert found == {"file": str(file), "entries": 3}
    assert tuple(found) == EXPORT_SHAPE[""]
    with file.open(encoding="utf-8", newline="") as text:
        assert [row["subject"] for row in csv.DictReader(text)] == ["no 1", "no 2", "no 3"]
    piped = list(csv.DictReader(io.StringIO(bursar("export"), newline="")))
    assert [row["number"] for row in piped] == ["1", "2", "3"]
    assert "3 entries written" in bursar("export", str(file))
    assert document("export", "-", code=2)["error"]
