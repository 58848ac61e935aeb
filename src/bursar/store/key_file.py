"""The file of encryption keys, newest first, changed so that a crash at any moment leaves a whole file."""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings

from bursar.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys while nobody else may change them."""

    path: Path

    def put_new_key_first(self) -> None:
        """From now on secrets are sealed with a new key; all older ones still open."""
        self.write([Fernet.generate_key().decode(), *self.keys()])

    def drop_old_keys(self) -> Sequence[str]:
        """Keep the newest key only. Returns the file's keys as they were."""
        before = self.keys()
        self.write(before[:1])
        return before

    def keys(self) -> Sequence[str]:
        """As they are now."""
        keys: Sequence[str] = settings.BURSAR_ENCRYPTION_KEYS(make=False)
        return keys

    def write(self, keys: Sequence[str]) -> None:
        """Replace the file in one step, readable by its owner only, and see it on the disk."""
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")  # 0600 by itself
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as fresh:
                fresh.write("".join(f"{key}\n" for key in keys))
                fresh.flush()
                os.fsync(fresh.fileno())
            Path(name).replace(self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)


@contextmanager
def sole_rotation() -> Iterator[KeyFile | None]:
    """The key file for one rotation at a time; None when the keys come from the environment. Raises InvalidInput."""
    place: Path | None = settings.BURSAR_KEY_FILE()
    if place is None:
        yield None
        return
    path = place.resolve()
    with path.with_name(f"{path.name}.lock").open("a", encoding="ascii") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidInput("Keys are being rotated already.", remedy="Wait until that has ended.") from None
        yield KeyFile(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
