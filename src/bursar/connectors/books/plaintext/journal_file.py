"""One journal file of ours, in either dialect: how its entries begin and end, and what it declares."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from bursar.connectors.books.clean_text import one_line, unescaped
from bursar.connectors.books.entry import Entry
from bursar.connectors.books.entry_file import EntryFile, unreadable
from bursar.connectors.books.plaintext.account_names import AccountNames
from bursar.connectors.books.plaintext.transaction import Parsed, Row, Transaction, entry_from
from bursar.domain.errors import RemoteError

_BEGIN, _END = b"; begin ", b"; end "
DAY = r"(\d{4})[-/](\d\d)[-/](\d\d)"
AMOUNT = r"([+-]?\s*[\d,]*\.?\d+)\s*([A-Z][A-Z0-9'._-]*)"


class JournalFile(EntryFile):
    """A journal in one dialect.

    Around each entry stand two comments, `; begin MARKER` and `; end MARKER`: the last entry of the file was cut off by
    a crash if it has no end and does not say all that its check covers. Otherwise the comments mean nothing.
    """

    file_name: ClassVar[str]
    marker_line: ClassVar[re.Pattern[bytes]]
    """Finds the marker of a transaction of ours."""
    account_line: ClassVar[re.Pattern[bytes]]
    """Finds the declaration of an account, and its number where it stands on the same line."""
    number_line: ClassVar[re.Pattern[bytes] | None] = None
    """Finds the number of the account declared on the line before."""
    currency_line: ClassVar[re.Pattern[bytes]]

    def __init__(self, folder: Path, book: str) -> None:
        super().__init__(folder / self.file_name)
        self.heading = self._heading(one_line(book)).encode()
        self.accounts = AccountNames()
        self._currencies: set[str] = set()
        self.last_begins: int | None = None
        """Where the last entry begins, when nothing comes after it."""
        self._begins, self._opened = 0, b""

    @abstractmethod
    def _heading(self, book: str) -> str: ...

    @abstractmethod
    def _account(self, row: Row) -> str:
        """The line that declares an account."""

    @abstractmethod
    def _currency(self, currency: str) -> str: ...

    @abstractmethod
    def _transaction(self, transaction: Transaction) -> str: ...

    @abstractmethod
    def _parsed(self, lines: Iterator[str]) -> Parsed | None:
        """The transaction that begins with the first line. Raises ValueError with a line that cannot be read."""

    def write(self, transaction: Transaction) -> None:
        """Append an entry, with the accounts and currencies that it is the first to use."""
        self.refresh()
        accounts = {row.name: row for row in transaction.rows if not self.accounts.has(row.name)}
        currencies = [each for each in transaction.currencies if each not in self._currencies]
        declared = [*map(self._currency, currencies), *map(self._account, accounts.values())]
        before = "".join([f"; begin {transaction.marker}\n", *declared]).encode()
        text = before + f"{self._transaction(transaction)}; end {transaction.marker}\n\n".encode()
        self.append(transaction.marker, text, len(before))
        for row in accounts.values():
            self.accounts.learn(row.name, row.code)
        self._currencies.update(currencies)
        self.last_begins = self._size_now() - len(text)

    def _size_now(self) -> int:
        return self._stamp[1] if self._stamp else 0

    def _forget(self) -> None:
        self.accounts.clear()
        self._currencies.clear()
        self.last_begins = None
        self._begins, self._opened = 0, b""

    def _found(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
        start, account = 0, ""
        waiting: list[tuple[str, int]] = []
        for at, line in lines:
            if account:
                self.accounts.learn(account, self._number(line) or account)
                account = ""
            if line.startswith(b";"):
                if self._frames(line, at):
                    yield from waiting
                    waiting.clear()
            elif line[:1].isalnum():
                start, account, self.last_begins = at, self._declared(line), None
            elif found := self.marker_line.match(line):
                waiting.append((_text(found[1]), start))
        for marker, at in waiting:
            if at >= self._begins and self._opened and self._is_whole(at):
                self._opened = b""
            if at < self._begins or not self._opened:
                yield marker, at
        self.torn = self._begins if self._opened else None

    def _frames(self, line: bytes, at: int) -> bool:
        """Note a comment; whether the entry before it is over."""
        if line.startswith(_END) and line[len(_END) :].strip() == self._opened:
            self._opened, self.last_begins = b"", self._begins
            return True
        self.last_begins = None
        if line.startswith(_BEGIN):
            self._begins, self._opened = at, line[len(_BEGIN) :].strip()
            return True
        if not self._opened and _BEGIN.startswith(line):
            self._begins, self._opened = at, line
        return False

    def _is_whole(self, start: int) -> bool:
        """Whether an entry says all that it said when it was written, though its end is not marked."""
        with self.path.open("rb") as file, suppress(RemoteError):
            file.seek(start)
            found = self._read(iter(file))
            return found is not None and found.untouched
        return False

    def _declared(self, line: bytes) -> str:
        """Note what a line declares; the name of an account whose number is on the next line."""
        if found := self.currency_line.match(line):
            self._currencies.add(found[1].decode(errors="replace"))
        found = self.account_line.match(line)
        if found is None:
            return ""
        name = found[1].decode(errors="replace")
        if self.number_line:
            return name
        self.accounts.learn(name, _text(found[2]) if found[2] is not None else name)
        return ""

    def _number(self, line: bytes) -> str:
        found = self.number_line.match(line) if self.number_line else None
        return _text(found[1]) if found else ""

    def _read(self, lines: Iterator[bytes]) -> Entry | None:
        try:
            parsed = self._parsed(line.decode(errors="replace").rstrip("\r\n") for line in lines)
            return entry_from(parsed, self.accounts) if parsed else None
        except (ValueError, ArithmeticError) as error:
            raise unreadable(self.path, str(error)) from error


def _text(found: bytes) -> str:
    return unescaped(found.decode(errors="replace").strip())
