"""A document in debits and credits, with its lines and taxes, as its page shows them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import delivery_of
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.journal import Journal
from bursar.store.models import BookReference, LedgerDocument
from bursar.web.ledger.words import ROLES


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One posting; what is zero is empty."""

    account: str
    name: str
    """What the books call the account, where they were asked."""
    role: str
    memo: str
    dimensions: Sequence[str]
    debit: Decimal | None
    credit: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class JournalTotal:
    """Both sides of one currency."""

    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def balanced(self) -> bool:
        return self.debit == self.credit


@dataclass(frozen=True, slots=True)
class JournalView:
    """One journal under a heading."""

    title: str
    delivery: Delivery
    rows: Sequence[JournalRow]
    totals: Sequence[JournalTotal]

    @property
    def document(self) -> Document:
        return self.delivery.document

    @property
    def moved(self) -> bool:
        """Whether it is posted on another day than it is dated."""
        return self.delivery.document_day != self.document.day


def journals_of(row: LedgerDocument) -> Sequence[JournalView]:
    """What would be posted, and what was where that is something else; none for what cannot be planned."""
    texts = {"What ConnectWise says now": row.payload, "What was posted": row.delivered if row.is_delivered else ""}
    given = {title: text for title, text in texts.items() if text}
    if len(set(given.values())) == 1:
        given = {"Journal": next(iter(given.values()))}
    found = {title: delivery for title, text in given.items() if (delivery := _read(text))}
    names = _account_names(row, found.values())
    return [_view(title, delivery, names) for title, delivery in found.items()]


def _read(text: str) -> Delivery | None:
    """None for what another version of Bursar wrote."""
    try:
        return delivery_of(text)
    except InvalidInput:
        return None


def _account_names(row: LedgerDocument, deliveries: Iterable[Delivery]) -> Mapping[str, str]:
    book = row.delivered_to_id if row.is_delivered else row.book_id
    accounts = {posting.account for each in deliveries for posting in each.journal.postings}
    if book is None or not accounts:
        return {}
    rows = BookReference.objects.filter(book=book, kind="account", code__in=sorted(accounts))
    return dict(rows.values_list("code", "name"))


def _view(title: str, delivery: Delivery, names: Mapping[str, str]) -> JournalView:
    journal = delivery.journal
    rows = [
        JournalRow(
            account=posting.account,
            name=names.get(posting.account, ""),
            role=ROLES.get(posting.role, posting.role),
            memo=posting.memo,
            dimensions=[each.value for each in posting.dimensions if each.value],
            debit=posting.debit or None,
            credit=posting.credit or None,
            currency=posting.currency,
        )
        for posting in journal.postings
    ]
    return JournalView(title, delivery, rows, _totals(journal))


def _totals(journal: Journal) -> Sequence[JournalTotal]:
    debit, credit = journal.debits, journal.credits
    return [JournalTotal(currency, debit[currency], credit[currency]) for currency in debit]


_KEPT = re.compile(r'"\\u0000([^"\\]*)\\u0000"')


def readable(source: str) -> str:
    """The record as ConnectWise gave it: JSON on lines of its own, with every digit as it was; other text as it is."""
    try:
        record = json.loads(source, parse_float=lambda digits: f"\x00{digits}\x00")
    except ValueError:
        return source
    return _KEPT.sub(r"\1", json.dumps(record, indent=2, ensure_ascii=False))
