"""Second factors at rest: sealed as private keys are, so that a stolen database logs nobody in."""

from allauth.mfa.adapter import DefaultMFAAdapter

from bursar.store.vault import open_sealed, seal


class SealedSecrets(DefaultMFAAdapter):
    """TOTP secrets and seeds of recovery codes go through the vault."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text)
