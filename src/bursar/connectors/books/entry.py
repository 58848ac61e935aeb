"""An entry: one document as a file of the books has it, whatever the file's format."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import escaped
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.identity import short_digest
from bursar.domain.ledger.comparison import Place
from bursar.domain.ledger.documents import PAYABLE_KINDS, RECEIVABLE_KINDS, DocumentKind
from bursar.domain.ledger.journal import Role
from bursar.domain.ledger.signs import control_side
from bursar.domain.money import ZERO, to_cents
from bursar.domain.period import Month
from bursar.domain.plan import Fields
from bursar.ports import Receipt

CONTROLS = frozenset({Role.RECEIVABLE, Role.PAYABLE})
"""Roles whose postings are what an invoice, credit or bill comes to."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One posting; debit positive, in the account codes of the deliveries."""

    account: str
    amount: Decimal
    currency: str
    control: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What the file says now, and what it said when it was written."""

    marker: str
    kind: DocumentKind
    number: str
    day: date
    currency: str
    total: Decimal
    rows: tuple[EntryRow, ...] = ()
    check: str = ""
    """`check_of` the entry as it was written; blank where the format has no room for it."""

    @property
    def untouched(self) -> bool:
        """Whether nobody has changed what it says since it was written."""
        return self.check == check_of(self)

    def present(self, *, voided: bool = False, ref: str = "") -> Present:
        return Present(self.marker, self.number, self.day, self.currency, self.total, voided, ref=ref or self.marker)


def total_of(kind: DocumentKind, rows: Iterable[EntryRow]) -> Decimal:
    """What the document comes to: its control account, and the debits of a journal."""
    if kind in RECEIVABLE_KINDS or kind in PAYABLE_KINDS:
        return control_side(kind) * sum((row.amount for row in rows if row.control), ZERO)
    return sum((max(row.amount, ZERO) for row in rows), ZERO)


def check_of(entry: Entry) -> str:
    """A digest of what an entry says; whoever changes it by hand does not change this."""
    head = (entry.marker, entry.kind.value, escaped(entry.number), entry.day.isoformat())
    return short_digest(*head, *(f"{escaped(row.account)} {row.amount:.2f} {row.currency}" for row in entry.rows))


def rows_of(delivery: Delivery) -> tuple[EntryRow, ...]:
    """The journal of a delivery as rows."""
    postings = delivery.journal.postings
    return tuple(EntryRow(row.account, row.amount, row.currency, row.role in CONTROLS) for row in postings)


def entry_of(delivery: Delivery) -> Entry:
    """The entry that a delivery becomes."""
    document, rows = delivery.document, rows_of(delivery)
    total = to_cents(total_of(document.kind, rows))
    return Entry(delivery.marker, document.kind, document.number, document.day, document.currency, total, rows)


def receipt_of(present: Present) -> Receipt:
    """What the books answer for a document that is there."""
    fields: Fields = {
        "marker": present.marker,
        "number": present.number,
        "total": present.total,
        "day": present.day,
        "currency": present.currency,
    }
    return Receipt(present.remote_id, fields, present.ref)


def movements(entries: Iterable[Entry], months: Collection[Month]) -> dict[Place, Decimal]:
    """What the entries of these months move, per account and currency; places that come to zero are left out."""
    sums: dict[Place, Decimal] = {}
    for entry in entries:
        month = Month.of(entry.day)
        if month in months:
            for row in entry.rows:
                place = Place(month, row.account, row.currency)
                sums[place] = sums.get(place, ZERO) + row.amount
    return {place: sums[place] for place in sorted(sums) if sums[place]}
