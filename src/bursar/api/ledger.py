"""The ledger: what waits in ConnectWise, documents on their way to the books, exceptions, and what both sides say."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.problems import Unknown
from bursar.api.routes import Routes
from bursar.api.values import (
    PAGE,
    Amount,
    Given,
    Id,
    Limit,
    MonthText,
    Offset,
    Words,
    choices,
    connection_at,
    next_of,
)
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import delivery_of
from bursar.domain.books.present import Consent
from bursar.domain.ledger.documents import DocumentKind, RecordType
from bursar.domain.ledger.journal import Role as PostingRole
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.store.models import BookBalance, Connection, LedgerDocument, LedgerException, UnpostedRecord
from bursar.store.queries.ledger_list import (
    balances_matching,
    differing,
    documents_matching,
    exceptions_matching,
    unposted_matching,
)
from bursar.usecases.agree_documents import decide

routes = Routes("Ledger")
AT = "/connections/{int:connection_id}/ledger"
DOCUMENT = f"{AT}/documents/{{int:document_id}}"

PurposeOfRow = Annotated[PostingRole, choices(PostingRole)]
DocumentState = Annotated[LedgerDocument.State, choices(LedgerDocument.State)]
Journey = Annotated[LedgerException.Journey, choices(LedgerException.Journey)]
FamilyWanted = Annotated[Family | None, Query(description="Only this kind of records.")]
BookWanted = Annotated[Words | None, Query(description="Only of this book, by name.")]


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


class DocumentShown(BaseModel):
    """One document of ConnectWise on its way to the books. What was delivered is empty until it was posted."""

    id: int
    key: str
    number: str
    title: str
    family: Family
    kind: DocumentKind
    state: DocumentState
    day: date
    period: str
    due: date | None
    party_code: str
    party_name: str
    vendor_invoice: str
    total: Amount
    currency: str
    location: str
    department: str
    book_id: int | None = Field(description="Where today's routes lead.")
    delivered_to_id: int | None = Field(description="The book that has it.")
    delivered_number: str
    delivered_day: date | None
    delivered_total: Amount | None
    generation: int
    voided: bool
    posted_at: datetime | None
    batch_id: int | None
    code: str
    sentence: str
    remedy: str
    consent: str = Field(description="What somebody decided about a difference: repost, accept, or empty.")
    entry_ids: list[int] = Field(description="GL entries: what a batch must hold.")
    seen_at: datetime | None


class DocumentsListed(BaseModel):
    """Newest day first. Ask again with `offset=next`; null on the last page."""

    documents: list[DocumentShown]
    next: int | None


class JournalRow(BaseModel):
    """One row of a journal."""

    account: str
    debit: Amount
    credit: Amount
    currency: str
    role: PurposeOfRow
    memo: str
    dimensions: dict[str, str]


class TaxRow(BaseModel):
    """One row of tax. `rate` is a percentage."""

    account: str
    amount: Amount
    code: str
    agency: str
    rate: Amount | None
    description: str


class DocumentInFull(DocumentShown):
    """A document with its journal in debits and credits, and the record as ConnectWise gave it."""

    journal: list[JournalRow] | None = Field(description="As it would be posted, or was; null when it could not be.")
    taxes: list[TaxRow]
    delivered_journal: list[JournalRow] | None = Field(description="As the books got it; null until then.")
    source: str


class DecisionGiven(Given):
    """What is to become of it; null takes a decision back."""

    decision: Consent | None


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


class BalanceShown(BaseModel):
    """What a month moved on an account: by Bursar's documents, and as the books say. Debit positive."""

    book_id: int
    book: str
    period: str
    account: str
    currency: str
    ours: Amount
    theirs: Amount | None = Field(description="null: these books cannot say.")
    difference: Amount | None
    checked_at: datetime


class BalancesListed(BaseModel):
    """Newest month first. Ask again with `offset=next`; null on the last page."""

    balances: list[BalanceShown]
    differing: int = Field(description="How many of all these differ: 0 is a reconciled book.")
    next: int | None


@routes.get(f"{AT}/unposted", Role.VIEWER, UnpostedListed)
def list_unposted(
    connection_id: Id, family: FamilyWanted = None, limit: Limit = PAGE, offset: Offset = 0
) -> UnpostedListed:
    """What waits in ConnectWise, as the last export read it, and why a record did not come."""
    rows = unposted_matching(connection_at(connection_id), [family.value] if family else [])
    found = list(rows[offset : offset + limit + 1])
    return UnpostedListed(records=[_unposted(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.get(f"{AT}/documents", Role.VIEWER, DocumentsListed)
def list_documents(
    connection_id: Id,
    state: Annotated[DocumentState | None, Query(description="Only documents that stand so.")] = None,
    family: FamilyWanted = None,
    period: Annotated[MonthText | None, Query(description="Only documents of this month.")] = None,
    book: BookWanted = None,
    search: Annotated[Words | None, Query(description="Only those with it in number, key or party.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> DocumentsListed:
    """Documents: where each one goes, and where it stands."""
    rows = documents_matching(
        connection_at(connection_id),
        states=[state.value] if state else [],
        families=[family.value] if family else [],
        period=period or "",
        book=book or "",
        search=search or "",
    )
    found = list(rows[offset : offset + limit + 1])
    return DocumentsListed(documents=[shown(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.get(DOCUMENT, Role.VIEWER, DocumentInFull)
def get_document(connection_id: Id, document_id: Id) -> DocumentInFull:
    """One document: its journal, its taxes, what the books got, and the record as ConnectWise gave it."""
    row = document_at(connection_at(connection_id), document_id)
    sent = delivery_of(row.delivered) if row.delivered else None
    now = delivery_of(row.payload) if row.payload else sent
    return DocumentInFull(
        **shown(row).model_dump(),
        journal=_journal(now),
        taxes=_taxes(now),
        delivered_journal=_journal(sent),
        source=row.source,
    )


@routes.post(f"{DOCUMENT}/decide", Role.OPERATOR, DocumentShown)
def decide_document(connection_id: Id, document_id: Id, given: DecisionGiven) -> DocumentShown:
    """Say what is to become of a document that differs between both sides. The next export plans it."""
    row = document_at(connection_at(connection_id), document_id)
    decide(row, given.decision)
    return shown(row)


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


@routes.get(f"{AT}/reconciliation", Role.VIEWER, BalancesListed)
def list_balances(
    connection_id: Id,
    period: Annotated[MonthText | None, Query(description="Only this month.")] = None,
    book: BookWanted = None,
    only_differing: Annotated[bool, Query(description="Only balances on which the books say something else.")] = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> BalancesListed:
    """What Bursar's documents moved, against what the books say, as of the last posting of each month."""
    every = balances_matching(connection_at(connection_id), period=period or "", book=book or "")
    rows = differing(every) if only_differing else every
    found = list(rows[offset : offset + limit + 1])
    return BalancesListed(
        balances=[_balance(row) for row in found[:limit]],
        differing=differing(every).count(),
        next=next_of(offset, limit, len(found)),
    )


def document_at(connection: Connection, document_id: int) -> LedgerDocument:
    """The document of an address. Raises Unknown."""
    found = LedgerDocument.objects.filter(connection=connection, pk=document_id).select_related("batch").first()
    if found is None:
        raise Unknown(f"There is no document {document_id} of '{connection.name}'.", remedy="List the documents.")
    found.connection = connection
    return found


def shown(row: LedgerDocument) -> DocumentShown:
    """A document as the API shows it."""
    special = {"id", "family", "kind", "state", "batch_id"}
    return DocumentShown(
        id=row.pk,
        family=Family(row.family),
        kind=DocumentKind(row.kind),
        state=LedgerDocument.State(row.state),
        batch_id=row.batch.remote_id if row.batch else None,
        **{name: getattr(row, name) for name in DocumentShown.model_fields if name not in special},
    )


def _journal(delivery: Delivery | None) -> list[JournalRow] | None:
    if delivery is None:
        return None
    return [
        JournalRow(
            account=row.account,
            debit=row.debit,
            credit=row.credit,
            currency=row.currency,
            role=row.role,
            memo=row.memo,
            dimensions={str(each.axis): each.value for each in row.dimensions},
        )
        for row in delivery.journal.postings
    ]


def _taxes(delivery: Delivery | None) -> list[TaxRow]:
    rows: Sequence[TaxRow] = (
        ()
        if delivery is None
        else [
            TaxRow(
                account=row.account,
                amount=row.amount,
                code=delivery.document.tax_code(row),
                agency=row.agency,
                rate=row.rate,
                description=row.description,
            )
            for row in delivery.document.taxes
        ]
    )
    return list(rows)


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


def _balance(row: BookBalance) -> BalanceShown:
    same = ("book_id", "period", "account", "currency", "ours", "theirs", "checked_at")
    return BalanceShown(
        book=row.book.name,
        difference=None if row.theirs is None else row.ours - row.theirs,
        **{name: getattr(row, name) for name in same},
    )
