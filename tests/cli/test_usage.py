"""Help, usage errors, and what every answer has in common."""

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bursar.cli.app import app
from bursar.cli.exits import ExitCode, exit_code_of
from bursar.cli.output import print_json, printable
from bursar.domain.errors import BursarError, InvalidInput, NotConfigured, Unavailable, WrongKey
from tests.cli.command_line import CommandLine
from tests.cli.months import SNOWSHOE, line, month_file
from tests.cli.psa_process import PATIENCE
from tests.cli.shapes import SHAPES

WITHOUT_DOCUMENT = {"demo", "sandbox serve", "serve", "worker"}
"""A story, a process that prints its own document, and processes that stay."""


def commands(group: TyperGroup | None = None, before: str = "") -> Iterator[str]:
    """Every command with the groups that it is in, however deep."""
    root = group or get_command(app)
    assert isinstance(root, TyperGroup)
    for name, command in root.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name


@pytest.mark.parametrize("command", tuple(commands()))
def test_every_command_has_help_with_an_example(bursar: CommandLine, command: str) -> None:
    text = bursar.run(*command.split(), "--help").stdout
    assert "Examples:" in text
    assert f"  bursar {command}" in text


def test_every_command_documents_its_json() -> None:
    assert set(commands()) == set(SHAPES) | WITHOUT_DOCUMENT


@pytest.mark.parametrize("words", [(), ("lines",), ("connection",)])
def test_a_group_without_a_command_shows_its_help_and_ends_with_2(bursar: CommandLine, words: tuple[str, ...]) -> None:
    assert "Commands:" in bursar.run(*words, code=2).stdout


@pytest.mark.parametrize("words", [("lost",), ("lines", "plan"), ("lines", "list", "--limit", "many"), ("run", "--x")])
def test_wrong_usage_ends_with_2_in_text_and_json(bursar: CommandLine, words: tuple[str, ...]) -> None:
    result = bursar.run(*words, code=2)
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert "What to do: Add --help" in result.stderr
    document = json.loads(bursar.run(*words, "--json", code=2).stdout)
    assert document["error"]["code"] == "usage"


def test_version(bursar: CommandLine) -> None:
    assert bursar.json("version")["bursar"] == "0.1.0"
    assert bursar.run("version").stdout.startswith("Bursar 0.1.0 ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("x"), ExitCode.USAGE),
        (NotConfigured("x"), ExitCode.USAGE),
        (WrongKey("x"), ExitCode.CONNECTION),
        (Unavailable("x"), ExitCode.CONNECTION),
        (BursarError("x"), ExitCode.TROUBLE),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BursarError, code: ExitCode) -> None:
    assert exit_code_of(error) is code


def test_amounts_in_json_are_text_and_keep_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"amount": Decimal("1E+2"), "price": Decimal("0.10")})
    assert json.loads(capsys.readouterr().out) == {"amount": "100", "price": "0.10"}
    with pytest.raises(TypeError):
        print_json({"amount": 1j})


def test_control_characters_in_data_never_reach_the_terminal(bursar: CommandLine) -> None:
    bursar.add()
    evil = month_file([line(1, SNOWSHOE).replace("S-1,,", "S-1,\x1b[2Jgone\x07,")])
    bursar.run("lines", "load", str(bursar.file("evil.csv", evil)))
    assert " [2Jgone " in bursar.run("lines", "list").stdout  # `run` looks for escapes itself
    assert printable("a\x1bb\nc\u202ed") == "a b\nc d"


def test_markup_in_data_is_shown_as_it_is(bursar: CommandLine) -> None:
    bursar.add()
    odd = month_file([line(1, SNOWSHOE).replace("S-1,,", "S-1,[red]Mail[/red] :smile:,")])
    bursar.run("lines", "load", str(bursar.file("odd.csv", odd)))
    assert "[red]Mail[/red] :smile:" in bursar.run("lines", "list").stdout.replace("\n", " ")


def test_a_reader_who_leaves_early_is_no_trouble(bursar: CommandLine) -> None:
    bursar.add()
    command = f"{sys.executable} -m bursar.cli config show | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=bursar.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.startswith("Setting")
    assert "Traceback" not in done.stderr
