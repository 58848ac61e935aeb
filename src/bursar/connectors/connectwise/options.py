"""How Bursar behaves towards one ConnectWise PSA."""

from dataclasses import dataclass

from bursar.connectors.http import HttpOptions
from bursar.domain.errors import InvalidInput

LARGEST_PAGE = 1000
"""ConnectWise silently caps larger pages [field]."""


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one connection; times are seconds.

    `requests_per_minute` stays below the 1,000 at which throttling is likely [guide]; None means no limit.
    `marker_field` None keeps our marker in an Addition's serial number, else in the custom field of that caption.
    `home_currency` is the code for accounting records that name none; blank asks ConnectWise for its base currency.
    """

    concurrency: int = 8
    requests_per_minute: int | None = 900
    page_size: int = LARGEST_PAGE
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    marker_field: str | None = None
    home_currency: str = ""

    def __post_init__(self) -> None:
        _within("concurrency", self.concurrency, 1, 64)
        _within("page size", self.page_size, 1, LARGEST_PAGE)
        if self.requests_per_minute is not None:
            _within("requests per minute", self.requests_per_minute, 1, 100_000)

    @property
    def http(self) -> HttpOptions:
        """What the HTTP client needs to know."""
        return HttpOptions(self.concurrency, self.requests_per_minute, self.connect_timeout, self.read_timeout)


def _within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput(f"The {name} of a connection is {value}.", remedy=f"Choose {least} to {most}.")
