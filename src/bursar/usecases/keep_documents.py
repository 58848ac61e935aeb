"""Keep documents as they were read and planned: what people look at and agree to."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from bursar.domain.agreed import fingerprint_of
from bursar.domain.books.payload import as_text
from bursar.domain.books.planner import money_of
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.unposted import family_of
from bursar.domain.money import to_cents
from bursar.domain.period import Month
from bursar.domain.plan import Action
from bursar.store.models import LedgerDocument, Run
from bursar.usecases.read_ledger import Reading

State = LedgerDocument.State

READ = (
    *("book", "family", "kind", "number", "title", "party_code", "party_name", "vendor_invoice", "day", "period"),
    *("due", "currency", "total", "location", "department", "entry_ids", "source", "payload", "digest", "action"),
    *("fingerprint", "state", "code", "sentence", "remedy", "batch", "seen_in", "seen_at"),
)
"""What reading sets; what was delivered, agreed to and decided stays."""


def keep_documents(run: Run, readings: Iterable[Reading], now: datetime) -> None:
    """Insert or renew one row per document; call in a transaction. A document that waits is in no batch."""
    rows = [_row(run, reading, now) for reading in readings]
    LedgerDocument.objects.bulk_create(
        rows, batch_size=200, update_conflicts=True, unique_fields=["connection", "key"], update_fields=READ
    )


def _row(run: Run, reading: Reading, now: datetime) -> LedgerDocument:
    document, planned = reading.document, reading.planned
    row = LedgerDocument(
        connection_id=run.connection_id,
        book=reading.desk.book if reading.desk else None,
        key=document.key[:200],
        family=family_of(document.record).value,
        kind=document.kind.value,
        number=(document.number or document.record_id)[:200],
        title=document.title[:250],
        party_code=document.party.code[:200],
        party_name=(document.party.name or document.party.member)[:250],
        vendor_invoice=document.vendor_invoice[:200],
        day=document.day,
        period=str(Month.of(document.day)),
        due=document.due,
        currency=document.currency,
        total=_total(document, reading),
        location=document.location[:100],
        department=document.department[:100],
        entry_ids=list(reading.entry_ids),
        source=reading.source,
        seen_in=run,
        seen_at=now,
    )
    if planned:
        row.digest = planned.digest
        row.payload = as_text(planned.delivery) if planned.delivery else ""
    _decide(row, reading)
    return row


def _total(document: Document, reading: Reading) -> Decimal:
    delivery = reading.planned.delivery if reading.planned else None
    return money_of(delivery).amount if delivery else to_cents(document.total)


def _decide(row: LedgerDocument, reading: Reading) -> None:
    change = reading.planned.change if reading.planned else None
    if reading.blocked:
        row.state = State.BLOCKED
        row.code, row.sentence, row.remedy = reading.blocked.code, reading.blocked.sentence, reading.blocked.remedy
    elif reading.excluded:
        row.state, row.code, row.sentence = State.EXCLUDED, "excluded", reading.excluded
    elif change is not None:
        row.state = State.POSTED if change.action is Action.LEAVE else State.READY
        row.action, row.sentence = change.action.value, " ".join(change.notes)
        row.fingerprint = fingerprint_of(change) if change.writes else ""
