"""Who we are to one ConnectWise PSA."""

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote

_MASK = "…"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API member's keys for one login company. `url` is the site's address as people know it."""

    url: str
    company: str
    public_key: str = field(repr=False)
    private_key: str = field(repr=False)
    client_id: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The Authorization header: company+publicKey:privateKey, the plus taken literally [guide]."""
        return f"Basic {self._token}"

    def scrub(self, text: str) -> str:
        """The text with every key in it masked, should the server ever echo one, as it is or encoded for a URL."""
        for secret in (self._token, self.private_key.strip(), self.public_key.strip(), self.client_id.strip()):
            for spelling in (secret, quote(secret, safe="")):
                if spelling:
                    text = text.replace(spelling, _MASK)
        return text

    @property
    def _token(self) -> str:
        pair = f"{self.company.strip()}+{self.public_key.strip()}:{self.private_key.strip()}"
        return b64encode(pair.encode()).decode()
