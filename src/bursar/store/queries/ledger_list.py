"""The ledger as lists show it: documents, what waits, batches, exceptions, balances; and one record by its name."""

from collections.abc import Collection, Iterable

from django.db.models import F, Q, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.store.models import (
    BookBalance,
    Connection,
    InvoiceSettlement,
    LedgerBatch,
    LedgerDocument,
    LedgerException,
    UnpostedRecord,
)

HEAVY = ("source", "payload", "delivered")
"""Texts that no list needs."""
SEARCHED = ("number", "title", "key", "party_code", "party_name", "vendor_invoice", "delivered_number")
NAMED_AT_MOST = 5
"""How many records of one name an error lists."""


def documents_matching(
    connection: Connection,
    *,
    states: Collection[str] = (),
    families: Collection[str] = (),
    period: str = "",
    book: str = "",
    search: str = "",
) -> QuerySet[LedgerDocument]:
    """Newest day first; what is empty means all. `book` is a name: where it is, or else where it would go."""
    rows = LedgerDocument.objects.filter(connection=connection).select_related("book", "delivered_to", "batch")
    wanted = {"state__in": states, "family__in": families, "period": period, "book__name": book}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if search.strip():
        found = Q()
        for name in SEARCHED:
            found |= Q(**{f"{name}__icontains": search.strip()})
        rows = rows.filter(found)
    return rows.defer(*HEAVY).order_by("-day", "key")


def documents_named(connection: Connection, names: Iterable[str]) -> list[LedgerDocument]:
    """The documents of these keys or numbers, in that order, each once. Raises InvalidInput."""
    found = [document_named(connection, name) for name in names]
    return list({row.pk: row for row in found}.values())


def document_named(connection: Connection, name: str) -> LedgerDocument:
    """The document of that key, or else the only one of that number. Raises InvalidInput."""
    word = name.strip()
    rows = LedgerDocument.objects.filter(connection=connection).select_related("book", "delivered_to", "batch")
    by_key = rows.filter(key=word).first()
    if by_key is not None:
        return by_key
    by_number = list(
        rows.filter(Q(number=word) | Q(delivered_number=word)).order_by("-day", "key")[: NAMED_AT_MOST + 1]
    )
    if len(by_number) == 1:
        return by_number[0]
    if by_number:
        keys = ", ".join(row.key for row in by_number[:NAMED_AT_MOST])
        raise InvalidInput(f"Several documents have the number {word}.", remedy=f"Name one by its key: {keys}.")
    raise InvalidInput(
        f"There is no document '{word}'.",
        remedy="`bursar ledger documents` lists them; `bursar ledger export` reads what waits now.",
    )


def unposted_matching(connection: Connection, families: Collection[str] = ()) -> QuerySet[UnpostedRecord]:
    """What waited in ConnectWise when it was last read, newest day first; no family means all three."""
    rows = UnpostedRecord.objects.filter(connection=connection).select_related("document", "document__book")
    rows = rows.filter(family__in=families) if families else rows
    return rows.order_by("family", F("day").desc(nulls_last=True), "number", "unposted_id")


def batches_matching(connection: Connection, *, state: str = "") -> QuerySet[LedgerBatch]:
    """Batches, newest first."""
    rows = LedgerBatch.objects.filter(connection=connection).select_related("book").order_by("-remote_id")
    return rows.filter(state=state) if state else rows


def batch_named(connection: Connection, name: str) -> LedgerBatch:
    """The batch of that id in ConnectWise, or of that name. Raises InvalidInput."""
    word, rows = name.strip(), batches_matching(connection)
    if word.isascii() and word.isdigit() and len(word) < 19:
        by_id = rows.filter(remote_id=int(word)).first()
        if by_id is not None:
            return by_id
    by_name = list(rows.filter(identifier=word)[:2])
    if len(by_name) == 1:
        return by_name[0]
    if by_name:
        raise InvalidInput(f"Several batches are called {word}.", remedy="Give the id of one.")
    raise InvalidInput(
        f"There is no batch '{word}'.",
        remedy="`bursar ledger batch list` shows them; `bursar ledger export` reads what ConnectWise has now.",
    )


def exceptions_matching(
    connection: Connection, *, journey: str = "", closed: bool = False
) -> QuerySet[LedgerException]:
    """What waits for a person, newest first; with `closed` also what does no longer, behind the others."""
    rows = LedgerException.objects.filter(connection=connection).select_related("document")
    rows = rows.filter(journey=journey) if journey else rows
    rows = rows if closed else rows.filter(closed_at=None)
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "pk")


def balances_matching(connection: Connection, *, period: str = "", book: str = "") -> QuerySet[BookBalance]:
    """What months moved, by book, newest month first."""
    rows = BookBalance.objects.filter(book__connection=connection).select_related("book")
    wanted = {"period": period, "book__name": book}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return rows.order_by("-period", "book__name", "account", "currency")


def differing(balances: QuerySet[BookBalance]) -> QuerySet[BookBalance]:
    """Those on which the books say something else; books that cannot say are not among them."""
    return balances.exclude(theirs=None).exclude(ours=F("theirs"))


def settlements_matching(connection: Connection, *, state: str = "", search: str = "") -> QuerySet[InvoiceSettlement]:
    """What the sources say was paid, the newest word first; what is empty means all."""
    rows = InvoiceSettlement.objects.filter(connection=connection).select_related("book")
    rows = rows.filter(state=state) if state else rows
    if search.strip():
        rows = rows.filter(Q(number__icontains=search.strip()) | Q(company__icontains=search.strip()))
    return rows.order_by("-changed_at", "number")


def settlement_named(connection: Connection, number: str) -> InvoiceSettlement:
    """What is known of the payments of this invoice. Raises InvalidInput."""
    found = settlements_matching(connection).filter(number=number.strip()).first()
    if found is None:
        raise InvalidInput(
            f"Nothing is known of payments on invoice {number}.",
            remedy="`bursar payments list` shows the invoices; `bursar payments pull` reads the books anew.",
        )
    return found
