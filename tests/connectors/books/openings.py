"""Every book that is files in a folder, for tests that hold for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bursar.connectors.books.files.adapter import FileBooks, Layout
from bursar.connectors.books.folder_books import FolderBooks
from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.domain.books.references import Mappings
from bursar.ports import Write
from tests.connectors.books.contract import Subject, prepared
from tests.connectors.books.samples import SAMPLES
from tests.connectors.books.test_files import SAGE_CODES


@dataclass(frozen=True, slots=True)
class Opening:
    """How one kind of book is opened, and which files it writes."""

    name: str
    open: Callable[[Path], FolderBooks]
    files: tuple[str, ...]
    """Of October 2026, in the order in which they are written."""
    mappings: Mappings = Mappings()  # noqa: RUF009  (frozen)

    def writes(self, folder: Path) -> list[Write]:
        """The samples as writes for this kind of book; nothing is sent."""
        with self.open(folder) as books:
            return prepared(Subject(books, lambda: books, mappings=self.mappings), SAMPLES.values())

    def __str__(self) -> str:
        return self.name


def _layout(layout: Layout) -> Callable[[Path], FolderBooks]:
    return lambda folder: FileBooks(folder, layout, name="Main", currency="EUR")


PLAINTEXT = Opening(
    "plaintext", lambda folder: PlaintextBooks(folder, name="Main"), ("bursar.beancount", "bursar.hledger")
)
OPENINGS = (
    PLAINTEXT,
    Opening("csv", _layout(Layout.CSV), ("outbox/2026-10.csv",)),
    Opening("sage50", _layout(Layout.SAGE50), ("outbox/2026-10.sage.csv",), SAGE_CODES),
    Opening("iif", _layout(Layout.IIF), ("outbox/2026-10.iif",)),
)
