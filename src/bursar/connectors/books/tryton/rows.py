"""A delivery's journal as rows of a Tryton invoice: what Tryton computes of them comes to ConnectWise's total."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.domain.books.delivery import Delivery
from bursar.domain.ledger.documents import CREDIT_KINDS, Line, Tax
from bursar.domain.ledger.journal import Posting, Role
from bursar.domain.ledger.signs import control_side
from bursar.domain.money import CENT, price_to_total, to_cents

_CONTROLS = frozenset({Role.RECEIVABLE, Role.PAYABLE})
_COSTS = frozenset({Role.COGS})


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row besides the control account. `amount` as Tryton signs it: a credit note's are negative."""

    account: str
    amount: Decimal
    quantity: Decimal
    unit_price: Decimal
    description: str
    tax: bool


def carries_costs(delivery: Delivery) -> bool:
    """Whether cost of goods sold rides on the invoice, which Tryton's cannot carry."""
    return any(posting.role in _COSTS for posting in delivery.journal.postings)


def total_of(delivery: Delivery) -> Decimal:
    """What Tryton must compute: negative for a credit note."""
    total = to_cents(delivery.document.total)
    return -total if delivery.document.kind in CREDIT_KINDS else total


def rows_of(delivery: Delivery) -> Iterator[InvoiceRow]:
    """Account and amount as the journal has them; quantity, price and words from the document's own rows.

    Rows without an amount move nothing and are left out, as in the journal.
    """
    document = delivery.document
    turned = -control_side(document.kind) * (-1 if document.kind in CREDIT_KINDS else 1)
    postings = [row for row in delivery.journal.postings if row.role not in _CONTROLS]
    sources: list[Line | Tax | None] = [row for row in document.rows if to_cents(row.amount)]
    sources += [None] * (len(postings) - len(sources))
    for posting, source in zip(postings, sources, strict=False):
        amount = turned * posting.amount
        own = source if source is not None and to_cents(abs(source.amount)) == abs(amount) else None
        yield _row(posting, own, amount)


def _row(posting: Posting, source: Line | Tax | None, amount: Decimal) -> InvoiceRow:
    words = one_line((source.description or source.memo) if source else "") or one_line(posting.memo)
    quantity, price, note = Decimal(1), amount, ""
    if isinstance(source, Line) and source.quantity and source.unit_price is not None:
        quantity, price, note = _priced(source, source.quantity, source.unit_price, amount)
    return InvoiceRow(posting.account, amount, quantity, price, f"{words}{note}".strip(), posting.role is Role.TAX)


def _priced(line: Line, quantity: Decimal, unit_price: Decimal, amount: Decimal) -> tuple[Decimal, Decimal, str]:
    """Quantity × price where Tryton makes the amount of it; else quantity 1 at the amount, the quantity in words."""
    signed = -quantity if (quantity < 0) is not (amount < 0) else quantity
    priced = price_to_total(signed, unit_price, amount)
    evenly = (priced.quantity * priced.unit_price).quantize(CENT, ROUND_HALF_EVEN)
    if priced.kept_quantity is None and evenly == amount and _is_float(signed):
        return priced.quantity, priced.unit_price, ""
    unit = f" {one_line(line.unit)}" if line.unit else ""
    return Decimal(1), amount, f" ({_plain(quantity)}{unit} at {_plain(unit_price)})"


def _is_float(value: Decimal) -> bool:
    """Whether Tryton, which keeps quantities as floats, gives it back to the digit."""
    return Decimal(repr(float(value))) == value


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
