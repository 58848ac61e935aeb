"""What was paid on invoices of ours: lines that Tryton links to them, and lines that it reconciled with them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bursar.connectors.books.tryton.invoices import MODEL as INVOICE
from bursar.connectors.books.tryton.invoices import Invoices
from bursar.connectors.books.tryton.marks import OURS, Mark, series_of
from bursar.connectors.books.tryton.matching import Item, Part, matched
from bursar.connectors.books.tryton.reader import Reader, chunks
from bursar.connectors.books.tryton.records import Invoice, MoveLine
from bursar.connectors.books.tryton.reversals import reversed_among
from bursar.connectors.books.tryton.values import Value
from bursar.domain.money import ZERO
from bursar.domain.payments.planner import subject_of
from bursar.domain.payments.settlement import Allocation, AllocationKind, Settlement
from bursar.domain.plan import Blocked

_OVERLAP = timedelta(minutes=15)
"""Tryton writes down when a change began, not when it could be seen."""
_INVOICES = 200
"""How many invoices are read at once."""
_LINE = "account.move.line"
_WRITE_OFF = "write-off"


def settlements_in(reader: Reader, invoices: Invoices, since: datetime | None) -> Iterator[Settlement | Blocked]:
    """Invoices that may have changed, each with all that is set against it.

    Those are all that are not settled, however long ago they were touched, and of the others those written since: an
    invoice is written when a payment is linked to it or taken off, and when it becomes paid or open again. One that was
    taken back says nothing once it is posted again: the new one has its number.
    """
    clauses: list[Value] = [["comment", "like", OURS], ["type", "=", "out"]]
    states: Value = ["state", "in", ["posted", "paid", "cancelled"]]
    if since is not None:
        states = ["OR", ["state", "=", "posted"], [states, ["write_date", ">=", since - _OVERLAP]]]
    found = reader.all(INVOICE, Invoice, reader.own(*clauses, states))
    sold = ((each, mark) for each, mark in invoices.genuine(found) if each.total_amount >= ZERO and each.move)
    for some in chunks(sold, _INVOICES):
        yield from _Some(reader, invoices, some).settlements()


@dataclass(slots=True)
class _Group:
    """One reconciliation."""

    lines: list[MoveLine] = field(default_factory=list)

    @property
    def delegated(self) -> bool:
        return any(line.reconciliation and line.reconciliation.delegate_to for line in self.lines)


class _Some:
    """Some invoices, and every line that has to do with them."""

    def __init__(self, reader: Reader, keeper: Invoices, invoices: Sequence[tuple[Invoice, Mark]]) -> None:
        self._reader = reader
        self._invoices = invoices
        self._owner = {line: each.id for each, _ in invoices for line in each.lines_to_pay}
        linked = [line for each, _ in invoices for line in each.payment_lines]
        own = reader.among(_LINE, MoveLine, [], "id", [*self._owner, *linked])
        self._lines = {line.id: line for line in own}
        self._groups = self._read_groups()
        self._credit_notes = self._read_credit_notes()
        reversed_moves = reversed_among(reader, [each.move for each, _ in invoices if each.move])
        self._taken_back = {
            each.id: mark for each, mark in invoices if each.state == "cancelled" or each.move in reversed_moves
        }
        self._posted_again = keeper.standing([mark.marker for mark in self._taken_back.values()])

    def _read_groups(self) -> Mapping[int, _Group]:
        ids = {line.reconciliation_id for line in self._lines.values() if line.reconciliation_id}
        groups: defaultdict[int, _Group] = defaultdict(_Group)
        for line in self._reader.among(_LINE, MoveLine, [], "reconciliation", sorted(ids)):
            self._lines[line.id] = line
            groups[line.reconciliation_id or 0].lines.append(line)
        return groups

    def _read_credit_notes(self) -> Mapping[int, str]:
        """Entry of an invoice → the number that it has in ConnectWise, or else in Tryton."""
        moves = sorted({line.move_id for line in self._lines.values()})
        found = self._reader.among(INVOICE, Invoice, self._reader.own(), "move", moves)
        return {each.move: each.reference or each.number for each in found if each.move}

    def settlements(self) -> Iterator[Settlement | Blocked]:
        for invoice, mark in self._invoices:
            if invoice.id not in self._taken_back or series_of(mark.marker) not in self._posted_again:
                yield self._settlement(invoice, mark)

    def _settlement(self, invoice: Invoice, mark: Mark) -> Settlement | Blocked:
        currency = invoice.currency.code
        if invoice.id in self._taken_back:
            return Settlement(mark.number, currency, voided=True)
        own = [self._lines[line] for line in invoice.lines_to_pay if line in self._lines]
        groups = {line.reconciliation_id for line in own if line.reconciliation_id}
        allocations: list[Allocation] = []
        for line in (self._lines[each] for each in invoice.payment_lines if each in self._lines):
            if line.reconciliation_id is None:
                amount = line.amount_in(currency, self._reader.currency)
                if amount is None:
                    return _untold(mark, f"a payment on it is not in {currency}")
                allocations += self._allocation(line, -amount)
        for number in sorted(groups):
            parts = self._parts(self._groups[number], currency)
            if isinstance(parts, str):
                return _untold(mark, parts)
            for part in parts:
                if part.settled.owner == invoice.id != part.by.owner:
                    allocations += self._allocation(self._lines[part.by.id], part.amount)
        return Settlement(mark.number, currency, tuple(sorted(allocations, key=lambda each: (each.day, each.ref))))

    def _parts(self, group: _Group, currency: str) -> Sequence[Part] | str:
        """What settles what in a group; or why that cannot be told."""
        if group.delegated:
            return "it was grouped with others, or handed to another party"
        items: list[Item] = []
        for line in group.lines:
            amount = line.amount_in(currency, self._reader.currency)
            if amount is None:
                if line.move.journal and line.move.journal.type == _WRITE_OFF:
                    continue  # a difference of exchange: nothing in the invoice's currency
                return f"a payment on it is not in {currency}"
            items.append(Item(line.id, amount, line.maturity_date or line.move.date, self._owner.get(line.id)))
        return matched(items)

    def _allocation(self, line: MoveLine, amount: Decimal) -> Collection[Allocation]:
        """What a line is to the invoice that it settles. What was written off is no payment."""
        if line.move.journal and line.move.journal.type == _WRITE_OFF:
            return ()
        number = self._credit_notes.get(line.move_id, "")
        kind = AllocationKind.CREDIT if number else AllocationKind.CASH
        return (Allocation(f"{_LINE},{line.id}", amount, line.move.date, kind, number),)


def _untold(mark: Mark, why: str) -> Blocked:
    return Blocked(
        subject_of(mark.number),
        "payments_untold",
        f"Tryton does not say what was paid on invoice {mark.number}: {why}.",
        "Record the payments in ConnectWise by hand, or reconcile the invoice in Tryton with its payments alone.",
        (mark.number,),
    )
