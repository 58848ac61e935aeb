"""Import files in a folder, for accounting packages that take no other way in.

`outbox/` has one file for each month of posting, which grows; whoever has imported a file moves it to `imported/`, and
it never changes again: what comes later for that month begins another one. Both folders are what Bursar knows of the
books, so files stay there.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

from bursar.connectors.books.entry import Entry, entry_of
from bursar.connectors.books.entry_file import EntryFile
from bursar.connectors.books.files.csv_journal import CsvJournal
from bursar.connectors.books.files.iif import IifFile
from bursar.connectors.books.files.import_file import ImportFile, Refused
from bursar.connectors.books.files.sage50 import Sage50File
from bursar.connectors.books.folder_books import FolderBooks
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.books.traits import Traits
from bursar.domain.errors import Rejected
from bursar.domain.period import Month
from bursar.ports import Write

OUTBOX, IMPORTED = "outbox", "imported"


class Layout(StrEnum):
    """What a file looks like."""

    CSV = "csv"
    SAGE50 = "sage50"
    IIF = "iif"


_FILES: dict[Layout, type[ImportFile]] = {Layout.CSV: CsvJournal, Layout.SAGE50: Sage50File, Layout.IIF: IifFile}


class FileBooks(FolderBooks):
    """One book as a folder of import files in one layout."""

    def __init__(
        self, folder: Path, layout: Layout, *, name: str, currency: str = "", closed_through: date | None = None
    ) -> None:
        super().__init__(folder, name=name, currency=currency, closed_through=closed_through)
        self._kind = _FILES[layout]
        self._files: dict[Path, ImportFile] = {}
        self._names = re.compile(rf"\d{{4}}-\d\d(?:-(\d+))?{re.escape(self._kind.suffix)}")

    @property
    def traits(self) -> Traits:
        return self._kind.traits

    def _entries(self) -> Iterator[Entry]:
        for file in self._all_files():
            yield from file.entries()

    def _all_files(self) -> list[ImportFile]:
        """The files of both folders, as they are there now."""
        paths = [path for name in (OUTBOX, IMPORTED) for path in sorted(self._paths(self.folder / name))]
        for gone in self._files.keys() - set(paths):
            self._files.pop(gone).close()
        return [self._file(path) for path in paths]

    def _paths(self, folder: Path) -> Iterator[Path]:
        """Files of this layout: the one with the longest suffix that fits."""
        for path in folder.iterdir() if folder.is_dir() else ():
            fitting = [kind for kind in _FILES.values() if path.name.endswith(kind.suffix)]
            if fitting and max(fitting, key=lambda kind: len(kind.suffix)) is self._kind:
                yield path

    def _file(self, path: Path) -> ImportFile:
        if path not in self._files:
            self._files[path] = self._kind(path, self._currency)
        return self._files[path]

    def _present(self, marker: str) -> Present | None:
        for file in self._all_files():
            entry = file.entry(marker)
            if entry is not None:
                return entry.present(ref=file.path.name)
        return None

    def _ready_to_write(self) -> None:
        (self.folder / OUTBOX).mkdir(exist_ok=True)
        (self.folder / IMPORTED).mkdir(exist_ok=True)
        for file in self._all_files():
            if file.path.parent.name == OUTBOX:
                file.mend()

    def _written_files(self) -> Iterable[EntryFile]:
        return self._files.values()

    def _create(self, delivery: Delivery) -> Present:
        there = self._present(delivery.marker)
        if there is not None:
            return there
        self._refuse_closed(delivery)
        self._refuse_other_currency(delivery)
        file = self._open_file(Month.of(delivery.document.day))
        try:
            file.write(delivery)
        except Refused as refused:
            raise self._refusal(delivery, refused.field, refused.what, refused.remedy) from refused
        return entry_of(delivery).present(ref=file.path.name)

    def _refuse_other_currency(self, delivery: Delivery) -> None:
        if not self._kind.one_currency:
            return
        currency = delivery.document.currency
        if not self._currency:
            remedy = "Name the book's currency in its settings; such files name none."
            raise self._refusal(delivery, "currency", f"cannot be written: {self._name} has no home currency", remedy)
        if currency != self._currency:
            what = f"is in {currency}, and {self._name} takes {self._currency} only"
            raise self._refusal(delivery, "currency", what, "Route documents of that currency to a book of their own.")

    def _open_file(self, month: Month) -> ImportFile:
        """The file of the month that nobody has imported; else a new one, under a name that was never used."""
        numbers: dict[str, list[int]] = {OUTBOX: [], IMPORTED: []}
        for file in self._all_files():
            found = self._names.fullmatch(file.path.name)
            if found and file.path.name.startswith(str(month)):
                numbers[file.path.parent.name].append(int(found[1] or 1))
        last_imported = max(numbers[IMPORTED], default=0)
        waiting = max(numbers[OUTBOX], default=0)
        number = waiting if waiting > last_imported else last_imported + 1
        name = f"{month}{f'-{number}' if number > 1 else ''}{self._kind.suffix}"
        return self._file(self.folder / OUTBOX / name)

    def _take_back(self, write: Write) -> Present:
        number = write.fields.get("number") or "a document"
        raise Rejected(
            f"{self._name} cannot take {number} back: it was handed over in a file.",
            remedy="Delete or void it in the accounting package by hand.",
        )
