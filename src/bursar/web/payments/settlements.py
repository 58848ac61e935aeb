"""The list of payments: what the books say was paid on each invoice, and what ConnectWise has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import Greatest, Least
from django.http import QueryDict
from django.urls import reverse

from bursar.domain.money import ZERO
from bursar.store.models import Book, Connection, InvoiceSettlement, Run
from bursar.usecases.agree_payments import postable
from bursar.usecases.runs import POST_PAYMENTS, PULL_PAYMENTS
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.ledger.under_way import beside_run
from bursar.web.ledger.words import Chip
from bursar.web.remedies import PAYMENTS, Remedy, remedy_for

State = InvoiceSettlement.State
POST = "post"
FILES = "file"
"""What the source is called where it is no book."""
CHIPS: Mapping[str, Chip] = {
    State.NEW: Chip("Not compared", "secondary", "circle"),
    State.WANTED: Chip("To write", "info", "pen"),
    State.APPLIED: Chip("Applied", "success", "check"),
    State.EXCEPTION: Chip("Exception", "warning", "triangle-exclamation"),
}
BEING_POSTED = Chip("Being posted", "info", "hourglass-half")
ACTIONS_TOLD = {"create": "Create", "update": "Change", "cancel": "Delete"}


CAPPED = Case(
    When(invoice_total=None, then=F("wanted")),
    When(invoice_total__gte=0, then=Least("wanted", "invoice_total")),
    default=Greatest("wanted", "invoice_total"),
)
"""What ConnectWise gets of the cash in the books: no more than the invoice, or the credit memo, comes to."""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """What a row shows."""

    row: InvoiceSettlement
    remedy: Remedy

    @property
    def chip(self) -> Chip:
        return BEING_POSTED if self.run else CHIPS[self.row.state]

    @property
    def run(self) -> Run | None:
        """The posting that has it in hand."""
        run = self.row.agreed_in
        return run if run is not None and run.active and self.row.state != State.APPLIED else None

    @property
    def source(self) -> str:
        return self.row.book.name if self.row.book else "Payment file"

    @property
    def difference(self) -> Decimal | None:
        """What the books have beyond ConnectWise; None when nobody looked."""
        return None if self.row.present is None else self.row.wanted - self.row.present

    @property
    def action(self) -> str:
        """What would be written, in words."""
        words = [ACTIONS_TOLD.get(word.strip(), word) for word in self.row.action.split(",") if word.strip()]
        return ", ".join(dict.fromkeys(words))

    @property
    def why(self) -> str:
        """For files: one cell."""
        return f"{self.row.sentence} {self.remedy.sentence}".strip()


def settlements_of(
    connection: Connection, _query: QueryDict
) -> tuple[Grid[InvoiceSettlement, SettlementRow], QuerySet[InvoiceSettlement]]:
    """The grid and what it may show."""
    books = Book.objects.filter(connection=connection).order_by("name").values_list("pk", "name")
    grid: Grid[InvoiceSettlement, SettlementRow] = Grid(
        name="Payments",
        columns=COLUMNS,
        present=lambda found: presented(connection, found),
        search=contains("number", "company"),
        search_hint="Invoice or company",
        filters=(
            ChoiceFilter("state", "State", "state", [(state, chip.word) for state, chip in CHIPS.items()]),
            ChoiceFilter("book", "Source", "book", [(str(pk), name) for pk, name in books]),
        ),
        actions=ACTIONS,
        first_sort="-changed",
        row_url=lambda row: reverse("payments:settlement", args=[connection.pk, row.row.pk]),
    )
    rows = InvoiceSettlement.objects.filter(connection=connection).select_related("book", "agreed_in")
    return grid, rows


def presented(connection: Connection, found: Sequence[InvoiceSettlement]) -> Sequence[SettlementRow]:
    """Rows of a page, or of a piece of a file; they come with what they refer to."""
    return [SettlementRow(row, remedy_for(connection, row.code, row.remedy, PAYMENTS)) for row in found]


COLUMNS: Sequence[Column[SettlementRow]] = (
    Column("number", "Invoice", lambda r: r.row.number, sort="number", filled=True, always=True),
    Column("company", "Company", lambda r: r.row.company, sort="company", filled=True),
    Column("state", "State", lambda r: r.chip.word, sort="state", filled=True, template="ledger/documents/state.html"),
    Column(
        "wanted",
        "Paid in books",
        lambda r: r.row.wanted,
        sort="wanted",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column(
        "present",
        "In ConnectWise",
        lambda r: r.row.present,
        sort="present",
        number=True,
        template="payments/list/present.html",
    ),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
    Column("action", "To do", lambda r: r.action, sort="action", filled=True),
    Column("why", "Why, and what to do", lambda r: r.why, template="payments/list/why.html"),
    Column("day", "Paid on", lambda r: r.row.newest or "", sort="newest", template="ledger/parts/day.html"),
    Column("source", "Source", lambda r: r.source, sort="book__name"),
    Column(
        "changed",
        "Changed in the books",
        lambda r: moment_text(r.row.changed_at),
        sort="changed_at",
        filled=True,
        at_first=False,
    ),
    Column("applied", "Applied", lambda r: moment_text(r.row.applied_at), sort="applied_at", at_first=False),
    Column(
        "difference", "Difference", lambda r: r.difference, number=True, template="grid/amount.html", at_first=False
    ),
    Column(
        "total",
        "Invoice total",
        lambda r: r.row.invoice_total,
        sort="invoice_total",
        number=True,
        template="grid/amount.html",
        at_first=False,
    ),
    Column("code", "Code", lambda r: r.row.code, sort="code", filled=True, at_first=False),
    Column("id", "Invoice ID", lambda r: r.row.invoice_id or "", sort="invoice_id", number=True, at_first=False),
)
ACTIONS = (BulkAction(POST, "Post selected", "paper-plane", "The payments of {rows} will be written to ConnectWise."),)


@dataclass(frozen=True, slots=True)
class Tile:
    """How many invoices stand so, and where they are listed."""

    title: str
    number: int
    money: Sequence[tuple[str, Decimal]]
    url: str
    alarm: bool = False


def _around(connection: Connection, rows: QuerySet[InvoiceSettlement]) -> Mapping[str, object]:
    """Counts and sums by state, in one question; and the runs that read and wrote last."""
    here = reverse("payments:list", args=[connection.pk])
    left = Case(When(present=None, then=F("wanted")), default=CAPPED - F("present"))
    open_ones = rows.order_by().exclude(state=State.APPLIED)
    numbers: dict[str, int] = {State.APPLIED: rows.filter(state=State.APPLIED).count()}
    money: dict[str, list[tuple[str, Decimal]]] = {}
    sums = open_ones.values_list("state", "currency").annotate(number=Count("pk"), sum=Sum(left)).order_by("currency")
    for state, currency, number, amount in sums:
        numbers[state] = numbers.get(state, 0) + number
        if state == State.WANTED:
            money.setdefault(state, []).append((currency, amount or ZERO))
    runs = Run.objects.filter(connection=connection, verb__in=[PULL_PAYMENTS, POST_PAYMENTS])
    return {
        "tiles": [
            Tile(
                chip.word,
                numbers.get(state, 0),
                money.get(state, ()),
                f"{here}?state={state}",
                alarm=state == State.EXCEPTION,
            )
            for state, chip in CHIPS.items()
        ],
        "ready": postable(rows).count(),
        "newest": runs.order_by("-started_at").first(),
        "books": Book.objects.filter(connection=connection).count(),
    }


SETTLEMENTS: ListPage[InvoiceSettlement, SettlementRow] = ListPage(
    route="payments:list",
    file="bursar-payments",
    template="payments/list",
    rows=settlements_of,
    named=lambda row: f"{row.number}: {row.company}, {row.wanted:,.2f} {row.currency} paid",
    noun="invoice",
    around=beside_run(_around),
)
