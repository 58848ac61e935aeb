"""`bursar mapping pilot`: which customers are posted in pilot mode (rule 150)."""

from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, print_json, say
from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, Organization
from bursar.usecases.connections import find_connection
from bursar.usecases.pilot import chosen_for_pilot, is_on, progress, set_posting

PILOT_SHAPE: Shape = {
    "": ("connection", "pilot_mode", "enabled", "customers", "changed", "organizations"),
    "organizations[]": ("id", "name", "state", "posting"),
}
EPILOG = epilog(
    "bursar mapping pilot",
    'bursar mapping pilot --enable ORG-1001 --enable "Harbour Dental"',
    "bursar mapping pilot --disable-all --enable ORG-1001",
    keys=PILOT_SHAPE,
)


def pilot(
    enable: Annotated[
        list[str] | None,
        typer.Option("--enable", metavar="ORG", help="Post this organization, by id or name. May be repeated."),
    ] = None,
    disable: Annotated[
        list[str] | None,
        typer.Option("--disable", metavar="ORG", help="Leave this organization preview only. May be repeated."),
    ] = None,
    enable_all: Annotated[bool, typer.Option("--enable-all", help="Post every organization.")] = False,
    disable_all: Annotated[bool, typer.Option("--disable-all", help="Leave every organization preview only.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Show which customers are posted in pilot mode, or change it. It counts while the setting pilot_mode is on."""
    chosen = find_connection(connection)
    if enable_all and disable_all:
        raise InvalidInput("All can be enabled or disabled, not both.", remedy="Give one of the two.")
    changed = 0
    if enable_all or disable_all:
        changed += set_posting(chosen, chosen_for_pilot(chosen, (), everybody=True), enable_all).changed
    for names, enabled in ((disable, False), (enable, True)):
        if names:
            changed += set_posting(chosen, chosen_for_pilot(chosen, names), enabled).changed
    if as_json:
        print_json(_document(chosen, changed))
    else:
        _show(chosen, changed)


def _show(connection: Connection, changed: int) -> None:
    listing = Listing("Organization", "Mapping", "Posting")
    for row in _organizations(connection):
        listing.row(f"{row.name} ({row.organization_id})", row.state, "enabled" if row.posting else "preview only")
    listing.show(if_empty="No organization is loaded yet.")
    state = progress(connection)
    mode = "on" if is_on(connection) else "off: everybody is posted; `bursar config set pilot_mode yes` changes it"
    say(f"Pilot mode is {mode}. {state.enabled} of {counted(state.customers, 'customer')} enabled, {changed} changed.")


def _document(connection: Connection, changed: int) -> dict[str, object]:
    state = progress(connection)
    organizations = [
        {"id": row.organization_id, "name": row.name, "state": row.state, "posting": row.posting}
        for row in _organizations(connection)
    ]
    facts = {"connection": connection.name, "pilot_mode": is_on(connection), "changed": changed}
    return {**facts, "enabled": state.enabled, "customers": state.customers, "organizations": organizations}


def _organizations(connection: Connection) -> list[Organization]:
    return list(Organization.objects.filter(connection=connection).order_by("name", "pk"))
