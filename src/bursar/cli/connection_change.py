"""`bursar connection edit`, `default` and `disconnect`."""

from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import real_clock
from bursar.cli.connection import ADD_SHAPE, CONNECTION_KEYS, Name, document_of, tell_stored, tried
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, Yes
from bursar.cli.output import complain, print_json, say
from bursar.cli.private_key import given_private_key, private_key
from bursar.usecases.connections import NewConnection, edit_connection, find_connection, make_default, other_company
from bursar.usecases.credentials import candidate
from bursar.usecases.disconnect import disconnect

DEFAULT_SHAPE: Shape = {"": ("connection",), "connection": CONNECTION_KEYS}
DISCONNECT_SHAPE: Shape = {
    "": ("connection", "stopped_runs", "still_running", "warning"),
    "connection": CONNECTION_KEYS,
}


def edit(
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="New name.")] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="New address.")] = None,
    company: Annotated[str | None, typer.Option("--company", metavar="ID", help="Company ID.")] = None,
    public_key: Annotated[str | None, typer.Option("--public-key", metavar="KEY", help="New public key.")] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", metavar="GUID", help="New client ID.")] = None,
    private_key_file: Annotated[
        Path | None, typer.Option("--private-key-file", metavar="FILE", help="File that holds the private key.")
    ] = None,
    no_test: Annotated[bool, typer.Option("--no-test", help="Store it without a test.")] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="For another Company ID: remove lines, links and mappings.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change a connection after testing it; what is not given stays. Its type stays in any case.

    The stored private key is kept unless BURSAR_PRIVATE_KEY or a file gives another one, and never sent to another
    address. Unusable credentials are not stored.
    """
    stored = find_connection(name)
    entered = NewConnection(
        new_name or stored.name,
        url or stored.url,
        company or stored.company,
        client_id or stored.client_id,
        public_key or stored.public_key,
        (given_private_key if stored.sealed_private_key else private_key)(private_key_file),
    )
    made = candidate(entered, stored)
    check = None if no_test else tried(made)
    if reset and other_company(stored, made.company):
        must_agree(f"Remove all lines, links and mappings of '{stored.name}'?", given=yes)
    changed = edit_connection(stored, entered, check=check, untested=no_test, reset=reset)
    tell_stored(changed, check, as_json=as_json)


def choose_default(name: Name, as_json: AsJson = False) -> None:
    """Make a connection the default of its type."""
    chosen = make_default(find_connection(name))
    if as_json:
        print_json({"connection": document_of(chosen)})
    else:
        say(f"'{chosen.name}' is the default for {chosen.get_kind_display()}.")


def cut(name: Name, yes: Yes = False, as_json: AsJson = False) -> None:
    """Destroy the credentials of a connection, and stop its runs. Mappings and history stay.

    Waits until no run is under way any more, at most as long as one request may take.
    """
    connection = find_connection(name)
    must_agree(f"Disconnect '{name}'? Its keys are destroyed and its runs stopped.", given=yes)
    done = disconnect(connection, real_clock())
    if as_json:
        print_json(
            {
                "connection": document_of(done.connection),
                "stopped_runs": done.stopped,
                "still_running": [str(run.id) for run in done.still_running],
                "warning": done.warning,
            }
        )
    else:
        say("Integration disconnected successfully.")
        if done.warning:
            complain(done.warning, "Look at that run with `bursar run show` before you connect again.")
    finish(trouble=bool(done.still_running))


def add_to(app: typer.Typer) -> None:
    """Put the commands beside the others of `bursar connection`."""
    app.command(
        "edit",
        epilog=epilog(
            "bursar connection edit main --url https://eu.myconnectwise.net",
            "bursar connection edit main --company newco --public-key Zz98Yy76Xx54Ww32 --reset",
            keys=ADD_SHAPE,
        ),
    )(with_store(edit))
    app.command("default", epilog=epilog("bursar connection default main", keys=DEFAULT_SHAPE))(
        with_store(choose_default)
    )
    app.command(
        "disconnect",
        epilog=epilog(
            "bursar connection disconnect main", "bursar connection disconnect main --yes", keys=DISCONNECT_SHAPE
        ),
    )(with_store(cut))
