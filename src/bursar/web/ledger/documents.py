"""The list of documents: what each is, where it stands, and what can be done with many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse

from bursar.store.models import Book, Connection, LedgerBatch, LedgerDocument
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.ledger.document_rows import DocumentRow, presented
from bursar.web.ledger.under_way import beside_run
from bursar.web.ledger.words import DOCUMENT_CHIPS, FAMILIES, KINDS

State = LedgerDocument.State
POST, VOID = "post", "void"
REPOST, ACCEPT, WITHDRAW = "repost", "accept", "withdraw"
_TEXTS = ("source", "payload", "delivered")
"""Long, and shown on a document's own page alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many documents are in a state, what they come to, and where they are listed."""

    title: str
    number: int
    money: Sequence[tuple[str, Decimal]]
    url: str
    alarm: bool = False


TILES: Mapping[str, str] = {
    State.READY: "Ready to post",
    State.BLOCKED: "Blocked",
    State.POSTED: "In the books, not batched",
    State.EXCLUDED: "Excluded",
    State.BATCHED: "Batched",
}


def documents_of(
    connection: Connection, query: QueryDict
) -> tuple[Grid[LedgerDocument, DocumentRow], QuerySet[LedgerDocument]]:
    """The grid and what it may show."""
    grid: Grid[LedgerDocument, DocumentRow] = Grid(
        name="Documents",
        columns=COLUMNS,
        present=presented,
        search=contains("number", "title", "party_name", "party_code", "vendor_invoice", "key"),
        search_hint="Number, party or supplier's number",
        filters=_filters(connection, query),
        actions=ACTIONS,
        first_sort="-day",
        row_url=lambda row: reverse("ledger:document", args=[connection.pk, row.row.pk]),
    )
    rows = LedgerDocument.objects.filter(connection=connection).defer(*_TEXTS)
    return grid, rows.select_related("book", "delivered_to", "batch", "agreed_in")


def _filters(connection: Connection, query: QueryDict) -> Sequence[ChoiceFilter]:
    rows = LedgerDocument.objects.filter(connection=connection)
    periods = rows.order_by("-period").values_list("period", flat=True).distinct()
    books = Book.objects.filter(connection=connection).order_by("name").values_list("pk", "name")
    return (
        ChoiceFilter("state", "State", "state", [(state, chip.word) for state, chip in DOCUMENT_CHIPS.items()]),
        ChoiceFilter("family", "Family", "family", list(FAMILIES.items())),
        ChoiceFilter("kind", "Kind", "kind", list(KINDS.items())),
        ChoiceFilter("book", "Book", "book", [(str(pk), name) for pk, name in books]),
        ChoiceFilter("period", "Period", "period", [(period, period) for period in periods]),
        *_one_batch(connection, query),
    )


def _one_batch(connection: Connection, query: QueryDict) -> Sequence[ChoiceFilter]:
    """The batch that the address names; hundreds of batches are no list to choose from."""
    key = query.get("batch", "")
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return ()
    batch = LedgerBatch.objects.filter(connection=connection, pk=key).first()
    return (ChoiceFilter("batch", "Batch", "batch", [(key, str(batch))]),) if batch else ()


def standings(connection: Connection, rows: QuerySet[LedgerDocument]) -> Mapping[str, object]:
    """Counts and sums by state, in one question; of batched documents only how many, as they become ever more."""
    here = reverse("ledger:documents", args=[connection.pk])
    waiting = rows.order_by().exclude(state__in=[State.BATCHED, State.GONE, State.VOIDED])
    money: dict[str, list[tuple[str, Decimal]]] = {}
    numbers: dict[str, int] = {State.BATCHED: rows.filter(state=State.BATCHED).count()}
    sums = waiting.values_list("state", "currency").annotate(number=Count("pk"), sum=Sum("total"))
    for state, currency, number, amount in sums.order_by("currency"):
        numbers[state] = numbers.get(state, 0) + number
        money.setdefault(state, []).append((currency, amount))
    tiles = [
        Standing(
            title,
            numbers.get(state, 0),
            money.get(state, ()),
            f"{here}?state={state}",
            alarm=state == State.BLOCKED,
        )
        for state, title in TILES.items()
    ]
    return {"tiles": tiles, "ready": numbers.get(State.READY, 0) + numbers.get(State.POSTED, 0)}


COLUMNS: Sequence[Column[DocumentRow]] = (
    Column("document", "Document", lambda r: r.row.title, sort="number", filled=True, always=True),
    Column("state", "State", lambda r: r.chip.word, sort="state", filled=True, template="ledger/documents/state.html"),
    Column("party", "Party", lambda r: r.row.party_name or r.row.party_code, sort="party_name", filled=True),
    Column("day", "Date", lambda r: r.row.day, sort="day", filled=True, template="ledger/parts/day.html"),
    Column(
        "total",
        "Total",
        lambda r: r.row.total,
        sort="total",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
    Column("book", "Book", lambda r: r.book, sort="book__name"),
    Column(
        "batch",
        "Batch",
        lambda r: str(r.row.batch or ""),
        sort="batch__identifier",
        template="ledger/documents/batch.html",
    ),
    Column("why", "Why, and what to do", lambda r: r.why, template="ledger/documents/why.html"),
    Column("number", "Number", lambda r: r.row.number, sort="number", filled=True, at_first=False),
    Column("kind", "Kind", lambda r: r.kind, sort="kind", filled=True, at_first=False),
    Column("family", "Family", lambda r: r.family, sort="family", filled=True, at_first=False),
    Column("period", "Period", lambda r: r.row.period, sort="period", filled=True, at_first=False),
    Column("due", "Due", lambda r: r.row.due or "", sort="due", at_first=False),
    Column("party_code", "Party code", lambda r: r.row.party_code, sort="party_code", filled=True, at_first=False),
    Column(
        "supplier_number",
        "Supplier's number",
        lambda r: r.row.vendor_invoice,
        sort="vendor_invoice",
        filled=True,
        at_first=False,
    ),
    Column("location", "Location", lambda r: r.row.location, sort="location", filled=True, at_first=False),
    Column("code", "Code", lambda r: r.row.code, sort="code", filled=True, at_first=False),
    Column("decision", "Decision", lambda r: r.decision, at_first=False),
    Column("posted", "Posted", lambda r: moment_text(r.row.posted_at), sort="posted_at", at_first=False),
    Column("book_number", "Number in the books", lambda r: r.row.delivered_number, at_first=False),
    Column("marker", "Marker", lambda r: r.row.marker, at_first=False),
    Column("key", "Key", lambda r: r.row.key, sort="key", filled=True, at_first=False),
)
_NEXT = "The next export plans it, and posting carries it out. Nothing is written now."
ACTIONS = (
    BulkAction(POST, "Post selected", "paper-plane", "{rows} will be posted to the books."),
    BulkAction(
        VOID,
        "Take back",
        "rotate-left",
        "Takes {rows} back from the books: each is voided there, or its reverse is posted, on its own day or the first"
        " open one. ConnectWise is not changed; what waits there can be posted again.",
        danger=True,
        menu="Decide",
    ),
    BulkAction(
        REPOST,
        "Post anew",
        "rotate",
        f"Those of {{rows}} that differ are taken back from the books and posted as ConnectWise has them. {_NEXT}",
        menu="Decide",
    ),
    BulkAction(
        ACCEPT,
        "Accept as in the books",
        "check",
        f"Those of {{rows}} that somebody changed in the books stay as they are there, and are batched. {_NEXT}",
        menu="Decide",
    ),
    BulkAction(WITHDRAW, "Withdraw the decision", "eraser", "Nothing is decided about {rows} any more.", menu="Decide"),
)
DOCUMENTS: ListPage[LedgerDocument, DocumentRow] = ListPage(
    route="ledger:documents",
    file="bursar-documents",
    template="ledger/documents",
    rows=documents_of,
    named=lambda row: f"{row.title}: {row.party_name}, {row.total:,.2f} {row.currency}",
    noun="document",
    around=beside_run(standings),
)
