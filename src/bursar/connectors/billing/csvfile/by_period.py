"""Everything a connection can load by period, read as one source: stored files, and lines that were pushed to it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bursar.connectors.billing.csvfile.line_ids import LineIds, line_ids
from bursar.connectors.billing.csvfile.profile import load_profile
from bursar.connectors.billing.csvfile.read_lines import read_lines
from bursar.connectors.billing.csvfile.source import FileSource, FolderSource, named, source_digest
from bursar.domain.errors import SourceUnreadable
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.period import Month

Found = Iterator[InvoiceLine | RejectedRow]


@dataclass(frozen=True, slots=True)
class PushedMonth:
    """The lines of one month that a program sent: `content` fetches JSON Lines in the canonical schema."""

    digest: str
    content: Callable[[], bytes]


Pushed = Sequence[tuple[Month, PushedMonth]]


class PeriodSource:
    """A stored file or folder, and pushed lines. A line that is in both is a rejected row the second time."""

    def __init__(self, stored: FileSource | FolderSource | None, pushed: Mapping[Month, PushedMonth]) -> None:
        self._stored = stored
        self._pushed = pushed

    @property
    def name(self) -> str:
        if self._stored is None:
            return "REST API"
        return f"{self._stored.name} and pushed lines" if self._pushed else self._stored.name

    def months(self) -> Sequence[Month] | None:
        """Oldest first; None for a single stored file. Raises SourceUnreadable when the stored source is unusable."""
        if isinstance(self._stored, FileSource):
            return None
        stored = self._stored.months() if self._stored else ()
        return sorted({*stored, *self._pushed})

    def read(self, month: Month | None = None) -> Found:
        """What there is of the month, stored files first; of all months without one. Raises SourceUnreadable."""
        months = self.months() if month is None else [month]
        for asked in [None] if months is None else months:
            yield from self._read(asked)

    def digest(self, month: Month | None = None) -> str:
        """Equal digests mean equal content, whatever it is called. Raises SourceUnreadable."""
        pushed = self._pushed_of(month)
        digests = [lines.digest for _, lines in pushed]
        if stored := self._stored_of(month, pushed):
            digests.append(source_digest(stored, month))
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()

    def _read(self, month: Month | None) -> Found:
        pushed = self._pushed_of(month)
        stored = self._stored_of(month, pushed)
        if not stored and not pushed:
            raise SourceUnreadable(
                f"No lines of {month} were pushed." if month else "No lines were pushed.",
                remedy="Push them through the REST API, store a folder of exports, or upload a file.",
            )
        with line_ids() as ids, TemporaryDirectory(prefix="bursar-") as folder:
            if stored:
                yield from stored.lines(ids, month)
            for each, lines in pushed:
                yield from _pushed_lines(Path(folder), each, lines, ids)

    def _pushed_of(self, month: Month | None) -> Pushed:
        return [(each, self._pushed[each]) for each in sorted(self._pushed) if month in (None, each)]

    def _stored_of(self, month: Month | None, pushed: Pushed) -> FileSource | FolderSource | None:
        """The stored source, unless the month is there in pushed lines alone. Raises SourceUnreadable."""
        stored = self._stored
        if pushed and month and isinstance(stored, FolderSource) and month not in stored.months():
            return None
        return stored


def _pushed_lines(folder: Path, month: Month, pushed: PushedMonth, ids: LineIds) -> Found:
    """Read from a temporary file: the readers may go over a file twice."""
    path = folder / f"pushed-{month}.jsonl"
    path.write_bytes(pushed.content())
    yield from named(path, read_lines(path, load_profile("canonical"), ids, month))
