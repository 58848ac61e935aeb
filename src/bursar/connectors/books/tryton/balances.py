"""What documents of ours move, per month, account and currency, as Tryton's ledger has it now."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal

from bursar.connectors.books.tryton.invoices import MODEL as INVOICE
from bursar.connectors.books.tryton.invoices import Invoices
from bursar.connectors.books.tryton.journals import Journals
from bursar.connectors.books.tryton.kept import State, firsts
from bursar.connectors.books.tryton.marks import OURS
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import Invoice, MoveLine
from bursar.connectors.books.tryton.reversals import reversed_among
from bursar.connectors.books.tryton.values import Value
from bursar.domain.ledger.comparison import Balances, Place
from bursar.domain.money import ZERO
from bursar.domain.period import Month


def balances_in(reader: Reader, invoices: Invoices, journals: Journals, months: Collection[Month]) -> Balances:
    """Movements of entries that are alive; what was taken back moves nothing, whenever that was.

    In another currency than the company's only the amounts in that currency count: what Tryton's rounding adds to make
    both sides equal in the company's own is no part of the document.
    """
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    moves = dict(_moves_of_invoices(reader, invoices, months)) | dict(_moves_of_journals(journals, months))
    for line in reader.among("account.move.line", MoveLine, [], "move", list(moves)):
        currency = moves[line.move_id]
        amount = line.amount_in(currency, reader.currency)
        if amount is not None:
            sums[Place(Month.of(line.move.date), line.account.code, currency)] += amount
    return {place: sums[place] for place in sorted(sums) if sums[place] != ZERO}


def _moves_of_invoices(reader: Reader, invoices: Invoices, months: Collection[Month]) -> Iterator[tuple[int, str]]:
    """Entry and currency of each invoice of ours that is alive."""
    if not months:
        return
    clauses: list[Value] = [
        ["comment", "like", OURS],
        ["state", "in", ["posted", "paid"]],
        _within("move.date", months),
    ]
    found = [each for each, _ in invoices.genuine(reader.all(INVOICE, Invoice, reader.own(*clauses)))]
    taken_back = reversed_among(reader, [each.move for each in found if each.move])
    for each in found:
        if each.move and each.move not in taken_back:
            yield each.move, each.currency.code


def _moves_of_journals(journals: Journals, months: Collection[Month]) -> Iterator[tuple[int, str]]:
    if not months:
        return
    for kept in firsts(journals.ours()).values():
        if kept.state is State.POSTED and Month.of(kept.present.day) in months:
            yield kept.id, kept.present.currency


def _within(field: str, months: Collection[Month]) -> Value:
    spans: list[Value] = [[[field, ">=", month.first], [field, "<=", month.last]] for month in sorted(set(months))]
    return ["OR", *spans]
