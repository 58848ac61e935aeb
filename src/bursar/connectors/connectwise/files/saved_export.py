"""A GL export that somebody saved: documents without a connection, as the accounting interface would give them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from bursar.connectors.connectwise.gl_export import gl_export_records
from bursar.connectors.connectwise.legacy.safe_xml import Element
from bursar.connectors.connectwise.legacy.xml_text import as_text
from bursar.connectors.exact_json import dump
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.unposted import Family, Waiting, Wish, family_of
from bursar.ports import Exported


class GlExportFile:
    """A file in any dialect, read anew each time. It knows nothing of what waits, only what came."""

    def __init__(self, open_file: Callable[[], Iterable[bytes]], *, currency: str) -> None:
        """`open_file` gives the bytes piece by piece; `currency` is for records that name none."""
        self._open = open_file
        self._currency = currency

    def unposted(self, _family: Family) -> Iterator[Waiting]:
        """A file has no lists of what waits."""
        return iter(())

    def explain(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        return waiting

    def export(self, wish: Wish) -> Iterator[Exported]:
        """The parts, documents of the wished families only. Raises SourceUnreadable."""
        for part, record in gl_export_records(self._open(), currency=self._currency):
            if not isinstance(part, Document) or family_of(part.record) in wish.families:
                yield Exported(part, as_text(record) if isinstance(record, Element) else dump(record))
