"""The machine's own time."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port over the machine's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(seconds)
