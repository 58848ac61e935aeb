"""Keys of this installation: from the environment, or from files that only their owner may read."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

from bursar.domain.errors import NotConfigured
from bursar.project.environment import ENCRYPTION_KEY, ENCRYPTION_KEY_FILE, SECRET_KEY, home, read


def load_keys(*, make: bool) -> list[str]:
    """All keys, the sealing one first. Raises NotConfigured when there is none to open with, or others can read it.

    The file is only made (`make`) when something is sealed: a new key could open nothing.
    """
    if given := read(ENCRYPTION_KEY):
        return _split(given)
    path = _file()
    if not path.exists():
        if not make:
            raise NotConfigured(
                f"The encryption key is missing: there is no {path}.",
                remedy="Restore the file from your backup, or give the key in BURSAR_ENCRYPTION_KEY.",
            )
        _make(path, Fernet.generate_key().decode())
    return _split(_private_text(path, "encryption key"))


def key_file() -> Path | None:
    """Where the keys are kept; None when the environment gives them and nobody here can change them."""
    return None if read(ENCRYPTION_KEY) else _file()


def secret_key() -> str:
    """What signs sessions and forms; made on first use. Raises NotConfigured when others can read its file."""
    if given := read(SECRET_KEY):
        return given
    path = home() / "secret.key"
    if not path.exists():
        _make(path, get_random_secret_key())
    return _private_text(path, "key that signs sessions").strip()


def _file() -> Path:
    return Path(read(ENCRYPTION_KEY_FILE) or home() / "encryption.key").expanduser()


def _private_text(path: Path, what: str) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotConfigured(
            f"{path} holds the {what}, and others on this machine can read it.",
            remedy="Make it readable by its owner only (chmod 600), and think about who may have read it.",
        )
    return path.read_text(encoding="ascii")


def _make(path: Path, key: str) -> None:
    """Two first uses at once end with one whole key: the file appears complete, and the first one stays."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as fresh:  # 0600 by itself
        fresh.write(key + "\n")
        fresh.flush()
        with contextlib.suppress(FileExistsError):
            os.link(fresh.name, path)


def _split(text: str) -> list[str]:
    return [key for key in (part.strip() for part in text.replace("\n", ",").split(",")) if key]
