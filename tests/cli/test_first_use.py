"""The embedded default works without any other command, also when several processes come first at once."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command_line import CommandLine
from tests.cli.conftest import DATABASE
from tests.cli.psa_process import PATIENCE


@pytest.fixture
def home(home: Path) -> Path:
    """An empty one."""
    for file in home.glob(f"{DATABASE}*"):
        file.unlink()
    return home


def together(bursar: CommandLine, commands: list[tuple[str, ...]], env: dict[str, str]) -> list[tuple[int, str, str]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bursar.cli", *words],
            env=bursar.environment() | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    try:
        answers = [process.communicate(timeout=PATIENCE) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, *answer) for process, answer in zip(processes, answers, strict=True)]


def test_the_first_command_on_an_empty_home_makes_the_tables_quietly(bursar: CommandLine) -> None:
    home = bursar.home / "new"
    done = bursar.finished("connection", "list", "--json", env={"BURSAR_HOME": str(home)})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"connections": []}
    assert (home / "bursar.sqlite3").exists()
    assert home.stat().st_mode & 0o077 == 0


def test_processes_that_start_at_once_on_an_empty_home_all_work(bursar: CommandLine) -> None:
    answers = together(bursar, [("connection", "list", "--json")] * 4, {})
    assert {(code, err) for code, _, err in answers} == {(0, "")}
    with sqlite3.connect(bursar.home / "bursar.sqlite3") as database:
        (applied,) = database.execute("SELECT count(*) FROM django_migrations WHERE app = 'store'").fetchone()
        names = database.execute("SELECT count(DISTINCT name) FROM django_migrations WHERE app = 'store'").fetchone()
    database.close()
    assert (applied,) == names


def test_connections_that_are_added_at_once_on_an_empty_home_all_work(bursar: CommandLine) -> None:
    commands = [(*bursar.add_words(f"c{number}"), "--no-test") for number in range(3)]
    answers = together(bursar, commands, bursar.key_of())
    assert [code for code, _, _ in answers] == [0, 0, 0], answers
    rows = bursar.json("connection", "list")["connections"]
    assert isinstance(rows, list)
    assert sorted(row["default"] for row in rows) == [False, False, True]
    for row in rows:
        assert bursar.json("connection", "test", row["name"])["successful"] is True


@pytest.mark.parametrize("words", [("version",), ("--help",), ("lines", "plan", "--help")])
def test_help_and_version_touch_no_database(bursar: CommandLine, words: tuple[str, ...]) -> None:
    home = bursar.home / "untouched"
    assert bursar.finished(*words, env={"BURSAR_HOME": str(home)}).returncode == 0
    assert not (home / "bursar.sqlite3").exists()


def test_settings_that_cannot_be_used_are_told_with_a_remedy(bursar: CommandLine) -> None:
    done = bursar.finished("run", "list", "--json", env={"BURSAR_DATABASE_URL": "carrier-pigeon://x:secret@y/z"})
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "not_configured"
    assert "settings.md" in error["remedy"]
    assert "secret" not in done.stdout + done.stderr


def test_a_database_that_cannot_be_used_is_told_without_a_traceback(bursar: CommandLine) -> None:
    Path(bursar.home / "broken.sqlite3").write_text("this is no database, whatever its name says" * 50)
    url = f"sqlite:///{bursar.home / 'broken.sqlite3'}"
    done = bursar.finished("run", "list", env={"BURSAR_DATABASE_URL": url})
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database said: file is not a database.\nWhat to do: ")


def test_commands_load_client_libraries_only_when_they_go_somewhere(bursar: CommandLine) -> None:
    """Django loads the applications of its settings, whatever the command; what goes to other systems waits."""
    names = ("httpx2", "openpyxl", "bursar.wiring", "dbos", "sqlalchemy", "waitress", "bursar.project.urls")
    code = (
        "import sys, django; django.setup(); import bursar.cli.app;"
        f"print([name for name in {names} if name in sys.modules])"
    )
    environment = bursar.environment() | {"DJANGO_SETTINGS_MODULE": "bursar.project.settings"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.strip() == "[]"
