"""Many at once, few in memory."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bursar.connectors.connectwise.concurrent_reads import gather


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_every_key_is_read_once(pool: ThreadPoolExecutor) -> None:
    assert dict(gather(pool, lambda key: key * key, range(100), 8)) == {key: key * key for key in range(100)}


def test_nothing_to_read(pool: ThreadPoolExecutor) -> None:
    assert list(gather(pool, str, [], 8)) == []


def test_reads_run_at_the_same_time(pool: ThreadPoolExecutor) -> None:
    together = threading.Barrier(4, timeout=10)
    assert len(list(gather(pool, lambda _: together.wait(), range(4), 4))) == 4


def test_no_more_is_begun_than_the_window_holds(pool: ThreadPoolExecutor) -> None:
    begun: list[int] = []
    stream = gather(pool, begun.append, range(1000), 6)
    for taken, _ in enumerate(stream, start=1):
        assert len(begun) <= taken + 6
        if taken == 20:
            break
    stream.close()
    assert len(begun) <= 27


def test_a_failure_stops_the_rest(pool: ThreadPoolExecutor) -> None:
    begun: list[int] = []

    def read(key: int) -> int:
        begun.append(key)
        if key == 3:
            raise ValueError("three")
        return key

    with pytest.raises(ValueError, match="three"):
        list(gather(pool, read, range(1000), 4))
    assert len(begun) < 20
