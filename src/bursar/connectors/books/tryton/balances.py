"""What documents of ours move, per month, account and currency, as Tryton's ledger has it now."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from bursar.connectors.books.tryton.invoices import Invoices
from bursar.connectors.books.tryton.journals import Journals
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import MoveLine
from bursar.connectors.books.tryton.values import Value
from bursar.domain.ledger.comparison import Balances, Place
from bursar.domain.money import ZERO
from bursar.domain.period import Month


def balances_in(reader: Reader, invoices: Invoices, journals: Journals, months: Collection[Month]) -> Balances:
    """Movements of documents that are alive, and of those that Bursar took back: these with their reverse, on its day.

    What people took back by hand moves nothing, whenever that was. In another currency than the company's only the
    amounts in that currency count: what Tryton's rounding adds to make both sides equal in the company's own is no part
    of the document.
    """
    if not months:
        return {}
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    moves = dict(invoices.moves(_within("move.date", months), _within("cancel_move.date", months)))
    moves |= dict(journals.moves(_within("date", months)))
    for line in reader.among("account.move.line", MoveLine, [], "move", list(moves)):
        currency, month = moves[line.move_id], Month.of(line.move.date)
        amount = line.amount_in(currency, reader.currency)
        if amount is not None and month in months:
            sums[Place(month, line.account.code, currency)] += amount
    return {place: sums[place] for place in sorted(sums) if sums[place] != ZERO}


def _within(field: str, months: Collection[Month]) -> Value:
    spans: list[Value] = [[[field, ">=", month.first], [field, "<=", month.last]] for month in sorted(set(months))]
    return ["OR", *spans]
