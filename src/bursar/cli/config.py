"""`bursar config`: the billing configuration and the properties of a connection."""

from typing import Annotated

import typer

from bursar.cli.adapters import open_psa, real_clock
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, print_json, say
from bursar.domain.errors import InvalidInput
from bursar.domain.lists import ListKind
from bursar.store.models import Connection
from bursar.usecases.billing_settings import SETTINGS, set_billing_setting, shown_settings
from bursar.usecases.connections import find_connection
from bursar.usecases.lists import refresh_lists
from bursar.usecases.properties import CATEGORY, MEANINGS, PICKED, SUBCATEGORY, ValueMap, shown_properties
from bursar.usecases.save_properties import map_value, set_property

app = typer.Typer(help="The billing configuration and the properties of a connection.")

READ_FROM_CONNECTWISE = "agreement_type"
FUTURE_ONLY = "This applies to future syncs only; what is in ConnectWise already stays as it is."
SHOW_SHAPE: Shape = {
    "": ("connection", "settings", "properties"),
    "settings[]": ("name", "value", "changed", "default", "meaning"),
    "properties[]": ("name", "value", "meaning"),
}
SET_SHAPE: Shape = {"": ("connection", "name", "value", "note")}
MAP_SHAPE: Shape = {"": ("connection", "map", "platform", "connectwise")}


@app.command("show", epilog=epilog("bursar config show", "bursar config show --json", keys=SHOW_SHAPE))
@with_store
def show(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Show every setting and property with its value in force."""
    chosen = find_connection(connection)
    values, properties = shown_settings(chosen), shown_properties(chosen)
    if as_json:
        settings = [_document(chosen, *pair) for pair in values.items()]
        facts = [{"name": str(name), "value": properties[name], "meaning": MEANINGS[name]} for name in MEANINGS]
        print_json({"connection": chosen.name, "settings": settings, "properties": facts})
        return
    listing = Listing("Setting", "Value", "Changed", "Meaning")
    for name, value in values.items():
        listing.row(name, value, name in chosen.billing, _meaning(name))
    listing.show()
    listing = Listing("Property", "Value", "Meaning")
    for name, value in properties.items():
        listing.row(name, value, MEANINGS[name])
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
        "bursar config set product.category Cloud",
        keys=SET_SHAPE,
    ),
)
@with_store
def set_one(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the setting or property, as `config show` prints it.")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value; empty text restores the default.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Set one setting or property. It applies to future syncs only."""
    chosen = find_connection(connection)
    stored = _store_property(chosen, name, value) if name in MEANINGS else _store(chosen, name, value)
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


def _store_property(connection: Connection, name: str, value: str) -> str:
    if name in list(ValueMap):
        raise InvalidInput(f"'{name}' is a map.", remedy=f"Map each value: `bursar config map {name} OURS THEIRS`.")
    if name in PICKED and value.strip():
        _read(connection, {PICKED[name]} | ({PICKED[CATEGORY]} if name == SUBCATEGORY else set()))
    return set_property(connection, name, value)


@app.command(
    "map",
    epilog=epilog(
        'bursar config map payment_terms "30 days" "Net 30"',
        'bursar config map payment_terms "30 days" "" (no longer mapped)',
        keys=MAP_SHAPE,
    ),
)
@with_store
def map_one(
    which: Annotated[ValueMap, typer.Argument(metavar="MAP", help=f"One of: {', '.join(ValueMap)}.")],
    ours: Annotated[str, typer.Argument(metavar="OURS", help="The platform's value.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="The entry in ConnectWise, by name or record id.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Map a value of the platform to its value in ConnectWise; empty text takes it out."""
    chosen = find_connection(connection)
    if theirs.strip():
        _read(chosen, {which.kind})
    stored = map_value(chosen, which, ours, theirs)
    if as_json:
        print_json({"connection": chosen.name, "map": which, "platform": ours, "connectwise": stored})
        return
    say(f"{ours} is {stored}." if stored else f"{ours} is not mapped.")


def _read(connection: Connection, kinds: set[ListKind]) -> None:
    """Look at ConnectWise as it is now. Raises RemoteError."""
    with open_psa(connection) as psa:
        refused = refresh_lists(connection, psa, kinds, real_clock().now()).refused
    for error in refused.values():
        raise error
