"""The guide's examples are what the commands print, and every command that a page names exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from django.utils.module_loading import import_string

from tests.documents.architecture import ROOT
from tests.documents.guide import PAGE, fresh

PAGES = [ROOT / "README.md", ROOT / "docs" / "rules.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
_INLINE = re.compile(r"`bursar ([^`\n]+)`")
_IN_BLOCKS = re.compile(r"^(?:\$ )?bursar ((?:.*\\\n)*.*)$", re.MULTILINE)
_OPTION = re.compile(r"(?<=\s)--[a-z-]+")


def test_the_examples_are_what_the_commands_print() -> None:
    assert fresh() == PAGE.read_text(encoding="utf-8"), "run `make docs`"


def _commands(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    yield from _INLINE.findall(text)
    yield from _IN_BLOCKS.findall(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    assert [command for command in _commands(page) if not _exists(command)] == []


def _exists(text: str) -> bool:
    """Whether the words lead to a command or a group, and that has the options."""
    command = typer.main.get_command(import_string("bursar.cli.app.app"))
    for word in text.split():
        found = getattr(command, "commands", None)
        if found is None or word.startswith("-"):
            break
        if word not in found:
            return False
        command = found[word]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return set(_OPTION.findall(text)) <= known | {"--help"}
