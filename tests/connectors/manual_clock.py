"""Time that moves only when somebody sleeps."""

import threading
from datetime import UTC, datetime, timedelta


class ManualClock:
    """A `Clock` whose sleepers do not wait; `slept` lists what they asked for."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)
