"""Many reads at once, few in memory."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def gather(
    pool: Executor, read: Callable[[K], V], keys: Iterable[K], window: int
) -> Generator[tuple[K, V], None, None]:
    """Yield (key, what was read) as answers come, with at most `window` reads begun and not yet taken.

    The first failure is raised; then, or when the generator is closed, what has not begun is not begun any more.
    """
    done: SimpleQueue[Future[V]] = SimpleQueue()
    waiting: dict[Future[V], K] = {}

    def begin(key: K) -> None:
        future = pool.submit(read, key)
        waiting[future] = key
        future.add_done_callback(done.put)

    rest = iter(keys)
    try:
        for key in islice(rest, window):
            begin(key)
        while waiting:
            future = done.get()
            key = waiting.pop(future)
            value = future.result()
            for following in islice(rest, 1):
                begin(following)
            yield key, value
    finally:
        for future in waiting:
            future.cancel()
