"""How Bursar behaves towards one Tryton."""

from dataclasses import dataclass

from bursar.connectors.http import HttpOptions
from bursar.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class TrytonOptions:
    """Settings of one book; times are seconds.

    `company` is the name of the company to post to; blank for the user's current one. The journals are codes; blank
    for the first one of the type revenue, expense or general.
    """

    company: str = ""
    sales_journal: str = ""
    purchase_journal: str = ""
    general_journal: str = ""
    requests_per_minute: int | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0

    def __post_init__(self) -> None:
        if self.requests_per_minute is not None and not 1 <= self.requests_per_minute <= 100_000:
            raise InvalidInput(
                f"The requests per minute of a book are {self.requests_per_minute}.", remedy="Choose 1 to 100000."
            )

    @property
    def http(self) -> HttpOptions:
        """What the HTTP client needs to know. Tryton numbers entries one after the other: one request at a time."""
        return HttpOptions(1, self.requests_per_minute, self.connect_timeout, self.read_timeout)
