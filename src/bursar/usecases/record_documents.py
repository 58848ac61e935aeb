"""What a receipt from the books means: the document is there, or it was taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from bursar.domain.plan import Action, Fields, Resource
from bursar.store.models import BookReference, Connection, LedgerDocument
from bursar.store.queries.journal import after_of
from bursar.usecases.post import Posted


def record_documents(connection: Connection, now: datetime, posted: Sequence[Posted]) -> None:
    """Note documents, and parties and items that were made for them; call inside the transaction that settles rows."""
    for item in posted:
        if item.row.resource == Resource.DOCUMENT and item.row.action == Action.CREATE:
            _delivered(connection, now, item)
        elif item.row.resource == Resource.DOCUMENT:
            _taken_back(connection, item)
        elif item.row.resource in {Resource.PARTY, Resource.ITEM} and item.row.book_id:
            _made(item.row.book_id, after_of(item.row))


def _delivered(connection: Connection, now: datetime, item: Posted) -> None:
    fields, receipt = after_of(item.row), item.receipt
    LedgerDocument.objects.filter(connection=connection, key__in=item.row.lines).update(
        state=LedgerDocument.State.POSTED,
        book=item.row.book_id,
        delivered_to=item.row.book_id,
        marker=str(fields["marker"]),
        generation=int(str(fields["marker"]).rpartition(":")[2]),
        delivered=str(fields["payload"]),
        delivered_digest=str(fields["digest"]),
        delivered_total=_amount(receipt.fields, item.row.amount),
        delivered_day=_day(receipt.fields, fields),
        delivered_number=str(receipt.fields.get("number") or fields.get("number") or "")[:200],
        voided=False,
        remote_id=receipt.remote_id,
        remote_ref=receipt.ref[:200],
        posted_at=now,
        batch=None,
        consent="",
        code="",
        sentence="",
        remedy="",
    )


def _amount(fields: Fields, planned: Decimal | None) -> Decimal | None:
    total = fields.get("total")
    return total if isinstance(total, Decimal) else planned


def _day(received: Fields, sent: Fields) -> date:
    day = received.get("day")
    return day if isinstance(day, date) else date.fromisoformat(str(sent["day"]))


def _taken_back(connection: Connection, item: Posted) -> None:
    marker = str(after_of(item.row)["marker"])
    LedgerDocument.objects.filter(connection=connection, marker=marker).update(
        voided=True, state=LedgerDocument.State.VOIDED
    )


def _made(book_id: int, fields: Fields) -> None:
    """The next document finds it in the list without reading the whole of it again."""
    kind = str(fields.get("kind") or Resource.ITEM)
    found = {"name": str(fields["name"])[:200], "active": True}
    BookReference.objects.update_or_create(book_id=book_id, kind=kind, code=str(fields["code"])[:200], defaults=found)
