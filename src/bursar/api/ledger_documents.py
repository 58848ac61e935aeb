"""Documents on their way to the books: listed, one of them in full, and decided about."""

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
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.journal import Role as PostingRole
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerDocument
from bursar.store.queries.ledger_list import (
    documents_matching,
)
from bursar.usecases.agree_documents import decide

routes = Routes("Ledger")
AT = "/connections/{int:connection_id}/ledger"
DOCUMENT = f"{AT}/documents/{{int:document_id}}"

PurposeOfRow = Annotated[PostingRole, choices(PostingRole)]
DocumentState = Annotated[LedgerDocument.State, choices(LedgerDocument.State)]
FamilyWanted = Annotated[Family | None, Query(description="Only this kind of records.")]
BookWanted = Annotated[Words | None, Query(description="Only of this book, by name.")]


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
