"""The list of exceptions: everything of documents and payments that waits for a person, each with its remedy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.http import QueryDict
from django.urls import reverse

from bursar.store.models import Connection, LedgerException, UnpostedRecord
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.ledger.document_rows import DRIFT
from bursar.web.ledger.under_way import beside_run
from bursar.web.ledger.words import RECORDS
from bursar.web.remedies import Remedy, remedy_for
from bursar.web.templatetags.states import reason

JOURNEYS = {LedgerException.Journey.LEDGER: "Documents", LedgerException.Journey.PAYMENTS: "Payments"}


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """What a row shows."""

    row: LedgerException
    remedy: Remedy
    title: str
    url: str
    """The page of what it is about."""

    @property
    def journey(self) -> str:
        return JOURNEYS[LedgerException.Journey(self.row.journey)]

    @property
    def decidable(self) -> bool:
        """Whether a decision about the document is what resolves it."""
        return self.row.closed_at is None and self.row.code in DRIFT and self.row.document is not None

    @property
    def why(self) -> str:
        """For files: one cell."""
        return f"{self.row.sentence} {self.remedy.sentence}".strip()


def exceptions_of(
    connection: Connection, _query: QueryDict
) -> tuple[Grid[LedgerException, ExceptionRow], QuerySet[LedgerException]]:
    """The grid and what it may show."""
    rows = LedgerException.objects.filter(connection=connection)
    codes = rows.filter(closed_at=None).order_by().values_list("code").annotate(number=Count("pk"))
    grid: Grid[LedgerException, ExceptionRow] = Grid(
        name="Exceptions",
        columns=COLUMNS,
        present=lambda found: _presented(connection, found),
        search=contains("title", "subject", "sentence"),
        search_hint="Document, invoice or reason",
        filters=(
            ChoiceFilter("closed", "Exceptions", "is_closed", [("0", "Open"), ("1", "Closed")], default="0"),
            ChoiceFilter("journey", "About", "journey", [(each.value, name) for each, name in JOURNEYS.items()]),
            ChoiceFilter(
                "code",
                "Reason",
                "code",
                [(code, f"{reason(code)} ({n:,})") for code, n in codes.order_by("-number", "code")],
            ),
        ),
        first_sort="-opened",
    )
    closed = Case(When(closed_at=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    return grid, rows.select_related("document").defer(
        "document__source", "document__payload", "document__delivered"
    ).alias(is_closed=closed)


def _presented(connection: Connection, found: Sequence[LedgerException]) -> Sequence[ExceptionRow]:
    """In a constant number of questions."""
    records = _records(connection, {row.subject for row in found if not row.title})
    return [
        ExceptionRow(
            row,
            remedy_for(connection, row.code, row.remedy, row.journey),
            _title(row, records.get(row.subject)),
            _url(connection, row, records.get(row.subject)),
        )
        for row in found
    ]


def _records(connection: Connection, subjects: Collection[str]) -> Mapping[str, UnpostedRecord]:
    """The waiting records that have no document, by what exceptions call them."""
    ids = [subject.partition(":")[2] for subject in subjects]
    rows = UnpostedRecord.objects.filter(connection=connection, unposted_id__in=ids)
    return {f"{row.record}:{row.unposted_id}": row for row in rows}


def _title(row: LedgerException, record: UnpostedRecord | None) -> str:
    if record is not None:
        return f"{RECORDS.get(record.record, record.record)} {record.number or record.unposted_id}"
    return row.title or row.subject.replace("invoice:", "Invoice ").replace("book:", "Book ")


def _url(connection: Connection, row: LedgerException, record: UnpostedRecord | None) -> str:
    if row.document_id:
        return reverse("ledger:document", args=[connection.pk, row.document_id])
    if record is not None:
        query = {"q": record.number or record.unposted_id}
        return reverse(f"ledger:unposted-{record.family}", args=[connection.pk], query=query)
    if row.subject.startswith("invoice:"):
        number = row.subject.removeprefix("invoice:")
        return reverse("payments:list", args=[connection.pk], query={"q": number})
    return ""


COLUMNS: Sequence[Column[ExceptionRow]] = (
    Column(
        "subject",
        "What",
        lambda r: r.title,
        sort="title",
        filled=True,
        always=True,
        template="ledger/exceptions/subject.html",
    ),
    Column("why", "Why, and what to do", lambda r: r.why, template="ledger/exceptions/why.html"),
    Column("amount", "Amount", lambda r: r.row.amount, sort="amount", number=True, template="grid/amount.html"),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
    Column("about", "About", lambda r: r.journey, sort="journey", filled=True),
    Column(
        "opened",
        "Since",
        lambda r: moment_text(r.row.opened_at),
        sort="opened_at",
        filled=True,
        template="ledger/exceptions/opened.html",
    ),
    Column(
        "closed",
        "Closed",
        lambda r: moment_text(r.row.closed_at),
        sort="closed_at",
        template="ledger/exceptions/closed.html",
        at_first=False,
    ),
    Column("code", "Code", lambda r: r.row.code, sort="code", filled=True, at_first=False),
    Column("key", "Key", lambda r: r.row.subject, sort="subject", filled=True, at_first=False),
)


def _around(_connection: Connection, rows: QuerySet[LedgerException]) -> Mapping[str, object]:
    """How many are open, by reason, the most frequent first."""
    open_ones = rows.filter(closed_at=None).order_by().values_list("code").annotate(number=Count("pk"))
    return {"reasons": list(open_ones.order_by("-number", F("code")))}


EXCEPTIONS: ListPage[LedgerException, ExceptionRow] = ListPage(
    route="ledger:exceptions",
    file="bursar-exceptions",
    template="ledger/exceptions",
    rows=exceptions_of,
    noun="exception",
    around=beside_run(_around),
)
