"""The journal that comes with Bursar: the same transactions in two files, in beancount's and in hledger's dialect.

A document is there when both files have it. One that reached only one of them, because Bursar was killed in between, is
completed when it is sent again. What a person changed in one file is what is told: whoever edits wants it to be seen.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import zip_longest
from pathlib import Path

from bursar.connectors.books.entry import Entry, check_of, entry_of
from bursar.connectors.books.entry_file import EntryFile
from bursar.connectors.books.folder_books import FolderBooks
from bursar.connectors.books.plaintext.account_names import new_name
from bursar.connectors.books.plaintext.beancount import BeancountFile
from bursar.connectors.books.plaintext.hledger import HledgerFile
from bursar.connectors.books.plaintext.journal_file import JournalFile
from bursar.connectors.books.plaintext.transaction import VOIDED, reversal_of, transaction_of
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.domain.errors import NotFound, RemoteError
from bursar.domain.ledger.journal import Role
from bursar.ports import Write

TRAITS = Traits(
    title="Journal for beancount and hledger",
    capabilities=frozenset(
        {
            Capability.JOURNALS,
            Capability.PAYMENTS,
            Capability.BALANCES,
            Capability.CLOSED_PERIODS,
            Capability.VOID,
        }
    ),
    proof=Proof.ENGINE,
    proven_by="beancount's checker and hledger's strict check, whose balances agree with Bursar's",
    limits=Limits(),
)
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
_CURRENCY = re.compile(r"[A-Z]{3}")


class PlaintextBooks(FolderBooks):
    """One journal in two dialects."""

    def __init__(self, folder: Path, *, name: str, closed_through: date | None = None) -> None:
        super().__init__(folder, name=name, closed_through=closed_through)
        self._files: tuple[JournalFile, JournalFile] = (BeancountFile(folder, name), HledgerFile(folder, name))

    @property
    def traits(self) -> Traits:
        return TRAITS

    def _entries(self) -> Iterator[Entry]:
        """Every transaction of ours that both files have, as it is told."""
        waiting: tuple[dict[str, Entry], dict[str, Entry]] = ({}, {})
        for pair in zip_longest(*(file.entries() for file in self._files)):
            for own, other, entry in zip(waiting, reversed(waiting), pair, strict=True):
                if entry is None:
                    continue
                partner = other.pop(entry.marker, None)
                if partner is None:
                    yield from _surplus(own, entry)
                    own[entry.marker] = entry
                else:
                    yield _told((entry, partner) if own is waiting[0] else (partner, entry))
        for own, file in zip(waiting, reversed(self._files), strict=True):
            # what the other file has just once was paired with its like: this one was copied by hand
            yield from (entry for entry in own.values() if file.holds(entry.marker))

    def _present(self, marker: str) -> Present | None:
        found = [file.entry(marker) for file in self._files]
        entries = [entry for entry in found if entry is not None]
        if len(entries) < len(found):
            return None
        return _told(entries).present(voided=all(file.holds(f"{marker}{VOIDED}") for file in self._files))

    def _ready_to_write(self) -> None:
        for file in self._files:
            file.mend()

    def _written_files(self) -> Iterable[EntryFile]:
        return self._files

    def _create(self, delivery: Delivery) -> Present:
        entry = entry_of(delivery)
        there = self._present(entry.marker)
        if there is not None:
            return there
        self._refuse_closed(delivery)
        self._refuse_illegal(delivery)
        self._refuse_second(delivery)
        self._drop_unfinished(entry)
        chosen: dict[str, str] = {}
        for file in self._files:
            if not file.holds(entry.marker):
                file.write(transaction_of(delivery, entry, partial(self._named, file, chosen)))
        return entry.present()

    def _named(self, file: JournalFile, chosen: dict[str, str], code: str, role: Role) -> str:
        """The account's name in this file, else in the other one, else a new one; `chosen` are those of this entry."""
        known = (each.accounts.name(code) for each in (file, *self._files))
        name = next(filter(None, known), None) or chosen.get(code)
        if name is None:
            taken = {*chosen.values()}
            name = new_name(code, role, lambda new: new in taken or any(f.accounts.has(new) for f in self._files))
            chosen[code] = name
        return name

    def _drop_unfinished(self, entry: Entry) -> None:
        """Entries at the end of one file that the other never got were not confirmed, and would not be by anybody else.

        The document itself stays, if it is what is sent now, and is completed.
        """
        for file, other in zip(self._files, reversed(self._files), strict=True):
            file.refresh()
            if file.last and not other.holds(file.last):
                self._refuse_lost(file, other)
            while file.last and not other.holds(file.last) and file.last_begins is not None:
                if file.last == entry.marker and self._is_same(file, entry):
                    break
                file.cut(file.last_begins)
            if file.holds(entry.marker) and not self._is_same(file, entry):
                raise RemoteError(
                    f"{file.path.name} has {entry.marker} with other content, and {other.path.name} has not.",
                    remedy=f"Take that entry out of {file.path.name}, then run again.",
                )

    def _refuse_lost(self, file: JournalFile, other: JournalFile) -> None:
        """More entries than threads can have left unfinished were confirmed: the other file has lost them."""
        newest = file.newest(self.concurrency + 1)
        if len(newest) > self.concurrency and not any(map(other.holds, newest)):
            raise RemoteError(
                f"{other.path.name} lacks the last entries that {file.path.name} has, at least {len(newest)}.",
                remedy=f"Somebody took them out, or put an older {other.path.name} back: restore it, then run again.",
            )

    def _is_same(self, file: JournalFile, entry: Entry) -> bool:
        found = file.entry(entry.marker)
        return found is not None and check_of(found) == check_of(entry)

    def _refuse_second(self, delivery: Delivery) -> None:
        """An earlier generation that is alive in either file would stand beside this one."""
        for generation in range(delivery.generation):
            marker = f"{delivery.marker.rpartition(':')[0]}:{generation}"
            for file in self._files:
                if file.holds(marker) and not file.holds(f"{marker}{VOIDED}"):
                    raise self._refusal(
                        delivery,
                        "marker",
                        f"is still in {file.path.name} as it was posted before ({marker})",
                        f"Take that entry out of {file.path.name} by hand, then post again.",
                    )

    def _refuse_illegal(self, delivery: Delivery) -> None:
        document = delivery.document
        days = [day for day in (document.day, document.due) if day is not None]
        for day in days:
            if not _FIRST <= day <= _LAST:
                remedy = "Correct the date in ConnectWise."
                raise self._refusal(delivery, "day", f"is dated {day}, which beancount does not know", remedy)
        for currency in {document.currency, *(row.currency for row in delivery.journal.postings)}:
            if not _CURRENCY.fullmatch(currency):
                what = f"is in '{currency}', and journals need a currency of three letters"
                raise self._refusal(delivery, "currency", what, "Give the currency its ISO code in ConnectWise.")

    def _take_back(self, write: Write) -> Present:
        marker = str(write.fields.get("marker"))
        found = [(file, entry) for file in self._files if (entry := file.entry(marker)) is not None]
        if not found:
            raise NotFound(
                f"{self._name} has no document {marker}.", remedy="Somebody took it out by hand. Plan again."
            )
        for file, entry in found:
            if not file.holds(f"{marker}{VOIDED}"):
                file.write(reversal_of(entry, self._void_day(write, entry), file.accounts))
        return _told([entry for _, entry in found]).present(voided=True)

    def _void_day(self, write: Write, entry: Entry) -> date:
        """The day that was asked for, else the document's; the first open one when that is closed."""
        asked = write.fields.get("day")
        day = date.fromisoformat(str(asked)) if asked else entry.day
        closed = self._closed_through
        return closed + timedelta(days=1) if closed is not None and day <= closed else day


def _told(entries: Collection[Entry]) -> Entry:
    """The entry that was changed by hand, else the first: both files say the same."""
    return next((entry for entry in entries if not entry.untouched), next(iter(entries)))


def _surplus(waiting: dict[str, Entry], entry: Entry) -> Iterator[Entry]:
    """The second of two entries of one marker in one file; the first waits for its like in the other."""
    if entry.marker in waiting:
        yield entry
