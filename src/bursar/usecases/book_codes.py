"""Codes that documents use, per book: kept as they are seen, and mapped by people."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from bursar.domain.books.references import Reference, ReferenceKind, party_kind, sources_of
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Document
from bursar.store.models import Book, BookCode, BookReference
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.ledger_desk import BookDesk


class SeenCodes:
    """Collects the codes of a run's documents, book by book."""

    def __init__(self) -> None:
        self._seen: dict[int, dict[tuple[ReferenceKind, str], str]] = {}
        self._desks: dict[int, BookDesk] = {}

    def add(self, desk: BookDesk, document: Document) -> None:
        self._desks[desk.book.pk] = desk
        own = self._seen.setdefault(desk.book.pk, {})
        for key in sources_of(document):
            own.setdefault(key, "")
        kind = party_kind(document)
        if kind and document.party.code:
            own[kind, document.party.code] = document.party.name or document.party.member

    def keep(self, now: datetime) -> None:
        """Insert what is new, and note for all whether the book has a usable entry."""
        for book_id, seen in self._seen.items():
            desk = self._desks[book_id]
            rows = [
                BookCode(
                    book_id=book_id,
                    kind=kind.value,
                    source=source[:200],
                    label=label[:200],
                    unusable=not usable(desk.lists, kind, desk.mappings.target(kind, source)),
                    seen_at=now,
                )
                for (kind, source), label in seen.items()
            ]
            BookCode.objects.bulk_create(
                rows,
                batch_size=500,
                update_conflicts=True,
                unique_fields=["book", "kind", "source"],
                update_fields=["label", "unusable", "seen_at"],
            )


def usable(lists: Mapping[ReferenceKind, Mapping[str, Reference]], kind: ReferenceKind, code: str) -> bool:
    """Whether a code can be posted to: the book has it, or keeps no such list."""
    if kind not in lists:
        return True
    found = lists[kind].get(code)
    return found is not None and found.active and found.postable


def keep_references(desk: BookDesk) -> None:
    """Keep the lists of the book as they were just read, to choose targets from."""
    rows = [
        BookReference(
            book=desk.book,
            kind=kind.value,
            code=reference.code[:200],
            name=reference.name[:200],
            active=reference.active,
            postable=reference.postable,
        )
        for kind, entries in desk.lists.items()
        for reference in entries.values()
    ]
    with transaction.atomic():
        BookReference.objects.filter(book=desk.book).delete()
        BookReference.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def map_code(book: Book, kind: str, source: str, target: str, now: datetime) -> BookCode:
    """Say what a code is called in the book; an empty target takes it back. Raises InvalidInput.

    Documents that were posted stay as they are.
    """
    word = target.strip()[:200]
    try:
        wanted = ReferenceKind(kind)
    except ValueError:
        raise InvalidInput(f"'{kind}' is no kind of code.", remedy=f"Choose of: {', '.join(ReferenceKind)}.") from None
    if not source.strip():
        raise InvalidInput("The code to map is missing.", remedy="Give it as ConnectWise has it.")
    entries = BookReference.objects.filter(book=book, kind=wanted.value)
    if word and entries.exists() and not entries.filter(code=word, active=True, postable=True).exists():
        raise InvalidInput(
            f"{book.name} has no {wanted} {word} that can be used.",
            remedy="Choose one of its list; export again if it was made there just now.",
        )
    with transaction.atomic():
        seen = _as_seen(book, wanted, source)
        row, _ = BookCode.objects.get_or_create(book=book, kind=wanted.value, source=seen)
        before = row.target
        row.target, row.decided_by, row.decided_at = word, current_actor().name[:200], now
        usable_ones = entries.filter(code=word or row.source, active=True, postable=True)
        row.unusable = entries.exists() and not usable_ones.exists()
        row.save()
        record(
            "code mapped",
            f"{book.name}: {wanted} {row.source}",
            connection=book.connection,
            before={"target": before},
            after={"target": word},
        )
    return row


def _as_seen(book: Book, kind: ReferenceKind, source: str) -> str:
    """The code as documents have it: with spaces around it, which nobody sees or types."""
    bare = source.strip()[:200]
    alike = BookCode.objects.filter(book=book, kind=kind.value, source__contains=bare).values_list("source", flat=True)
    seen = [each for each in alike if each.strip() == bare]
    return source if source in seen else next(iter(seen), bare)


def map_codes(book: Book, rows: Iterable[tuple[str, str, str]], now: datetime) -> int:
    """Take in many mappings (kind, source, target) at once, all or none. Raises InvalidInput. Returns how many."""
    with transaction.atomic():
        kept = {(row.kind, row.source.strip()): row.target for row in BookCode.objects.filter(book=book)}
        new = [row for row in rows if kept.get((row[0], row[1].strip()), "") != row[2].strip()]
        return len([map_code(book, kind, source, target, now) for kind, source, target in new])
