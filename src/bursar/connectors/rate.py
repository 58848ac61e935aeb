"""How often one connection may ask."""

import threading
from math import inf

from bursar.ports import Clock

_TICK = 0.001
"""Waiting less than a millisecond is not worth a sleep."""
_BURST_SECONDS = 4


class RateLimit:
    """A token bucket shared by all threads of one connection; `per_minute` None lets everything through.

    The bucket holds four seconds' worth of requests, so that no minute sees more than about 7 % above the limit.
    """

    def __init__(self, per_minute: int | None, clock: Clock) -> None:
        self._clock = clock
        self._interval = 60 / per_minute if per_minute else 0.0
        self._span = max(0.0, _BURST_SECONDS - self._interval)
        self._next_turn = -inf
        self._held_until = -inf
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the caller may send; sleeps outside the lock."""
        turn = self._take_turn()
        while (delay := max(turn, self._held_until) - self._now()) > _TICK:
            self._clock.sleep(delay)

    def hold(self, seconds: float) -> None:
        """Let nobody send for so many seconds: the server asked for a pause."""
        with self._lock:
            self._held_until = max(self._held_until, self._now() + seconds)

    def _take_turn(self) -> float:
        with self._lock:
            turn = max(self._next_turn, self._now() - self._span)
            self._next_turn = turn + self._interval
            return turn

    def _now(self) -> float:
        return self._clock.now().timestamp()
