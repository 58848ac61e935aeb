"""Secrets at rest: sealed with the newest key, opened with any (MultiFernet)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from bursar.domain.errors import NotConfigured


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.BURSAR_ENCRYPTION_KEYS()])


def seal(secret: str) -> str:
    """Encrypt a secret for the database."""
    return _box().encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Decrypt a secret for the one adapter that needs it. Raises NotConfigured when no key fits."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise NotConfigured(
            "The private key of this connection cannot be opened with the encryption key at hand.",
            remedy="Restore the encryption key this installation was set up with, or enter the private key again.",
        ) from None
