"""Lists of records: walked page by page, fetched at once, or picked by ids."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from typing import TypeVar

from pydantic import TypeAdapter

from bursar.connectors.connectwise.concurrent_reads import gather
from bursar.connectors.connectwise.paging import FORWARD_ONLY, ForwardPages, page_numbers
from bursar.connectors.connectwise.query import Field, in_chunks
from bursar.connectors.connectwise.resources import Endpoint
from bursar.connectors.connectwise.session import Session, read_as
from bursar.connectors.connectwise.wire import COUNT, Identified

R = TypeVar("R", bound=Identified)
K = TypeVar("K", int, str)


class Reader:
    """Reads lists of one PSA; `pool` does the concurrent part."""

    def __init__(self, session: Session, pool: Executor, *, concurrency: int, page_size: int) -> None:
        self._session = session
        self._pool = pool
        self._window = 2 * concurrency
        self._page_size = page_size

    def walk(
        self,
        endpoint: Endpoint,
        shape: TypeAdapter[list[R]],
        query: Mapping[str, str] | None = None,
        *,
        parent: int | None = None,
        extra_fields: Sequence[str] = (),
    ) -> Iterator[R]:
        """Records in id order, one page after the other, complete even while records come and go."""
        pages = ForwardPages(self._page_size)
        wanted = {"fields": ",".join((*endpoint.fields, *extra_fields)), **(query or {})}
        path = endpoint.at(parent=parent)
        while not pages.done:
            answer = self._session.get(endpoint, path, {**wanted, **pages.query}, FORWARD_ONLY)
            records = read_as(shape, answer, endpoint)
            pages.after(answer.headers, len(records))
            yield from records

    def everything(self, endpoint: Endpoint, shape: TypeAdapter[list[R]]) -> Iterator[R]:
        """All records, pages at once. Should records vanish meanwhile and shift the pages, a walk finds the missed."""
        first = self._page(endpoint, shape, 1)
        seen: set[int] = set()
        yield from _unseen(first, seen)
        if len(first) < self._page_size:
            return
        count = self.count(endpoint)
        numbers = page_numbers(count, self._page_size)[1:]

        def page(number: int) -> list[R]:
            return self._page(endpoint, shape, number)

        with closing(gather(self._pool, page, numbers, self._window)) as answers:
            for _, records in answers:
                yield from _unseen(records, seen)
        if len(seen) < count:
            yield from _unseen(self.walk(endpoint, shape), seen)

    def matching(
        self, endpoint: Endpoint, shape: TypeAdapter[list[R]], subject: Field, keys: Collection[K]
    ) -> Iterator[R]:
        """Records whose `subject` is one of the keys, in any order."""

        def chunk(conditions: str) -> list[R]:
            return list(self.walk(endpoint, shape, {"conditions": conditions}))

        conditions = map(str, in_chunks(subject, sorted(set(keys))))
        with closing(gather(self._pool, chunk, conditions, self._window)) as answers:
            for _, records in answers:
                yield from records

    def count(self, endpoint: Endpoint) -> int:
        """How many records there are."""
        return read_as(COUNT, self._session.get(endpoint, endpoint.count_path), endpoint).count

    def _page(self, endpoint: Endpoint, shape: TypeAdapter[list[R]], number: int) -> list[R]:
        fields = ",".join(endpoint.fields)
        query: dict[str, str | int] = {"fields": fields, "orderBy": "id", "pageSize": self._page_size, "page": number}
        return read_as(shape, self._session.get(endpoint, endpoint.path, query), endpoint)


def _unseen(records: Iterator[R] | list[R], seen: set[int]) -> Iterator[R]:
    for record in records:
        if record.id not in seen:
            seen.add(record.id)
            yield record
