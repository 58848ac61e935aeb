"""Faults on demand: which request is hit is decided here, what then happens in `injector`."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Literal, get_args

FaultKind = Literal["429", "500", "delay", "cut_before", "cut_after", "expired_key"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
DEFAULT_RETRY_AFTER = 30


class ConnectionCutError(ConnectionError):
    """The sandbox dropped the connection on purpose; callers inside the process see it raised."""


ConnectionCut = ConnectionCutError


@dataclass(frozen=True)
class Fault:
    """What to break and when.

    `method` and `route` (a regular expression searched in the path, any case) choose requests; empty means
    all. Of the chosen ones the first `skip` are left alone, then each `every`-th, or each with probability
    `chance`, is hit, at most `times` times. `retry_after` is in seconds, None leaves the header out; `ms`
    is the length of a delay.
    """

    kind: FaultKind
    method: str = ""
    route: str = ""
    skip: int = 0
    times: int | None = None
    every: int = 1
    chance: float | None = None
    seed: int = 0
    retry_after: int | None = DEFAULT_RETRY_AFTER
    ms: int = 0

    @property
    def is_delay(self) -> bool:
        """Whether the request goes on after it."""
        return self.kind == "delay"


@dataclass
class ArmedFault:
    """A fault on duty: how many requests it matched and how many it hit."""

    id: int
    fault: Fault
    matched: int = 0
    hits: int = 0
    _dice: random.Random = field(init=False, repr=False)
    _route: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.fault.seed)
        self._route = re.compile(self.fault.route, re.IGNORECASE)

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit; counts it."""
        if self.fault.method not in {"", method.upper()} or not self._route.search(path):
            return False
        self.matched += 1
        hit = not self._is_spent() and self._is_chosen(self.matched - self.fault.skip)
        self.hits += hit
        return hit

    def _is_spent(self) -> bool:
        return self.fault.times is not None and self.hits >= self.fault.times

    def _is_chosen(self, turn: int) -> bool:
        if turn < 1:
            return False
        if self.fault.chance is not None:
            return self._dice.random() < self.fault.chance
        return turn % self.fault.every == 0


class Faults:
    """All faults on duty, in the order they were set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: dict[int, ArmedFault] = {}
        self._next_id = 1

    def arm(self, fault: Fault) -> ArmedFault:
        """Put a fault on duty. Raises re.error when its route is no regular expression."""
        with self._lock:
            armed = ArmedFault(self._next_id, fault)
            self._armed[armed.id] = armed
            self._next_id += 1
            return armed

    def on_duty(self) -> list[ArmedFault]:
        """Every fault with its counts."""
        with self._lock:
            return list(self._armed.values())

    def disarm(self, key: int) -> bool:
        """Take one fault off; False when there is none with this id."""
        with self._lock:
            return self._armed.pop(key, None) is not None

    def clear(self) -> None:
        """Take all faults off."""
        with self._lock:
            self._armed = {}

    def striking(self, method: str, path: str) -> list[Fault]:
        """The faults that hit this request: any delays, and the first of the others, which decides.

        Faults after the deciding one are left for later requests and do not count this one.
        """
        struck: list[Fault] = []
        with self._lock:
            for armed in self._armed.values():
                decided = any(not fault.is_delay for fault in struck)
                if (armed.fault.is_delay or not decided) and armed.strikes(method, path):
                    struck.append(armed.fault)
        return struck
