"""Asking before something that cannot be taken back."""

import sys

import typer

from bursar.domain.errors import BursarError, InvalidInput


class Declined(BursarError):
    """A person said no."""

    code = "declined"


def must_be_able_to_ask(*, given: bool) -> None:
    """Raises InvalidInput when consent was not given and there is no terminal to ask at."""
    if not given and not sys.stdin.isatty():
        raise InvalidInput("This needs a yes, and there is no terminal to ask at.", remedy="Add --yes.")


def must_agree(question: str, *, given: bool) -> None:
    """Ask on standard error unless consent is given. Raises Declined, or InvalidInput without a terminal."""
    must_be_able_to_ask(given=given)
    if not given and not typer.confirm(question, default=False, err=True):
        raise Declined("Nothing was changed.")
