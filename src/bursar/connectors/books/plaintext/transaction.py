"""A transaction as both dialects write it, before either has: words, facts and postings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.entry import CONTROLS, Entry, EntryRow, check_of, total_of
from bursar.connectors.books.plaintext.account_names import AccountNames
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.preflight import party_name
from bursar.domain.ledger.documents import DocumentKind, PartyRef
from bursar.domain.ledger.journal import Posting, Role
from bursar.domain.money import ZERO, to_cents

Naming = Callable[[str, Role], str]
"""Account number and what it is used for → its name in the journal."""
Facts = tuple[tuple[str, str], ...]
"""Names and values that are kept to the letter."""

VOIDED = "/void"
"""What the marker of a reversing transaction ends with."""
CONTROL = ("role", "control")
"""What marks the postings that are the document's total."""


@dataclass(frozen=True, slots=True)
class Row:
    """One posting, under the name of its account in the journal."""

    name: str
    code: str
    amount: Decimal
    currency: str
    facts: Facts = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One entry of the journal."""

    marker: str
    number: str
    day: date
    payee: str
    narration: str
    facts: Facts
    rows: tuple[Row, ...]

    @property
    def currencies(self) -> list[str]:
        return sorted({row.currency for row in self.rows})


def transaction_of(delivery: Delivery, entry: Entry, named: Naming) -> Transaction:
    """A document as a transaction."""
    document = delivery.document
    party = document.party
    facts = {
        "key": delivery.key,
        "kind": document.kind.value,
        "party": party.code,
        "due": document.due.isoformat() if document.due else "",
        "supplier-number": document.vendor_invoice,
        "connectwise-day": delivery.document_day.isoformat() if delivery.document_day != document.day else "",
        "currency": "" if entry.rows else document.currency,
        "check": check_of(entry),
    }
    words = one_line(document.memo or document.description)
    return Transaction(
        marker=entry.marker,
        number=document.number,
        day=document.day,
        payee="" if party == PartyRef() else one_line(party_name(party)),
        narration=f"{one_line(document.title)}: {words}" if words else one_line(document.title),
        facts=tuple((name, value) for name, value in facts.items() if value),
        rows=tuple(_row(posting, named) for posting in delivery.journal.postings),
    )


def _row(posting: Posting, named: Naming) -> Row:
    control = (CONTROL,) if posting.role in CONTROLS else ()
    dimensions = tuple((each.axis.value, each.value) for each in posting.dimensions)
    name, memo = named(posting.account, posting.role), one_line(posting.memo)
    return Row(name, posting.account, posting.amount, posting.currency, control + dimensions, memo)


def reversal_of(entry: Entry, day: date, names: AccountNames) -> Transaction:
    """What takes an entry back: exactly what it says now, the other way round."""
    marker = f"{entry.marker}{VOIDED}"
    rows = tuple(replace(row, amount=-row.amount) for row in entry.rows)
    back = replace(entry, marker=marker, day=day, rows=rows)
    facts = [("kind", entry.kind.value), ("check", check_of(back))]
    if not rows:
        facts.append(("currency", entry.currency))
    return Transaction(
        marker=marker,
        number=entry.number,
        day=day,
        payee="",
        narration=one_line(f"Taken back: {entry.number or entry.marker}"),
        facts=tuple(facts),
        rows=tuple(_reversed(row, names) for row in rows),
    )


def _reversed(row: EntryRow, names: AccountNames) -> Row:
    return Row(
        names.name(row.account) or row.account, row.account, row.amount, row.currency, (CONTROL,) if row.control else ()
    )


@dataclass(slots=True)
class ReadRow:
    """A posting as it was read; no amount where the programs work it out."""

    name: str
    amount: Decimal | None
    currency: str
    control: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A transaction as it was read, in either dialect."""

    day: date
    number: str
    facts: Mapping[str, str]
    rows: Sequence[ReadRow]


def entry_from(parsed: Parsed, accounts: AccountNames) -> Entry | None:
    """The entry that a transaction in the journal is; None when it is none of ours. Raises ValueError."""
    facts = parsed.facts
    marker = facts.get("bursar")
    if not marker:
        return None
    kind, currency = DocumentKind(facts.get("kind", "")), facts.get("currency", "")
    rows = tuple(
        EntryRow(accounts.code(row.name), row.amount or ZERO, row.currency, row.control)
        for row in _with_amounts(parsed.rows, currency)
    )
    currency = rows[0].currency if rows else currency
    total = to_cents(total_of(kind, rows))
    return Entry(marker, kind, parsed.number, parsed.day, currency, total, rows, facts.get("check", ""))


def _with_amounts(rows: Sequence[ReadRow], currency: str) -> Iterable[ReadRow]:
    bare = [row for row in rows if row.amount is None]
    if not bare:
        return rows
    currencies = {row.currency for row in rows if row.currency} or {currency}
    if len(bare) > 1 or len(currencies) > 1:
        raise ValueError
    bare[0].amount = -sum((row.amount for row in rows if row.amount is not None), ZERO)
    bare[0].currency = currencies.pop()
    return rows
