"""The command line: thin commands over the use cases."""

import os
import sys

import django
import typer
from django.utils.module_loading import import_string

from bursar.cli.exits import ExitCode, Failure, tell
from bursar.cli.words import asks_for_json


def main() -> None:
    """Run the `bursar` command and exit with its code. Commands are imported after Django knows its settings."""
    try:
        _run()
    except KeyboardInterrupt:  # before typer listens for it
        sys.exit(ExitCode.INTERRUPTED)


def _run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.project.settings")
    try:
        django.setup()
    except (OSError, ValueError) as fault:
        failure = Failure(
            "not_configured",
            f"Bursar cannot start with its present settings: {fault}",
            "Correct the BURSAR_ variables in the environment; docs/guide/settings.md explains each.",
        )
        tell(failure, as_json=asks_for_json(sys.argv[1:]))
        sys.exit(ExitCode.USAGE)
    app: typer.Typer = import_string("bursar.cli.app.app")
    app(prog_name="bursar")
