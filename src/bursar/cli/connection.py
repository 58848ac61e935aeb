"""`bursar connection`: the ways into ConnectWise."""

from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import open_psa, real_clock
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import ExitCode
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, Yes
from bursar.cli.output import Listing, complain, print_json, remark, say
from bursar.cli.permissions import EPILOG, check_permissions
from bursar.cli.private_key import VARIABLE, private_key
from bursar.domain.errors import RemoteError
from bursar.store.models import Connection
from bursar.usecases.check_connection import Check, check_connection, check_stored
from bursar.usecases.connections import (
    OPTIONS,
    NewConnection,
    add_connection,
    all_connections,
    find_connection,
    remove_connection,
    replace_keys,
    set_option,
)
from bursar.usecases.credentials import candidate, shortened

app = typer.Typer(help="The ways into ConnectWise: add, list, test, edit, disconnect, remove.")

CONNECTION_KEYS = (
    *("name", "type", "url", "company", "public_key", "default", "state", "state_reason", "checked_at"),
    *("options", "source"),
)
SITE_KEYS = ("company_name", "version", "codebase")
PROBLEM_KEYS = ("code", "sentence", "remedy")
ADD_SHAPE: Shape = {
    "": ("connection", "tested", "problems"),
    "connection": CONNECTION_KEYS,
    "problems[]": PROBLEM_KEYS,
}
LIST_SHAPE: Shape = {"": ("connections",), "connections[]": CONNECTION_KEYS}
TEST_SHAPE: Shape = {
    "": ("connection", "successful", "site", "problems"),
    "site": SITE_KEYS,
    "problems[]": PROBLEM_KEYS,
}
REMOVE_SHAPE: Shape = {"": ("removed",)}
OPTION_SHAPE: Shape = {"": ("connection", "option", "value")}

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the connection.")]


@app.command(
    "add",
    epilog=epilog(
        "bursar connection add main --url https://na.myconnectwise.net --company acme \\",
        "  --public-key Ab12Cd34Ef56Gh78 --client-id 5c1f0f6e-6a0c-4a55-9d5a-0f6d1e0b6a11",
        f"{VARIABLE}=... bursar connection add main --url ... (no prompt)",
        keys=ADD_SHAPE,
    ),
)
@with_store
def add(
    name: Name,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Address of your ConnectWise page.")],
    company: Annotated[str, typer.Option("--company", metavar="ID", help="Company ID of the ConnectWise login page.")],
    public_key: Annotated[str, typer.Option("--public-key", metavar="KEY", help="Public key of the API member.")],
    client_id: Annotated[str, typer.Option("--client-id", metavar="GUID", help="Client ID of your integration.")],
    private_key_file: Annotated[
        Path | None, typer.Option("--private-key-file", metavar="FILE", help="File that holds the private key.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Make it the default connection.")] = False,
    no_test: Annotated[bool, typer.Option("--no-test", help="Store it without a test.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a connection after testing it.

    The private key is asked for, or read from BURSAR_PRIVATE_KEY or a file; it is never an option, because command
    lines end up in histories and process lists. Unusable credentials are not stored.
    """
    entered = NewConnection(name, url, company, client_id, public_key, private_key(private_key_file))
    check = None if no_test else tried(candidate(entered))
    tell_stored(add_connection(entered, default=default, check=check, untested=no_test), check, as_json=as_json)


def tell_stored(connection: Connection, check: Check | None, *, as_json: bool) -> None:
    """Say what was stored, and which permissions are missing."""
    problems = check.problems if check else []
    if as_json:
        document = {"connection": document_of(connection), "tested": check is not None, "problems": _problems(problems)}
        print_json(document)
        return
    if check is not None:
        say("Test is successful." if check.successful else "The keys work, but permissions are missing.")
    say(f"Connection '{connection.name}' is stored{' and is the default' if connection.is_default else ''}.")
    for problem in problems:
        complain(problem.sentence, problem.remedy)


def tried(candidate: Connection) -> Check:
    """Connect as a person entered it, before anything is stored (rule 9). Raises what makes the keys unusable."""
    with open_psa(candidate) as psa:
        check = check_connection(psa)
    if check.unusable is not None:
        raise check.unusable
    return check


@app.command(
    "rekey",
    epilog=epilog(
        "bursar connection rekey main --public-key Zz98Yy76Xx54Ww32",
        f"{VARIABLE}=... bursar connection rekey main --public-key ... (no prompt)",
        keys=ADD_SHAPE,
    ),
)
@with_store
def rekey(
    name: Name,
    public_key: Annotated[str, typer.Option("--public-key", metavar="KEY", help="New public key of the API member.")],
    private_key_file: Annotated[
        Path | None, typer.Option("--private-key-file", metavar="FILE", help="File that holds the private key.")
    ] = None,
    no_test: Annotated[bool, typer.Option("--no-test", help="Store it without a test.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a connection a new key pair; lines, mappings and settings stay. Unusable keys are not stored."""
    stored = find_connection(name)
    secret = private_key(private_key_file)
    entered = NewConnection(stored.name, stored.url, stored.company, stored.client_id, public_key, secret)
    check = None if no_test else tried(candidate(entered, stored))
    changed = replace_keys(stored, public_key, secret, check=check, untested=no_test)
    tell_stored(changed, check, as_json=as_json)


@app.command("list", epilog=epilog("bursar connection list", "bursar connection list --json", keys=LIST_SHAPE))
@with_store
def show_all(as_json: AsJson = False) -> None:
    """Show all connections. Private keys are never shown."""
    connections = all_connections()
    if as_json:
        print_json({"connections": [document_of(connection) for connection in connections]})
        return
    listing = Listing("Name", "Address", "Company", "State", "Default", "Checked", "Options")
    for row in connections:
        options = ", ".join(f"{name} {value}" for name, value in sorted(row.options.items()))
        state = row.get_state_display()
        listing.row(row.name, row.url, row.company, state, row.is_default, row.checked_at, options)
    listing.show(if_empty="There is no connection yet. Add one with `bursar connection add`.")


@app.command("test", epilog=epilog("bursar connection test", "bursar connection test main --json", keys=TEST_SHAPE))
@with_store
def try_out(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Connection; the default one if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Call ConnectWise with the stored keys, and see what the API member may read."""
    connection = find_connection(name)
    with open_psa(connection) as psa:
        check = check_stored(connection, psa, real_clock().now())
    if as_json:
        site = {key: getattr(check.info, key) for key in SITE_KEYS} if check.info else None
        facts = {"connection": connection.name, "successful": check.successful, "site": site}
        print_json({**facts, "problems": _problems(check.problems)})
    else:
        _tell(check)
    if not check.successful:
        raise typer.Exit(ExitCode.CONNECTION)


def _tell(check: Check) -> None:
    if check.successful and check.info is not None:
        say("Test is successful.", style="green")
        say(f"{check.info.company_name}, ConnectWise {check.info.version} ({check.info.codebase})")
        return
    remark("Test is not successful.", style="red")
    for problem in check.problems:
        complain(problem.sentence, problem.remedy)


app.command("check-permissions", epilog=EPILOG)(check_permissions)


@app.command(
    "remove", epilog=epilog("bursar connection remove old", "bursar connection remove old --yes", keys=REMOVE_SHAPE)
)
@with_store
def remove(
    name: Name,
    yes: Yes = False,
    with_history: Annotated[
        bool, typer.Option("--with-history", help="Also when posted lines lose the record of where they went.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a connection with its lines and mappings. Nothing changes in ConnectWise."""
    connection = find_connection(name)
    must_agree(f"Remove connection '{name}' with its lines and mappings?", given=yes)
    remove_connection(connection, with_history=with_history)
    if as_json:
        print_json({"removed": name})
    else:
        say(f"Connection '{name}' is removed.")


@app.command(
    "option",
    epilog=epilog(
        "bursar connection option main concurrency 4",
        'bursar connection option main marker_field "" (back to the default)',
        keys=OPTION_SHAPE,
    ),
    help="Set how Bursar talks to this ConnectWise. An empty value restores the default.\n\n\b\n"
    + "\n".join(f"{name}: {meaning}" for name, meaning in OPTIONS.items()),
)
@with_store
def option(
    name: Name,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Name of the option.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
    as_json: AsJson = False,
) -> None:
    connection = find_connection(name)
    stored = set_option(connection, key, value)
    if as_json:
        print_json({"connection": connection.name, "option": key, "value": stored})
    else:
        say(f"{key} of '{connection.name}' is {stored or 'back to its default'}.")


def document_of(connection: Connection) -> dict[str, object]:
    """A connection for programs, without secrets."""
    return {
        "name": connection.name,
        "type": connection.kind,
        "url": connection.url,
        "company": connection.company,
        "public_key": shortened(connection.public_key),
        "default": connection.is_default,
        "state": connection.state,
        "state_reason": connection.state_reason,
        "checked_at": connection.checked_at,
        "options": connection.options,
        "source": connection.source,
    }


def _problems(problems: list[RemoteError]) -> list[dict[str, str]]:
    return [{"code": problem.code, "sentence": problem.sentence, "remedy": problem.remedy} for problem in problems]
