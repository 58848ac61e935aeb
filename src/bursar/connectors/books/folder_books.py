"""What all books have in common that are files in a folder."""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bursar.connectors.books.entry import Entry, movements, receipt_of
from bursar.connectors.books.entry_file import EntryFile
from bursar.connectors.books.one_writer import OneWriter
from bursar.connectors.books.payments_inbox import PaymentsInbox
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import delivery_of
from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.traits import Capability, Traits
from bursar.domain.errors import FieldFault, InvalidInput, Rejected, Unavailable
from bursar.domain.ledger.comparison import Balances
from bursar.domain.payments.settlement import Settlement
from bursar.domain.period import Month
from bursar.domain.plan import Action, Blocked, Resource
from bursar.ports import BookInfo, Receipt, Write


class FolderBooks(ABC):
    """A book in a folder. Cheap to make: nothing is touched before it is asked for something."""

    def __init__(self, folder: Path, *, name: str, currency: str = "", closed_through: date | None = None) -> None:
        self.folder = folder
        self._name = name
        self._currency = currency
        self._closed_through = closed_through
        self._writer = OneWriter(folder, name)
        self._inbox = PaymentsInbox(folder)
        self._mutex = threading.RLock()

    @property
    @abstractmethod
    def traits(self) -> Traits: ...

    @abstractmethod
    def _present(self, marker: str) -> Present | None:
        """The document of this marker, read afresh."""

    @abstractmethod
    def _entries(self) -> Iterator[Entry]:
        """Every entry of ours, as it stands in the files."""

    @abstractmethod
    def _ready_to_write(self) -> None:
        """Called with the lock of the book held, before anything is written."""

    @abstractmethod
    def _written_files(self) -> Iterable[EntryFile]:
        """The files that may hold what the disk has not confirmed yet."""

    @abstractmethod
    def _create(self, delivery: Delivery) -> Present:
        """Write a document, unless it is there already. Raises RemoteError."""

    @abstractmethod
    def _take_back(self, write: Write) -> Present:
        """Take a document back, unless it was already. Raises RemoteError."""

    @property
    def concurrency(self) -> int:
        """Several: entries follow one another, but threads wait for the disk together."""
        return 8

    @property
    def write_timeout(self) -> float:
        """None: what a process did not write before it died, nobody writes."""
        return 0.0

    def info(self) -> BookInfo:
        with self._usable():
            self.folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
                raise Unavailable(f"Bursar may not write in {self.folder}.", remedy="Give it the right to.")
        return BookInfo(self._name, currency=self._currency)

    def references(self, kind: ReferenceKind) -> Sequence[Reference] | None:
        """None: files keep no lists."""
        del kind
        return None

    def closed_through(self) -> date | None:
        return self._closed_through

    def documents(self, markers: Collection[str]) -> Iterator[Present]:
        for marker in markers:
            with self._mutex, self._usable():
                found = self._present(marker)
            if found is not None:
                yield found

    def balances(self, months: Collection[Month]) -> Balances | None:
        """Computed from what stands in the files; what was changed by hand counts as it is now."""
        if not self.traits.can(Capability.BALANCES):
            return None
        with self._mutex, self._usable():
            return movements(self._entries(), set(months)) if months else {}

    def settlements(self, since: datetime | None) -> Iterator[Settlement | Blocked]:
        """All of them, whatever `since` is: a file does not say when a row was changed."""
        del since
        yield from self._inbox.settlements()

    def send(self, write: Write) -> Receipt:
        if write.resource is not Resource.DOCUMENT or write.action not in {Action.CREATE, Action.CANCEL}:
            raise Rejected(
                f"{self._name} takes documents only, not a write of {write.resource}.",
                remedy="Parties and items need not be created in it: any code will do.",
            )
        with self._mutex, self._usable():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._writer.take()
            self._ready_to_write()
            present = self._take_back(write) if write.action is Action.CANCEL else self._create(self._delivery(write))
            files = self._adopted_files()
        for file in files:
            file.settle()
        return receipt_of(present)

    def look(self, write: Write) -> Receipt | None:
        if write.resource is not Resource.DOCUMENT:
            return None
        with self._mutex, self._usable():
            present = self._present(str(write.fields.get("marker")))
            if present is not None:
                self._adopted_files()
        if present is None or (write.action is Action.CANCEL and not present.voided):
            return None
        return receipt_of(present)

    def _adopted_files(self) -> list[EntryFile]:
        """The files, with what a killed process left in them on the disk: it is about to be confirmed."""
        files = list(self._written_files())
        for file in files:
            file.adopt()
        return files

    def _delivery(self, write: Write) -> Delivery:
        try:
            delivery = delivery_of(str(write.fields.get("payload", "")))
        except InvalidInput as error:
            raise Rejected(error.sentence, remedy="Plan again, then post what the new plan shows.") from error
        if delivery.marker != write.fields.get("marker"):
            raise Rejected(
                f"What was to be sent as {write.key} is another document.",
                remedy="Plan again, then post what the new plan shows.",
            )
        return delivery

    def _refuse_closed(self, delivery: Delivery) -> None:
        day = delivery.document.day
        if self._closed_through is not None and day <= self._closed_through:
            raise self._refusal(
                delivery,
                "day",
                f"is dated {day}, and {self._name} is closed through {self._closed_through}",
                "Open the period in the settings of the book, or let it move such documents to the first open day.",
            )

    def _refusal(self, delivery: Delivery, field: str, what: str, remedy: str) -> Rejected:
        """These books do not take a document: what of it, and what to do."""
        sentence = f"{delivery.document.title or delivery.key} {what}."
        return Rejected(sentence, fields=[FieldFault(field, "refused", sentence)], remedy=remedy)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Whatever the file system has against it is said in the vocabulary of errors."""
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"{self._name} cannot be used: {error.filename or self.folder}: {error.strerror or error}.",
                remedy="See to it that the folder is there, and that Bursar may read and write in it; then run again.",
            ) from error

    def close(self) -> None:
        """Let other processes write, whatever becomes of the files. Raises UnknownOutcome."""
        with self._mutex, ExitStack() as closing:
            closing.callback(self._writer.release)
            for file in self._written_files():
                closing.callback(file.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
