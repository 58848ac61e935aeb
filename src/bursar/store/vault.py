"""Secrets at rest: sealed with the newest key, opened with any (MultiFernet)."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from bursar.domain.errors import NotConfigured


def _boxes(*, make: bool) -> Sequence[Fernet]:
    keys = settings.BURSAR_ENCRYPTION_KEYS(make=make)
    try:
        return [Fernet(key) for key in keys]
    except ValueError:
        raise NotConfigured(
            "The encryption key is not a key: it must be 32 bytes in URL-safe base64.",
            remedy="Restore the key that this installation was set up with (BURSAR_ENCRYPTION_KEY or its file).",
        ) from None


def seal(secret: str) -> str:
    """Encrypt a secret for the database; the first one makes the encryption key. Raises NotConfigured."""
    return _boxes(make=True)[0].encrypt(secret.encode()).decode()


def open_sealed(sealed: str, book: str = "") -> str:
    """Decrypt a secret for the one adapter that needs it; `book` names whose password it is, else it is a private key.

    Raises NotConfigured when there is none, or no key fits.
    """
    if not sealed and book:
        raise NotConfigured(f"There is no password for the book '{book}'.", remedy="Enter it on Ledger › Books.")
    if not sealed:
        raise NotConfigured(
            "There is no private key: the connection was disconnected, or imported without one.",
            remedy="Enter its credentials on Settings › Authentication, or with `bursar connection edit`.",
        )
    try:
        return MultiFernet(_boxes(make=False)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        what = f"The password of the book '{book}'" if book else "The private key of this connection"
        new = "enter the password again" if book else "enter new keys (`bursar connection rekey`)"
        raise NotConfigured(
            f"{what} cannot be opened with the encryption key at hand.",
            remedy=f"Restore the encryption key it was sealed with, or {new}.",
        ) from None


def opens_with_newest_key(sealed: str) -> bool:
    """Whether the newest key alone is enough: then the older ones are not needed for this secret."""
    try:
        _boxes(make=False)[0].decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def key_count() -> int:
    """How many keys open secrets now."""
    return len(_boxes(make=False))
