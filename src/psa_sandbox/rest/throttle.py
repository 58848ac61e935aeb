"""The limit on requests per minute."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable

from werkzeug.wrappers import Response

from psa_sandbox.rest.wire import encode

WINDOW_SECONDS = 60


class Throttle:
    """Counts requests over the last minute of real time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._served: deque[float] = deque()
        self._lock = threading.Lock()

    def wait(self, limit: int | None) -> int:
        """Seconds to wait before the next request; 0 when it may go on, which then counts."""
        if limit is None:
            return 0
        with self._lock:
            now = self._monotonic()
            while self._served and self._served[0] <= now - WINDOW_SECONDS:
                self._served.popleft()
            if len(self._served) >= limit:
                oldest = self._served[0] if self._served else now
                return max(1, math.ceil(oldest + WINDOW_SECONDS - now))
            self._served.append(now)
            return 0


def too_many_requests(seconds: int) -> Response:
    """429, whose body differs from all other errors [guide]."""
    message = f"Too many requests. Please try again in {seconds} seconds."
    response = Response(encode({"error": "ConnectWiseAPI", "message": message}), 429, content_type="application/json")
    response.headers["Retry-After"] = str(seconds)
    return response
