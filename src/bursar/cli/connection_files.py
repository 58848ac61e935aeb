"""`bursar connection export` and `import`: connections as a file, without secrets."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.connection import CONNECTION_KEYS, document_of
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson
from bursar.cli.output import counted, print_json, say
from bursar.domain.errors import InvalidInput
from bursar.usecases.connection_files import export_connections, import_connections
from bursar.usecases.connections import all_connections, find_connection

EXPORT_SHAPE: Shape = {
    "": ("bursar_connections", "connections"),
    "connections[]": ("name", "type", "url", "company", "default", "options", "billing", "properties"),
}
IMPORT_SHAPE: Shape = {
    "": ("imported",),
    "imported[]": ("created", "asks_for_keys", "connection"),
    "imported[].connection": CONNECTION_KEYS,
}


def give_out(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Connection; all of them if left out.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Write to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write one or all connections as JSON, without keys and without the client ID."""
    document = export_connections([find_connection(name)] if name else all_connections())
    if file is not None:
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if file is None or as_json:
        print_json(document)
    else:
        say(f"Written to {file}, without keys.")


def take_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File that `connection export` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Store the connections of a file, all or none. Same-named ones are overwritten, but keep their keys."""
    imported = import_connections(_text(file))
    if as_json:
        rows = [(one.created, one.asks_for_keys, document_of(one.connection)) for one in imported]
        keys = ("created", "asks_for_keys", "connection")
        print_json({"imported": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    say(f"{counted(len(imported), 'connection')} imported.")
    for one in imported:
        what = "is new" if one.created else "is overwritten"
        asks = "; enter its keys with `bursar connection edit`" if one.asks_for_keys else ""
        say(f"'{one.connection.name}' {what}{asks}.", indent=2)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is no text.", remedy="Choose a file that Bursar exported.") from None


def add_to(app: typer.Typer) -> None:
    """Put the commands beside the others of `bursar connection`."""
    app.command(
        "export",
        epilog=epilog(
            "bursar connection export --file connections.json", "bursar connection export main", keys=EXPORT_SHAPE
        ),
    )(with_store(give_out))
    app.command(
        "import",
        epilog=epilog("bursar connection import connections.json", keys=IMPORT_SHAPE),
    )(with_store(take_in))
