"""May a request be sent again, and after how many seconds?"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

THROTTLED = 429
_PASSING_FAILURES = frozenset({500, 502, 503, 504})
"""Answers to a read that may be gone the next time."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts in all, and pauses in seconds.

    A throttled request waits as long as the server says, or 30 seconds doubling when it does not say [guide];
    a longer wait than `longest_throttle` is the caller's to decide.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 20.0
    first_throttle: float = 30.0
    longest_throttle: float = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. `status` is None when no answer arrived; `sent` says whether bytes may have left."""

    write: bool
    attempt: int
    status: int | None = None
    retry_after: float | None = None
    sent: bool = True

    @property
    def unclear(self) -> bool:
        """Whether a write may have happened although nothing confirms it.

        Every 5xx counts: ConnectWise says 500 "A timeout has occured" of work that it may have finished, and
        a gateway that answers 502, 503 or 504 cannot know what happened behind it.
        """
        lost = self.status is None and self.sent
        return self.write and (lost or (self.status is not None and self.status >= 500))


def again_after(outcome: Outcome, policy: RetryPolicy, chance: float) -> float | None:
    """Seconds to wait before the next attempt, or None for never. `chance` in [0, 1) is the full jitter."""
    if outcome.attempt >= policy.attempts or outcome.unclear:
        return None
    if outcome.status == THROTTLED:
        return _throttle(outcome, policy)
    if outcome.status is not None and outcome.status not in _PASSING_FAILURES:
        return None
    longest = min(policy.longest_pause, policy.first_pause * 2 ** (outcome.attempt - 1))
    return float(max(chance * longest, min(outcome.retry_after or 0.0, policy.longest_pause)))


def _throttle(outcome: Outcome, policy: RetryPolicy) -> float | None:
    asked = outcome.retry_after
    pause = float(policy.first_throttle * 2 ** (outcome.attempt - 1)) if asked is None else asked
    return pause if pause <= policy.longest_throttle else None


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: whole seconds or an HTTP date. None when it is missing or says nothing."""
    text = (header or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or now.tzinfo) - now).total_seconds())
