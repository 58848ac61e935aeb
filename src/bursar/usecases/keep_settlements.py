"""Keep what a source says was paid: a row for each invoice, with the claims of every source that names it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from bursar.domain.money import to_cents
from bursar.domain.payments.claims import Claim, Claims, of_sources, refused_claim, with_claim
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked
from bursar.store.models import Book, Connection, InvoiceSettlement
from bursar.store.queries.payments import claims_as_json, claims_of, rows_by_number

CLAIMED = ("book", "currency", "voided", "wanted", "newest", "allocations", "state", "changed_at")


def keep_settlements(
    connection: Connection, source: Book | None, told: Mapping[str, Settlement | Blocked], now: datetime
) -> set[int]:
    """Keep what a book, or a file (None), says of these invoices, by number. Returns the ids of their rows.

    What is new in it waits to be compared with ConnectWise. An invoice that nobody ever said anything of, and of which
    nothing is said now, gets no row.
    """
    changed: list[InvoiceSettlement] = []
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # a file and a pull: one after the other
        known = rows_by_number(connection, told.keys())
        for number, said in told.items():
            row = known.get(number)
            before = claims_of(row) if row else ()
            claim = _claim(before, source.pk if source else None, number, said)
            after = with_claim(before, claim)
            if after != before and (row or claim.says_something):
                row = row or InvoiceSettlement(connection=connection, number=number)
                changed.append(_with_claims(row, after, now))
        save_settlements(changed, CLAIMED)
    return {row.pk for row in (*known.values(), *changed)}


def keep_without(book: Book, now: datetime) -> None:
    """Before a book is removed: what others say of its invoices is kept, and counts from now on."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=book.connection_id)
        others = Book.objects.filter(connection=book.connection_id).exclude(pk=book.pk).values_list("pk", flat=True)
        books, changed = set(others), list[InvoiceSettlement]()
        for row in InvoiceSettlement.objects.filter(book=book):
            if left := of_sources(claims_of(row), books):
                changed.append(_with_claims(row, left, now))
        save_settlements(changed, CLAIMED)


def save_settlements(rows: Sequence[InvoiceSettlement], fields: Collection[str]) -> None:
    """Insert rows, or renew these fields of those that are there, in as few statements as can be."""
    InvoiceSettlement.objects.bulk_create(
        rows, batch_size=200, update_conflicts=True, unique_fields=["connection", "number"], update_fields=fields
    )


def set_claims(row: InvoiceSettlement, claims: Claims, now: datetime) -> None:
    """Save other claims on a row; they wait to be compared."""
    _with_claims(row, claims, now).save(update_fields=CLAIMED)


def _claim(before: Claims, source: int | None, number: str, said: Settlement | Blocked) -> Claim:
    return refused_claim(before, source, number, said) if isinstance(said, Blocked) else Claim(source, said)


def _with_claims(row: InvoiceSettlement, claims: Claims, now: datetime) -> InvoiceSettlement:
    settlement = claims[0].settlement
    row.book_id = claims[0].source
    row.currency, row.voided = settlement.currency, settlement.voided
    row.wanted, row.newest = to_cents(settlement.cash), settlement.newest
    row.allocations = claims_as_json(claims)
    row.state, row.changed_at = InvoiceSettlement.State.NEW, now
    return row
