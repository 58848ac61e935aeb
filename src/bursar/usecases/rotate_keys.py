"""Replace the encryption key: every secret is sealed anew before an old key goes.

The order makes a crash harmless: the new key stands first in the file before anything is sealed with it, and the old
ones stay until the new one alone opens everything. Running the command again goes on from wherever it was.
"""

from dataclasses import dataclass

from bursar.domain.errors import BursarError, NotConfigured
from bursar.store.key_file import KeyFile, sole_rotation
from bursar.store.queries.sealed_secrets import change_sealed_secrets, sealed_secrets
from bursar.store.vault import key_count, open_sealed, opens_with_newest_key, seal
from bursar.usecases.audit import record

TRIES = 3
"""A process that sealed with the old key a moment before may still have to commit: then it is sealed once more."""


class NotAllResealed(BursarError):
    """Some secret still needs an old key; nothing was dropped."""

    code = "not_all_resealed"
    default_remedy = "Run `bursar keys rotate` again; nothing is lost, the old keys still open everything."


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done. `dropped`: old keys that are gone; `kept`: old keys that still open secrets."""

    resealed: int
    dropped: int
    kept: int
    from_environment: bool


def rotate_keys(*, keep_old: bool = False) -> Rotation:
    """Make a new key, seal every secret with it, prove that it is enough, and drop the old ones unless `keep_old`.

    Keys from the environment cannot be changed here: the first of several is taken for the new one. Raises
    NotConfigured when there is only one, NotAllResealed, InvalidInput while another rotation is under way.
    """
    with sole_rotation() as file:
        if file is not None:
            file.put_new_key_first()
        elif key_count() < 2:
            raise _how_with_environment()
        resealed = _reseal()
        dropped = _drop(file) if file is not None and not keep_old else 0
    kept = key_count() - 1
    record("encryption key rotated", "keys", after={"resealed": resealed, "dropped": dropped, "kept": kept})
    return Rotation(resealed, dropped, kept, from_environment=file is None)


def _reseal() -> int:
    for _ in range(TRIES):
        resealed = change_sealed_secrets(lambda sealed: seal(open_sealed(sealed)))
        if _left() is None:
            return resealed
    raise NotAllResealed(f"The {_left()} could not be sealed with the new key.")


def _left() -> str | None:
    """Where a secret lies that the newest key alone does not open."""
    return next((secret.place for secret in sealed_secrets() if not opens_with_newest_key(secret.sealed)), None)


def _drop(file: KeyFile) -> int:
    """Drop the old keys, look once more, and put them back when somebody committed a secret of theirs meanwhile."""
    before = file.drop_old_keys()
    if (place := _left()) is not None:
        file.write(before)
        raise NotAllResealed(f"The {place} was sealed with an old key at the last moment.")
    return len(before) - 1


def _how_with_environment() -> NotConfigured:
    return NotConfigured(
        "The encryption key comes from BURSAR_ENCRYPTION_KEY, which Bursar cannot change.",
        remedy=(
            "Make a key with `openssl rand -base64 32 | tr '+/' '-_'`, put it in front of the present one with a comma"
            " between them, restart every Bursar process, and run this again. Then take the old key away."
        ),
    )
