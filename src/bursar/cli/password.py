"""Where a person's password comes from: the environment or a hidden prompt; never the command line."""

import os
import sys

import typer

from bursar.domain.errors import InvalidInput

VARIABLE = "BURSAR_PASSWORD"


def new_password() -> str:
    """A password, asked for twice. Raises InvalidInput when there is none and nobody to ask."""
    if given := os.environ.get(VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise InvalidInput(
            "No password was given, and there is no terminal to ask for it.",
            remedy=f"Set {VARIABLE} in the environment.",
        )
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer
