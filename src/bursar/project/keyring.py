"""The keys that seal secrets at rest: from the environment, or from a file that only its owner may read."""

import stat
from pathlib import Path

from cryptography.fernet import Fernet

from bursar.project.environment import ENCRYPTION_KEY, ENCRYPTION_KEY_FILE, home, read


def load_keys() -> list[str]:
    """All keys, the sealing one first. Makes the file on first use. Raises PermissionError when others can read it."""
    if given := read(ENCRYPTION_KEY):
        return _split(given)
    path = Path(read(ENCRYPTION_KEY_FILE) or home() / "encryption.key").expanduser()
    if not path.exists():
        _make(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError(f"{path} holds the encryption key and must be readable by its owner only (chmod 600).")
    return _split(path.read_text(encoding="ascii"))


def _make(path: Path) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(Fernet.generate_key().decode() + "\n", encoding="ascii")


def _split(text: str) -> list[str]:
    return [key for key in (part.strip() for part in text.replace("\n", ",").split(",")) if key]
