"""Secrets at rest: sealed with the newest key, opened with any (MultiFernet)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from bursar.domain.errors import NotConfigured


def _box(*, make: bool) -> MultiFernet:
    keys = settings.BURSAR_ENCRYPTION_KEYS(make=make)
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise NotConfigured(
            "The encryption key is not a key: it must be 32 bytes in URL-safe base64.",
            remedy="Restore the key that this installation was set up with (BURSAR_ENCRYPTION_KEY or its file).",
        ) from None


def seal(secret: str) -> str:
    """Encrypt a secret for the database; the first one makes the encryption key. Raises NotConfigured."""
    return _box(make=True).encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Decrypt a secret for the one adapter that needs it. Raises NotConfigured when no key fits."""
    try:
        return _box(make=False).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise NotConfigured(
            "The private key of this connection cannot be opened with the encryption key at hand.",
            remedy="Restore the encryption key it was sealed with, or enter new keys (`bursar connection rekey`).",
        ) from None
