"""Say which source counts for an invoice that two of them settle differently."""

from django.db import transaction
from django.utils import timezone

from bursar.domain.errors import InvalidInput
from bursar.domain.payments.claims import counting
from bursar.store.models import Book, Connection, InvoiceSettlement
from bursar.store.queries.payments import claims_of
from bursar.usecases.audit import record
from bursar.usecases.keep_settlements import set_claims


def sources_of(row: InvoiceSettlement) -> list[Book | None]:
    """The books that settle the invoice, and None for a payment file; the one that counts comes first."""
    sources = [claim.source for claim in claims_of(row)]
    books = Book.objects.filter(connection=row.connection_id).in_bulk([pk for pk in sources if pk is not None])
    return [None if pk is None else books[pk] for pk in sources if pk is None or pk in books]


def choose_settlement(row: InvoiceSettlement, source: Book | None) -> None:
    """Let a book, or the payment files (None), count; the others are passed over until they say something new.

    The next reading compares the invoice anew. Raises InvalidInput when the source says nothing of it.
    """
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=row.connection_id)  # what sources say is kept before, or after
        row = InvoiceSettlement.objects.select_for_update().get(pk=row.pk)
        claims, chosen = claims_of(row), source.pk if source else None
        if chosen not in [claim.source for claim in claims]:
            silent = f"{source.name} says nothing" if source else "No payment file says anything"
            raise InvalidInput(
                f"{silent} of invoice {row.number}.",
                remedy="Choose one of the sources that the invoice is settled by.",
            )
        before = {"source": _name(row.book)}
        set_claims(row, counting(claims, chosen), timezone.now())
        record(
            "settlement chosen",
            f"invoice {row.number}",
            connection=row.connection,
            before=before,
            after={"source": _name(source)},
        )


def _name(book: Book | None) -> str:
    return book.name if book else "payment files"
