"""What is written down about a request: never a header, a body or a filter's values."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_log = logging.getLogger("bursar.http")
_HARMLESS = frozenset({"page", "pagesize", "pageid", "orderby"})
"""Query values that are short and hold no customer's data."""
for _library in ("httpx2", "httpcore2"):
    logging.getLogger(_library).setLevel(logging.WARNING)  # they would log whole URLs beside our redacted ones


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt of one request. `status` is None when no answer arrived; `failure` then names what happened."""

    method: str
    path: str
    status: int | None
    milliseconds: float
    attempt: int
    failure: str = ""

    def __str__(self) -> str:
        result = self.failure or str(self.status)
        return f"{self.method} {self.path} {result} in {self.milliseconds:.0f} ms (attempt {self.attempt})"

    @property
    def troubled(self) -> bool:
        return self.status is None or self.status == 429 or self.status >= 500


Observer = Callable[[Exchange], None]


def write_down(exchange: Exchange) -> None:
    """Log one attempt on `bursar.http`: trouble as a warning, the rest as information."""
    _log.log(logging.WARNING if exchange.troubled else logging.INFO, "%s", exchange)


def without_values(url: str) -> str:
    """The path of a URL and the names of its parameters; only harmless values are kept."""
    parts = urlsplit(url)
    shown = [f"{name}={value if name.lower() in _HARMLESS else '…'}" for name, value in parse_qsl(parts.query)]
    return f"{parts.path}?{'&'.join(shown)}" if shown else parts.path
