"""What went over the wire, and when."""

import re
from collections import Counter
from time import perf_counter

from bursar.connectors.request_log import Exchange

_ROOT = re.compile(r"^.*/apis/3\.0")
_NUMBER = re.compile(r"/\d+")


class Traffic:
    """An observer of a client: every attempt, in the order of the answers."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, Exchange]] = []

    def __call__(self, exchange: Exchange) -> None:
        self._seen.append((perf_counter(), exchange))

    def clear(self) -> None:
        """Forget everything."""
        self._seen.clear()

    @property
    def requests(self) -> int:
        return len(self._seen)

    @property
    def writes(self) -> int:
        return sum(_is_write(exchange) for _, exchange in self._seen)

    def by_route(self) -> Counter[str]:
        """How many requests each method and route got; `#` stands for an id."""
        return Counter(f"{exchange.method} {_route(exchange.path)}" for _, exchange in self._seen)

    def writing_seconds(self) -> float:
        """The time from the last read before each row of writes to the first read after it.

        So it counts what is done between the two as well: planning, journal, receipts.
        """
        total, last_read, writing = 0.0, None, False
        for answered, exchange in self._seen:
            if _is_write(exchange):
                writing = True
                continue
            if writing and last_read is not None:
                total += answered - exchange.milliseconds / 1000 - last_read
            last_read, writing = answered, False
        return total


def _is_write(exchange: Exchange) -> bool:
    return exchange.method != "GET"


def _route(path: str) -> str:
    return _NUMBER.sub("/#", _ROOT.sub("", path.partition("?")[0]))
