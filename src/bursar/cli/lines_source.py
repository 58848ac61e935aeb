"""`bursar lines source`: where a connection's lines come from without a person."""

from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import open_lines
from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import print_json, say
from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection
from bursar.usecases.column_profiles import saved_profile
from bursar.usecases.connections import find_connection
from bursar.usecases.run_requests import CANONICAL

SHAPE: Shape = {"": ("connection", "path", "profile", "months")}
EPILOG = epilog(
    "bursar lines source ~/exports --profile canonical",
    "bursar lines source",
    "bursar lines source --clear",
    keys=SHAPE,
)

ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="P", help="Column profile: a shipped or saved name, or a JSON file. [default: canonical]"
    ),
]


def source(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="Folder of month files, or one file; shown if left out.")
    ] = None,
    profile: ProfileName = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the stored source.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Show or store where lines come from, so that `lines load` needs no path."""
    chosen = find_connection(connection)
    if clear and path is not None:
        raise InvalidInput("A path and --clear exclude each other.", remedy="Give one of them.")
    if clear or path is not None:
        chosen.source = (
            {} if path is None else {"path": str(path.expanduser().resolve()), "profile": lasting(profile, chosen)}
        )
    months = _months(chosen)
    if clear or path is not None:
        chosen.save(update_fields=["source"])
    if as_json:
        print_json(
            {
                "connection": chosen.name,
                "path": chosen.source.get("path"),
                "profile": chosen.source.get("profile"),
                "months": months,
            }
        )
        return
    if not chosen.source:
        say(f"'{chosen.name}' has no stored source; `lines load` needs a path.")
        return
    say(f"'{chosen.name}' reads {chosen.source['path']} with the profile {chosen.source['profile']}.")
    if months is not None:
        say(f"Months there: {', '.join(months)}.")


def lasting(profile: str | None, connection: Connection) -> str:
    """A profile file is remembered by its whole path, whatever folder the next command starts in.

    A saved profile goes by its name, also where a file is called the same.
    """
    file = Path(profile or CANONICAL).expanduser()
    if not profile or saved_profile(connection, profile) or not file.is_file():
        return profile or CANONICAL
    return str(file.resolve())


def _months(connection: Connection) -> list[str] | None:
    """What the stored source has now. Raises SourceUnreadable, so that a wrong path is never stored."""
    if not connection.source:
        return None
    months = open_lines(Path(connection.source["path"]), connection.source["profile"], connection).months()
    return None if months is None else [str(month) for month in months]
