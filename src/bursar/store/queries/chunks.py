"""Long lists in pieces that a database takes in one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

IDS_AT_ONCE = 1000


def chunks(items: Iterable[T], size: int = IDS_AT_ONCE) -> Iterator[list[T]]:
    """The items in order, `size` at a time."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
