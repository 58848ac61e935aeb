"""`bursar lines profile`: column profiles that are saved with a connection."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import keep_profile, profile_document, shipped_profiles
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName, Yes
from bursar.cli.output import Listing, print_json, say
from bursar.domain.errors import InvalidInput
from bursar.usecases.column_profiles import delete_profile, find_profile, saved_profiles
from bursar.usecases.connections import find_connection

app = typer.Typer(help="Column profiles that are saved with a connection: how an export is to be read.")

LIST_SHAPE: Shape = {
    "": ("connection", "profiles"),
    "profiles[]": ("name", "description", "shipped", "saved_by", "saved_at"),
}
SHOW_SHAPE: Shape = {"": ("connection", "name", "profile")}
SAVE_SHAPE: Shape = {"": ("connection", "saved")}
DELETE_SHAPE: Shape = {"": ("connection", "deleted")}
EXPORT_SHAPE: Shape = {"": ("connection", "name", "file")}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    description: str
    saved_by: str | None = None
    saved_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "shipped": self.saved_at is None}


ProfileArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the profile.")]


@app.command("list", epilog=epilog("bursar lines profile list", keys=LIST_SHAPE))
@with_store
def list_profiles(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """List the profiles that `lines load --profile` takes by name."""
    chosen = find_connection(connection)
    rows = [
        _Row(row.name, str(row.document.get("description", "")), row.saved_by, row.saved_at)
        for row in saved_profiles(chosen)
    ]
    rows += [_Row(name, str(profile_document(chosen, name).get("description", ""))) for name in shipped_profiles()]
    if as_json:
        print_json({"connection": chosen.name, "profiles": [row.as_json() for row in rows]})
        return
    listing = Listing("Profile", "Description", "Saved by", "Saved at")
    for row in rows:
        listing.row(row.name, row.description, row.saved_by or "comes with Bursar", row.saved_at)
    listing.show()


@app.command("show", epilog=epilog("bursar lines profile show 'Cloud export'", keys=SHOW_SHAPE))
@with_store
def show_profile(name: ProfileArgument, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Print a saved or shipped profile."""
    chosen = find_connection(connection)
    document = {"name": name, **profile_document(chosen, name)}
    print_json({"connection": chosen.name, "name": name, "profile": document} if as_json else document)


@app.command("save", epilog=epilog("bursar lines profile save 'Cloud export' my-profile.json", keys=SAVE_SHAPE))
@with_store
def save_profile(
    name: ProfileArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Profile as a JSON file.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Save a profile file under a name, for everybody who uses the connection. One of that name is replaced."""
    chosen = find_connection(connection)
    saved = keep_profile(chosen, name, _document(file))
    if as_json:
        print_json({"connection": chosen.name, "saved": saved.name})
    else:
        say(f"Saved as '{saved.name}'. Use it with --profile '{saved.name}'.")


@app.command("delete", epilog=epilog("bursar lines profile delete 'Cloud export' --yes", keys=DELETE_SHAPE))
@with_store
def remove_profile(
    name: ProfileArgument, yes: Yes = False, connection: ConnectionName = None, as_json: AsJson = False
) -> None:
    """Delete a saved profile. Lines that were loaded with it stay."""
    chosen = find_connection(connection)
    profile = find_profile(chosen, name)
    must_agree(f"Delete the profile '{name}' of '{chosen.name}'?", given=yes)
    delete_profile(profile)
    if as_json:
        print_json({"connection": chosen.name, "deleted": name})
    else:
        say(f"Deleted '{name}'.")


@app.command("export", epilog=epilog("bursar lines profile export 'Cloud export' cloud.json", keys=EXPORT_SHAPE))
@with_store
def export_profile(
    name: ProfileArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Write a saved or shipped profile to a JSON file, to be changed or taken elsewhere."""
    chosen = find_connection(connection)
    text = json.dumps({"name": name, **profile_document(chosen, name)}, indent=2, ensure_ascii=False)
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as fault:
        raise InvalidInput(f"{file} cannot be written: {fault.strerror}.", remedy="Choose another place.") from None
    if as_json:
        print_json({"connection": chosen.name, "name": name, "file": str(file)})
    else:
        say(f"Written to {file}.")


def _document(file: Path) -> dict[str, object]:
    """The JSON object in the file. Raises InvalidInput."""
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as fault:
        raise InvalidInput(f"{file} cannot be read: {fault.strerror}.", remedy="Check the path.") from None
    except ValueError:
        raise InvalidInput(f"{file} is not JSON in UTF-8.", remedy="Correct it, or export one to begin with.") from None
    if not isinstance(document, dict):
        raise InvalidInput(f"{file} holds no profile.", remedy="A profile is a JSON object, written in { }.")
    return document
