"""The token bucket."""

import threading
from datetime import datetime

from bursar.connectors.rate import RateLimit
from tests.connectors.manual_clock import ManualClock


def seconds_between(start: datetime, clock: ManualClock) -> float:
    return (clock.now() - start).total_seconds()


def test_without_a_limit_nobody_waits() -> None:
    clock = ManualClock()
    limit = RateLimit(None, clock)
    for _ in range(1000):
        limit.wait()
    assert clock.slept == []


def test_a_burst_goes_through_then_the_pace_holds() -> None:
    clock = ManualClock()
    start, limit = clock.now(), RateLimit(60, clock)
    for _ in range(4):
        limit.wait()
    assert clock.slept == []
    for _ in range(60):
        limit.wait()
    assert 59 <= seconds_between(start, clock) <= 61


def test_no_minute_sees_more_than_the_limit_and_its_burst() -> None:
    clock = ManualClock()
    start, limit = clock.now(), RateLimit(900, clock)
    sent = 0
    while seconds_between(start, clock) < 60:
        limit.wait()
        sent += 1
    assert 890 <= sent <= 1000 - 30


def test_a_slow_limit_lets_the_first_request_go_at_once() -> None:
    clock = ManualClock()
    start, limit = clock.now(), RateLimit(2, clock)
    limit.wait()
    assert clock.slept == []
    limit.wait()
    assert 29 < seconds_between(start, clock) <= 31


def test_a_hold_stops_everybody() -> None:
    clock = ManualClock()
    start, limit = clock.now(), RateLimit(None, clock)
    limit.hold(30)
    limit.wait()
    assert seconds_between(start, clock) >= 30
    limit.wait()
    assert len(clock.slept) == 1


def test_threads_share_one_bucket() -> None:
    clock = ManualClock()
    start, limit = clock.now(), RateLimit(600, clock)

    def send_fifty() -> None:
        for _ in range(50):
            limit.wait()

    threads = [threading.Thread(target=send_fifty) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seconds_between(start, clock) >= (200 - 41) * 0.1
