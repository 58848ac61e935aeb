"""Pages opened through Django's test client, templates included, without a network: little behind them, and much."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.test import Client
from django.urls import reverse

from bursar.store.models import Connection


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a connection, looked at in one way."""

    name: str
    route: str
    query: str = ""

    def address(self, connection: Connection) -> str:
        return reverse(self.route, args=[connection.pk]) + self.query


@dataclass(frozen=True, slots=True)
class Took:
    """Median seconds of a page with little and with much behind it."""

    name: str
    small: float
    large: float

    @property
    def times(self) -> float:
        return self.large / self.small


def compared(browser: Client, name: str, small: str, large: str, times: int) -> Took:
    """Open both addresses in turn, so that whatever else the machine does slows both; the first pair does not count."""
    took: Sequence[list[float]] = ([], [])
    for _ in range(times + 1):
        for seconds, address in zip(took, (small, large), strict=True):
            start = time.perf_counter()
            assert browser.get(address).status_code == 200, address
            seconds.append(time.perf_counter() - start)
    return Took(name, median(took[0][1:]), median(took[1][1:]))


def milliseconds(took: float) -> str:
    """A duration as people read it."""
    return f"{took * 1000:.0f} ms"


def kept(value: float, target: float) -> str:
    """Whether a target was kept."""
    return "kept" if value <= target else "MISSED"
