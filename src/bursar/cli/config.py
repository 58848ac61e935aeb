"""`bursar config`: the billing configuration of a connection."""

from typing import Annotated

import typer

from bursar.cli.adapters import open_psa
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, print_json, say
from bursar.store.models import Connection
from bursar.usecases.billing_settings import SETTINGS, set_billing_setting, shown_settings
from bursar.usecases.connections import find_connection

app = typer.Typer(help="The billing configuration of a connection.")

READ_FROM_CONNECTWISE = "agreement_type"
FUTURE_ONLY = "This applies to future syncs only; what is in ConnectWise already stays as it is."
SHOW_SHAPE: Shape = {"": ("connection", "settings"), "settings[]": ("name", "value", "changed", "default", "meaning")}
SET_SHAPE: Shape = {"": ("connection", "name", "value", "note")}


@app.command("show", epilog=epilog("bursar config show", "bursar config show --json", keys=SHOW_SHAPE))
@with_store
def show(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Show every setting with its value in force."""
    chosen = find_connection(connection)
    values = shown_settings(chosen)
    if as_json:
        print_json({"connection": chosen.name, "settings": [_document(chosen, *pair) for pair in values.items()]})
        return
    listing = Listing("Setting", "Value", "Changed", "Meaning")
    for name, value in values.items():
        listing.row(name, value, name in chosen.billing, _meaning(name))
    listing.show()


def _meaning(name: str) -> str:
    return SETTINGS[name].meaning if name in SETTINGS else "Price policy of one organization."


def _document(connection: Connection, name: str, value: str) -> dict[str, object]:
    default = SETTINGS[name].default if name in SETTINGS else None
    facts = {"name": name, "value": value, "changed": name in connection.billing}
    return {**facts, "default": default, "meaning": _meaning(name)}


@app.command(
    "set",
    epilog=epilog(
        'bursar config set agreement_type "Cloud Subscriptions"',
        'bursar config set "end_rule.Usage Fee" "Last day of invoice month"',
        'bursar config set skip_zero_lines "" (back to the default)',
        keys=SET_SHAPE,
    ),
)
@with_store
def set_one(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the setting, as `config show` prints it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value; empty text restores the default.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Set one setting. It applies to future syncs only."""
    chosen = find_connection(connection)
    stored = _store(chosen, name, value)
    if as_json:
        print_json({"connection": chosen.name, "name": name, "value": stored, "note": FUTURE_ONLY})
        return
    in_force = stored or f"back to its default ({shown_settings(chosen).get(name, 'none')})"
    say(f"{name} is {in_force}.")
    say(FUTURE_ONLY)


def _store(connection: Connection, name: str, value: str) -> str:
    if name != READ_FROM_CONNECTWISE or not value.strip():
        return set_billing_setting(connection, name, value)
    with open_psa(connection) as psa:
        return set_billing_setting(connection, name, value, psa)
