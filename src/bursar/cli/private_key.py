"""Where a private key comes from: a file, the environment or a hidden prompt; never the command line."""

import os
import sys
from pathlib import Path

import typer

from bursar.domain.errors import InvalidInput

VARIABLE = "BURSAR_PRIVATE_KEY"


def private_key(file: Path | None) -> str:
    """The key itself. Raises InvalidInput when there is none and nobody to ask."""
    if file is not None:
        return _read(file)
    if given := os.environ.get(VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise InvalidInput(
            "No private key was given, and there is no terminal to ask for it.",
            remedy=f"Set {VARIABLE} in the environment, or name a file with --private-key-file.",
        )
    answer: str = typer.prompt("Private key", hide_input=True, err=True)
    return answer


def given_private_key(file: Path | None) -> str:
    """The key from the file or the environment; empty when neither gives one. Never asks."""
    return _read(file) if file is not None else os.environ.get(VARIABLE, "")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(
            f"The private key file {file} cannot be read.", remedy="Check the path and who may read it."
        ) from None
