"""Payments that a person or a bank tool writes down: `payments.csv` in the folder of a book.

One row is what one payment or credit memo pays of one invoice. A row that is deleted is a payment that is not there any
more; so that this can be told of an invoice's last one, too, the numbers of invoices that ever had one are kept.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from bursar.domain.errors import RemoteError, Unavailable
from bursar.domain.payments.planner import subject_of
from bursar.domain.payments.settlement import Allocation, AllocationKind, Settlement
from bursar.domain.plan import Blocked

NAME = "payments.csv"
COLUMNS = ("id", "invoice", "date", "amount", "currency", "kind", "credit")
NEEDED = COLUMNS[:4]
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,2})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BEYOND = ""
"""What the cells beyond the last heading are called."""


class _Fault(Exception):
    """What is wrong with a row, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    invoice: str
    currency: str
    allocation: Allocation


class PaymentsInbox:
    """The payments file of one book."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._seen = folder / ".payments-seen.json"

    def settlements(self) -> Iterator[Settlement | Blocked]:
        """Each invoice with all its payments. Blocked: an invoice with a row that cannot be read; it stays as it is.

        Raises RemoteError when the whole file cannot be read.
        """
        rows, faults, homeless = self._rows()
        known = self._known()
        invoices: dict[str, list[_Row]] = {}
        for row in rows:
            invoices.setdefault(row.invoice, []).append(row)
        self._remember(known, invoices)
        yield from homeless
        for number in sorted({*invoices, *faults}):
            if number in faults:
                yield _blocked(subject_of(number), faults[number], (number,))
            else:
                yield _settlement(number, invoices[number])
        if homeless:
            return  # the invoice of such a row may be one that seems to have none left
        for number in sorted(known - invoices.keys() - faults.keys()):
            yield Settlement(number, "")

    def _rows(self) -> tuple[list[_Row], dict[str, list[str]], list[Blocked]]:
        rows: list[_Row] = []
        faults: dict[str, list[str]] = {}
        homeless: list[Blocked] = []
        seen: dict[tuple[str, str], int] = {}
        for line, cells in self._cells():
            number = cells["invoice"]
            try:
                rows.append(_once(_row(line, cells), seen))
            except _Fault as fault:
                sentence = f"row {line}: {fault}"
                if number:
                    faults.setdefault(number, []).append(sentence)
                else:
                    homeless.append(_blocked(f"{NAME}:{line}", [sentence], ()))
        return rows, faults, homeless

    def _cells(self) -> Iterator[tuple[int, Mapping[str, str]]]:
        try:
            text = self._path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            if self._known():
                raise Unavailable(
                    f"{NAME} was there before and is gone; no payment is taken back because of that.",
                    remedy="Put the file back; where all payments are to go, leave its heading row.",
                ) from None
            return
        except UnicodeDecodeError as error:
            raise _unusable("it is not written in UTF-8") from error
        except OSError as error:
            raise Unavailable(f"{NAME} cannot be read: {error.strerror}.") from error
        if found := _CONTROL.search(text):  # as a disk leaves them where rows were lost
            line = text.count("\n", 0, found.start()) + 1
            raise _unusable(f"row {line} has a control character, so that rows may be missing")
        heading, _, _ = text.partition("\n")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in heading else ",", strict=True)
        try:
            names = [name.strip().casefold() for name in next(reader, [])]
            missing = [name for name in NEEDED if name not in names]
            if missing:
                raise _unusable(f"its first row has no column {missing[0]}")
            if doubled := [name for name in COLUMNS if names.count(name) > 1]:
                raise _unusable(f"its first row has the column {doubled[0]} twice")
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, _named(names, cells)
        except csv.Error as error:
            raise _unusable(f"row {reader.line_num} breaks off within a quoted cell") from error

    def _known(self) -> set[str]:
        try:
            found = json.loads(self._seen.read_bytes())
        except FileNotFoundError:
            return set()
        except (OSError, ValueError) as error:
            raise _unusable(f"{self._seen.name}, which belongs to it, is damaged") from error
        return {str(number) for number in found}

    def _remember(self, known: set[str], invoices: Iterable[str]) -> None:
        """Keep the numbers before anybody acts on them."""
        numbers = known.union(invoices)
        if numbers == known:
            return
        fresh = self._seen.with_suffix(".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(sorted(numbers), file, ensure_ascii=True, indent=0)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._seen)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise Unavailable(f"{self._seen} cannot be written: {error.strerror}.") from error


def _named(names: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    found = dict.fromkeys(COLUMNS, "")
    found.update((name, cell.strip()) for name, cell in zip(names, cells, strict=False) if name in found)
    return {**found, _BEYOND: "".join(cells[len(names) :]).strip()}


def _row(line: int, cells: Mapping[str, str]) -> _Row:
    if not cells["id"]:
        raise _Fault("it has no id")
    if not cells["invoice"]:
        raise _Fault("it names no invoice")
    if cells[_BEYOND]:
        raise _Fault("it has more cells than the first row has names; write an amount as 1234.56")
    kind = _kind(cells)
    allocation = Allocation(cells["id"], _amount(cells), _day(cells), kind, cells["credit"])
    if cells["currency"] and not _CURRENCY.fullmatch(cells["currency"].upper()):
        raise _Fault(f"'{cells['currency'][:20]}' is no currency; write three letters, as in EUR")
    return _Row(line, cells["invoice"], cells["currency"].upper(), allocation)


def _once(row: _Row, seen: dict[tuple[str, str], int]) -> _Row:
    first = seen.setdefault((row.allocation.ref, row.invoice), row.line)
    if first != row.line:
        raise _Fault(f"the payment {row.allocation.ref} was written down in row {first} already")
    return row


def _kind(cells: Mapping[str, str]) -> AllocationKind:
    word = cells["kind"].casefold() or AllocationKind.CASH.value
    if word not in set(AllocationKind):
        raise _Fault(f"'{cells['kind'][:20]}' is neither cash nor credit")
    kind = AllocationKind(word)
    if (kind is AllocationKind.CREDIT) != bool(cells["credit"]):
        raise _Fault("a credit needs the number of its credit memo, and a payment has none")
    return kind


def _amount(cells: Mapping[str, str]) -> Decimal:
    if not _AMOUNT.fullmatch(cells["amount"]):
        raise _Fault(f"'{cells['amount'][:20]}' is no amount; write it as 1234.56")
    return Decimal(cells["amount"])


def _day(cells: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(cells["date"])
    except ValueError:
        raise _Fault(f"'{cells['date'][:20]}' is no day; write it as 2026-10-31") from None


def _settlement(number: str, rows: Sequence[_Row]) -> Settlement | Blocked:
    currencies = sorted({row.currency for row in rows if row.currency})
    if len(currencies) > 1:
        sentence = f"its payments are in {' and '.join(currencies)}; Bursar never converts"
        return _blocked(subject_of(number), [sentence], (number,))
    return Settlement(number, "".join(currencies), tuple(row.allocation for row in rows))


def _blocked(subject: str, faults: Sequence[str], lines: tuple[str, ...]) -> Blocked:
    what = f"The payments of invoice {lines[0]}" if lines else "A payment"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Blocked(
        subject,
        "payment_unreadable",
        f"{what} in {NAME} cannot be read: {faults[0]}{more}.",
        "Correct the row; until then, nothing is changed on the invoice.",
        lines,
    )


def _unusable(why: str) -> RemoteError:
    return RemoteError(
        f"{NAME} cannot be used: {why}.",
        remedy=f"Its first row names the columns {', '.join(COLUMNS)}; each other row is one payment of one invoice.",
    )
