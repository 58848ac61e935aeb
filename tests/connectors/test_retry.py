"""Again after how many seconds, or never?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.retry import Outcome, RetryPolicy, again_after, seconds_to_wait

POLICY = RetryPolicy()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(attempt: int, status: int | None = None, *, retry_after: float | None = None) -> Outcome:
    return Outcome(write=False, attempt=attempt, status=status, retry_after=retry_after)


def written(attempt: int, status: int | None = None, *, sent: bool = True) -> Outcome:
    return Outcome(write=True, attempt=attempt, status=status, sent=sent)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_that_failed_is_read_again_but_a_write_never(status: int) -> None:
    assert again_after(read(1, status), POLICY, 0.5) == 0.25
    assert again_after(written(1, status), POLICY, 0.5) is None


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 401, 403, 404, 409, 501])
def test_a_clear_answer_is_final(status: int) -> None:
    assert again_after(read(1, status), POLICY, 0.5) is None


def test_a_lost_answer_is_final_for_a_write_only() -> None:
    assert again_after(written(1), POLICY, 0.5) is None
    assert again_after(read(1), POLICY, 0.5) == 0.25


def test_a_write_that_never_left_may_go_again() -> None:
    assert again_after(written(1, sent=False), POLICY, 0.5) == 0.25


@pytest.mark.parametrize("write", [False, True])
def test_a_throttled_request_waits_as_long_as_it_is_told(write: bool) -> None:
    assert again_after(Outcome(write=write, attempt=1, status=429, retry_after=17), POLICY, 0) == 17


def test_without_retry_after_the_pause_doubles_up_to_the_cap() -> None:
    pauses = [again_after(read(attempt, 429), POLICY, 0) for attempt in (1, 2, 3)]
    assert pauses == [30, 60, None]


def test_a_longer_pause_than_the_cap_is_the_callers_to_decide() -> None:
    assert again_after(read(1, 429, retry_after=61), POLICY, 0) is None


@given(attempt=st.integers(1, 40), chance=st.floats(0, 1, exclude_max=True), write=st.booleans())
def test_pauses_are_short_and_attempts_few(attempt: int, chance: float, write: bool) -> None:
    for status in (None, 429, 503):
        pause = again_after(Outcome(write=write, attempt=attempt, status=status), POLICY, chance)
        assert pause is None or 0 <= pause <= 60
        assert attempt < POLICY.attempts or pause is None


@given(st.integers(1, 4))
def test_jitter_spreads_over_the_whole_pause(attempt: int) -> None:
    outcome = read(attempt, 503)
    assert again_after(outcome, POLICY, 0) == 0
    assert again_after(outcome, POLICY, 0.999) == pytest.approx(0.5 * 2 ** (attempt - 1), rel=0.01)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        (" 0 ", 0),
        ("Fri, 20 Nov 2026 12:00:45 GMT", 45),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header, NOW) == seconds
