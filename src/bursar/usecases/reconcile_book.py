"""Reconcile a book: what the Posting journal says was written there, against what the books say, account by account."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from bursar.domain.books.payload import delivery_of
from bursar.domain.books.traits import Capability
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.comparison import Balances, balances_of
from bursar.domain.ledger.journal import Journal
from bursar.domain.money import ZERO
from bursar.domain.period import Month
from bursar.domain.plan import Action, Change, Resource
from bursar.store.models import Book, BookBalance, LedgerDocument, Posting, Run, RunNote
from bursar.store.queries.chunks import chunks
from bursar.store.queries.journal import after_of
from bursar.usecases.ledger_desk import BookDesk, Desks

COMPARED_ANEW = 3
"""Months of a book that every export compares again."""
LISTED = 20
"""Differences that a run lists one by one."""


def reconcile_book(run: Run, desk: BookDesk, months: Collection[Month], now: datetime) -> list[str]:
    """Compare these months and keep every balance; one remark when something differs, or cannot be said."""
    ours = balances_of(journals_written(desk.book, months))
    ours = {place: amount for place, amount in ours.items() if place.period in months}
    can = desk.adapter.traits.can(Capability.BALANCES)
    try:
        theirs = desk.adapter.balances(months) if can else None
    except RemoteError as error:
        return [f"{desk.book.name} could not be reconciled: {error.sentence}"]
    differing = _keep(desk.book, months, ours, theirs, now)
    for row in differing[:LISTED]:
        RunNote.objects.create(
            run=run,
            kind=RunNote.Kind.ERROR,
            code="books_differ",
            subject=f"{desk.book.name} {row.period} {row.account}",
            sentence=f"Bursar's documents moved {row.ours:,.2f} {row.currency}, the books say {row.theirs:,.2f}.",
            remedy="Look at the account on Ledger › Reconciliation: somebody changed one of these documents there.",
        )
    if not differing:
        return []
    return [f"{desk.book.name} differs on {len(differing)} account{'s' if len(differing) > 1 else ''}"]


def compare_anew(run: Run, desks: Desks, now: datetime) -> list[str]:
    """Compare the newest months of each book once more: somebody may have changed what is batched there long since."""
    remarks: list[str] = []
    for desk in desks:
        kept = BookBalance.objects.filter(book=desk.book).order_by("-period").values_list("period", flat=True)
        months = {Month.parse(period) for period in kept.distinct()[:COMPARED_ANEW]}
        if months and desk.adapter.traits.can(Capability.BALANCES) and desks.usable(desk.book.pk):
            remarks += reconcile_book(run, desk, months, now)
    return remarks


def months_of_void(void: Change) -> set[Month]:
    """The months that taking a document back touches: its own, and that of its reverse."""
    taken_back = delivery_of(str(void.after["payload"])).document.day
    return {Month.of(taken_back), Month.of(date.fromisoformat(str(void.after["day"])))}


def _keep(
    book: Book, months: Collection[Month], ours: Balances, theirs: Balances | None, now: datetime
) -> list[BookBalance]:
    places = sorted(ours.keys() | (theirs or {}).keys())
    rows = [
        BookBalance(
            book=book,
            period=str(place.period),
            account=place.account[:200],
            currency=place.currency,
            ours=ours.get(place, ZERO),
            theirs=None if theirs is None else theirs.get(place, ZERO),
            checked_at=now,
        )
        for place in places
    ]
    with transaction.atomic():
        BookBalance.objects.filter(book=book, period__in=[str(month) for month in months]).delete()
        BookBalance.objects.bulk_create(rows, batch_size=500)
    return [row for row in rows if row.theirs is not None and row.ours != row.theirs]


def journals_written(book: Book, months: Collection[Month]) -> Iterator[Journal]:
    """Every document that was posted to the book in these months, and the reverse of each that was taken back.

    What somebody removed there by hand is left out once it was posted anew, or given up: it moves nothing any more.
    """
    days = Q()
    for month in months:
        days |= Q(after__day__startswith=f"s:{month}-")
    rows = Posting.objects.filter(
        days, book=book, resource=Resource.DOCUMENT.value, state=Posting.State.POSTED
    ).order_by("pk")
    for some in chunks(rows.iterator(500), 500):
        removed = _removed(book, some)
        for row in some:
            fields = after_of(row)
            if fields["marker"] in removed:
                continue
            journal = delivery_of(str(fields["payload"])).journal
            yield journal if row.action == Action.CREATE else _reversed(journal, date.fromisoformat(str(fields["day"])))


def _removed(book: Book, postings: Sequence[Posting]) -> set[str]:
    """Markers of documents that are known to be gone from the book though Bursar did not take them back."""
    created = {str(after_of(row)["marker"]): row.lines[0] for row in postings if row.action == Action.CREATE}
    rows = LedgerDocument.objects.filter(connection=book.connection_id, key__in=created.values())
    current = {row.key: row.marker if row.is_delivered else "" for row in rows.only("key", "marker", "voided")}
    former = {marker for marker, key in created.items() if current.get(key, marker) != marker}
    if not former:
        return former
    voids = Posting.objects.filter(
        book=book, resource=Resource.DOCUMENT.value, action=Action.CANCEL.value, state=Posting.State.POSTED
    ).filter(after__marker__in=[f"s:{marker}" for marker in former])
    return former - {str(after_of(row)["marker"]) for row in voids}


def _reversed(journal: Journal, day: date) -> Journal:
    return replace(journal, day=day, postings=tuple(replace(row, amount=-row.amount) for row in journal.postings))
