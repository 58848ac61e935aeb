"""Lists of the ledger: what waits in ConnectWise, and what waits for a person."""

from datetime import date, datetime
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.ledger_documents import AT, DocumentState, FamilyWanted
from bursar.api.routes import Routes
from bursar.api.values import PAGE, Amount, Id, Limit, Offset, choices, connection_at, next_of
from bursar.domain.ledger.documents import RecordType
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.store.models import LedgerDocument, LedgerException, UnpostedRecord
from bursar.store.queries.ledger_list import exceptions_matching, unposted_matching

routes = Routes("Ledger")

Journey = Annotated[LedgerException.Journey, choices(LedgerException.Journey)]


class UnpostedShown(BaseModel):
    """A record that waited in ConnectWise when the lists were last read. `code`: why it did not come, if it did not."""

    family: Family
    record: RecordType
    id: str = Field(description="What an export includes or excludes it by.")
    number: str
    day: date | None
    total: Amount
    tax: Amount
    currency: str
    company: str
    account_number: str
    member: str
    classification: str
    location: str
    document_id: int | None = Field(description="The document that stands for it; null for expenses.")
    state: DocumentState | None = Field(description="Of that document.")
    code: str
    sentence: str
    remedy: str


class UnpostedListed(BaseModel):
    """By kind, newest day first. Ask again with `offset=next`; null on the last page."""

    records: list[UnpostedShown]
    next: int | None


class LedgerExceptionShown(BaseModel):
    """Something that waits for a person. Closed by the run that finds it no more."""

    journey: Journey
    subject: str
    title: str
    document_id: int | None
    code: str
    sentence: str
    remedy: str
    amount: Amount | None
    currency: str | None
    opened_at: datetime
    closed_at: datetime | None


class LedgerExceptionsListed(BaseModel):
    """Open ones first, newest first. Ask again with `offset=next`; null on the last page."""

    exceptions: list[LedgerExceptionShown]
    next: int | None


@routes.get(f"{AT}/unposted", Role.VIEWER, UnpostedListed)
def list_unposted(
    connection_id: Id, family: FamilyWanted = None, limit: Limit = PAGE, offset: Offset = 0
) -> UnpostedListed:
    """What waits in ConnectWise, as the last export read it, and why a record did not come."""
    rows = unposted_matching(connection_at(connection_id), [family.value] if family else [])
    found = list(rows[offset : offset + limit + 1])
    return UnpostedListed(records=[_unposted(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.get(f"{AT}/exceptions", Role.VIEWER, LedgerExceptionsListed)
def list_ledger_exceptions(
    connection_id: Id,
    journey: Annotated[Journey | None, Query(description="Only of this journey.")] = None,
    closed: Annotated[bool, Query(description="Also those that wait no longer.")] = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> LedgerExceptionsListed:
    """What waits for a person: what cannot be posted or paid, why, and what to do."""
    rows = exceptions_matching(connection_at(connection_id), journey=journey.value if journey else "", closed=closed)
    found = list(rows[offset : offset + limit + 1])
    return LedgerExceptionsListed(
        exceptions=[_exception(row) for row in found[:limit]], next=next_of(offset, limit, len(found))
    )


def _unposted(row: UnpostedRecord) -> UnpostedShown:
    special = {"family", "record", "id", "document_id", "state"}
    document = row.document
    return UnpostedShown(
        family=Family(row.family),
        record=RecordType(row.record),
        id=row.unposted_id,
        document_id=document.pk if document else None,
        state=LedgerDocument.State(document.state) if document else None,
        **{name: getattr(row, name) for name in UnpostedShown.model_fields if name not in special},
    )


def _exception(row: LedgerException) -> LedgerExceptionShown:
    same = ("subject", "title", "document_id", "code", "sentence", "remedy", "amount", "opened_at", "closed_at")
    return LedgerExceptionShown(
        journey=LedgerException.Journey(row.journey),
        currency=row.currency or None,
        **{name: getattr(row, name) for name in same},
    )
