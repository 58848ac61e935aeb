"""Who we are to one Tryton."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote

_MASK = "…"


@dataclass(frozen=True, slots=True)
class TrytonCredentials:
    """A user of one database. `url` is the server's address as a browser shows it."""

    url: str
    database: str
    user: str
    password: str = field(repr=False)

    def session_header(self, user_id: int, key: str) -> str:
        """The Authorization header of a session."""
        return f"Session {b64encode(f'{self.user}:{user_id}:{key}'.encode()).decode()}"

    def scrub(self, text: str) -> str:
        """The text with the password masked, should the server ever echo it: as it is, or as URLs and JSON have it."""
        in_json = (json.dumps(self.password, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True))
        for spelling in (self.password, quote(self.password, safe=""), *in_json):
            if spelling.strip():
                text = text.replace(spelling, _MASK)
        return text
