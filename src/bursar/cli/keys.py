"""`bursar keys`: the key that seals all secrets."""

from typing import Annotated

import typer

from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, Yes
from bursar.cli.output import counted, print_json, say
from bursar.usecases.rotate_keys import Rotation, rotate_keys

app = typer.Typer(help="The key that seals private keys and second factors.")

ROTATE_SHAPE: Shape = {"": ("resealed", "dropped", "kept", "from_environment")}


@app.command("rotate", epilog=epilog("bursar keys rotate", "bursar keys rotate --keep-old --yes", keys=ROTATE_SHAPE))
@with_store
def rotate(
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Leave the old keys in the file.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make a new encryption key, seal every secret with it, and drop the old keys.

    Interrupted at any moment, nothing is lost: run it again. Backups of the database need the key of their time.
    """
    must_agree(
        "Replace the encryption key? Older backups of the database can be opened with the old key only.", given=yes
    )
    done = rotate_keys(keep_old=keep_old)
    if as_json:
        print_json({name: getattr(done, name) for name in ROTATE_SHAPE[""]})
        return
    say(f"{counted(done.resealed, 'secret')} sealed with the new key.")
    say(_old_keys(done))


def _old_keys(done: Rotation) -> str:
    if done.from_environment:
        return "Now take the old keys out of BURSAR_ENCRYPTION_KEY and restart every Bursar process."
    if done.kept:
        return f"{counted(done.kept, 'old key')} left in the file."
    return f"{counted(done.dropped, 'old key')} dropped. Make a backup of the key file."
