"""Documents on their way to the books: rows ↔ domain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf

from bursar.domain.books.present import Consent, Delivered
from bursar.domain.books.references import Mappings, Reference, ReferenceKind
from bursar.domain.ledger.documents import Document, DocumentKind
from bursar.domain.ledger.routes import Route
from bursar.domain.money import ZERO
from bursar.store.models import Book, BookCode, Connection, LedgerDocument, LedgerRoute
from bursar.store.queries.chunks import chunks


def rows_by_key(connection: Connection, keys: Collection[str]) -> dict[str, LedgerDocument]:
    """The documents that are known already."""
    found: dict[str, LedgerDocument] = {}
    for some in chunks(sorted(keys)):
        rows = LedgerDocument.objects.filter(connection=connection, key__in=some).select_related("delivered_to")
        found |= {row.key: row for row in rows.defer("source", "payload")}
    return found


def delivered_of(row: LedgerDocument) -> Delivered | None:
    """What was sent last; None for a document that never was."""
    if not row.marker:
        return None
    return Delivered(
        marker=row.marker,
        generation=row.generation,
        digest=row.delivered_digest,
        number=number_in(row),
        day=row.delivered_day or row.day,
        currency=row.currency,
        total=row.delivered_total if row.delivered_total is not None else ZERO,
        payload=row.delivered,
        remote_id=row.remote_id,
        ref=row.remote_ref,
        voided=row.voided,
        batched=row.batch_id is not None,
        consent=Consent(row.consent) if row.consent else None,
    )


def number_in(row: LedgerDocument) -> str:
    """The number that the books were given."""
    return row.delivered_number or row.number


def supplier_numbers(
    connection: Connection, documents: Sequence[Document], rows: Mapping[str, LedgerDocument]
) -> Mapping[tuple[str, str], Sequence[str]]:
    """Who else has the supplier's number of each bill: keys in the order in which Bursar first saw them.

    `rows` are the documents that are known already; the others stand behind, in the order in which they are given.
    """
    given = {document.key: (document.party.code, document.vendor_invoice) for document in documents}
    first_seen: dict[tuple[str, str], dict[str, float]] = {}
    for some in chunks(sorted({number for _, number in given.values() if number})):
        others = LedgerDocument.objects.filter(connection=connection, vendor_invoice__in=some)
        for pk, party, number, key in others.values_list("pk", "party_code", "vendor_invoice", "key"):
            if key not in given:
                first_seen.setdefault((party, number), {})[key] = pk
    for key, named in given.items():
        if named[1]:
            first_seen.setdefault(named, {})[key] = rows[key].pk if key in rows else inf
    return {named: sorted(keys, key=keys.__getitem__) for named, keys in first_seen.items()}


def routes_of(connection: Connection) -> list[Route]:
    """The routes in their order. Without any, a single book takes everything."""
    rows = list(LedgerRoute.objects.filter(connection=connection).select_related("book"))
    if rows:
        return [route_of(row) for row in rows]
    books = list(Book.objects.filter(connection=connection)[:2])
    return [Route(book=str(books[0].pk))] if len(books) == 1 else []


def route_of(row: LedgerRoute) -> Route:
    conditions: Mapping[str, Sequence[str]] = row.conditions
    return Route(
        book=str(row.book_id or ""),
        reason=row.reason,
        locations=tuple(conditions.get("locations", ())),
        departments=tuple(conditions.get("departments", ())),
        company_types=tuple(conditions.get("company_types", ())),
        number_prefixes=tuple(conditions.get("number_prefixes", ())),
        kinds=tuple(DocumentKind(kind) for kind in conditions.get("kinds", ())),
    )


def mappings_of(book: Book) -> Mappings:
    """What people decided that codes are called in the book."""
    rows = BookCode.objects.filter(book=book).exclude(target="")
    return Mappings(
        {(ReferenceKind(kind), source): target for kind, source, target in rows.values_list("kind", "source", "target")}
    )


def by_code(references: Iterable[Reference]) -> dict[str, Reference]:
    """A list of the books, ready to look codes up; of two entries of one code the active one counts."""
    found: dict[str, Reference] = {}
    for reference in references:
        if reference.code not in found or reference.active:
            found[reference.code] = reference
    return found
