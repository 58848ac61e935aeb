"""Unposted: what waits in ConnectWise for the books, in the three lists of its Accounting Interface screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.store.models import Book, Connection, LedgerDocument, Run, UnpostedRecord
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER
from bursar.web.access import on_connection
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.grid.listing import Listing
from bursar.web.grid.view_state import matching
from bursar.web.ledger.document_rows import DocumentRow
from bursar.web.ledger.downloads import FORMS
from bursar.web.ledger.under_way import beside_run
from bursar.web.ledger.words import RECORDS
from bursar.web.remedies import LEDGER, Remedy, remedy_for

TITLES: Mapping[Family, str] = {
    Family.INVOICES: "Unposted Invoices",
    Family.EXPENSES: "Unposted Expenses",
    Family.PROCUREMENT: "Unposted Procurement",
}
OUT, IN_BILL = "out", "bill"
"""How a record stands that no document stands for: left out, or part of the bill of a member."""


@dataclass(frozen=True, slots=True)
class UnpostedRow:
    """What a row shows."""

    row: UnpostedRecord
    document: DocumentRow | None
    remedy: Remedy

    @property
    def name(self) -> str:
        return self.row.number or f"{RECORDS.get(self.row.record, self.row.record)} {self.row.unposted_id}"

    @property
    def record(self) -> str:
        return RECORDS.get(self.row.record, self.row.record)

    @property
    def left_out(self) -> bool:
        """Whether it did not come in the export, or not whole."""
        return bool(self.row.code)

    @property
    def standing(self) -> str:
        """For files: one word or two."""
        if self.left_out:
            return "Not exported"
        if self.document:
            return self.document.chip.word
        return "In a member's document" if self.row.member else "Not known"

    @property
    def why(self) -> str:
        """For files: one cell."""
        if self.left_out:
            return f"{self.row.sentence} {self.remedy.sentence}".strip()
        return self.document.why if self.document else ""


def unposted_of(
    family: Family, connection: Connection
) -> tuple[Grid[UnpostedRecord, UnpostedRow], QuerySet[UnpostedRecord]]:
    """The grid of one list and what it may show."""
    every = UnpostedRecord.objects.filter(connection=connection, family=family.value)
    places = every.exclude(location="").order_by("location").values_list("location", flat=True).distinct()
    grid: Grid[UnpostedRecord, UnpostedRow] = Grid(
        name=TITLES[family],
        columns=_columns(family),
        present=lambda found: _presented(connection, found),
        search=contains("number", "unposted_id", "company", "member", "account_number"),
        search_hint=f"{'Member, company' if family is Family.EXPENSES else 'Number, company'} or ID",
        filters=(
            ChoiceFilter(
                "standing",
                "In the export",
                "standing",
                [
                    (OUT, "Not exported"),
                    *((state, word) for state, word in STANDINGS.items()),
                    *([(IN_BILL, "In a member's document")] if family is Family.EXPENSES else []),
                ],
            ),
            ChoiceFilter("location", "Location", "location", [(place, place) for place in places]),
        ),
        first_sort="-day",
    )
    rows = every.alias(standing=STANDING).select_related("document__agreed_in", "document__book")
    return grid, rows.defer("document__source", "document__payload", "document__delivered")


STANDINGS = {
    LedgerDocument.State.READY.value: "Ready",
    LedgerDocument.State.BLOCKED.value: "Blocked",
    LedgerDocument.State.EXCLUDED.value: "Excluded",
    LedgerDocument.State.POSTED.value: "In the books",
}
STANDING = Case(
    When(~Q(code=""), then=Value(OUT)),
    When(document=None, then=Value(IN_BILL)),
    default=F("document__state"),
    output_field=CharField(),
)


def _presented(connection: Connection, found: Sequence[UnpostedRecord]) -> Sequence[UnpostedRow]:
    return [
        UnpostedRow(
            row,
            DocumentRow(row.document) if row.document else None,
            remedy_for(connection, row.code or (row.document.code if row.document else ""), _remedy(row), LEDGER),
        )
        for row in found
    ]


def _remedy(row: UnpostedRecord) -> str:
    if row.code or row.document is None:
        return row.remedy
    return row.document.remedy


def _columns(family: Family) -> Sequence[Column[UnpostedRow]]:
    expenses = family is Family.EXPENSES
    party: Column[UnpostedRow] = (
        Column("member", "Member", lambda r: r.row.member, sort="member", filled=True)
        if expenses
        else Column("company", "Company", lambda r: r.row.company, sort="company", filled=True)
    )
    of_family: Sequence[Column[UnpostedRow]] = {
        Family.INVOICES: (),
        Family.EXPENSES: (
            Column(
                "classification", "Classification", lambda r: r.row.classification, sort="classification", filled=True
            ),
            Column("company", "Company", lambda r: r.row.company, sort="company", filled=True, at_first=False),
        ),
        Family.PROCUREMENT: (Column("record", "Kind", lambda r: r.record, sort="record", filled=True),),
    }[family]
    return (
        Column(
            "number",
            "Expense" if expenses else "Number",
            lambda r: r.name,
            sort="unposted_id" if expenses else "number",
            filled=True,
            always=True,
        ),
        party,
        *of_family,
        Column("day", "Date", lambda r: r.row.day or "", sort="day", template="ledger/parts/day.html"),
        Column(
            "total", "Total", lambda r: r.row.total, sort="total", filled=True, number=True, template="grid/amount.html"
        ),
        Column("tax", "Tax", lambda r: r.row.tax, sort="tax", filled=True, number=True, template="grid/amount.html"),
        Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
        Column(
            "standing", "In the export", lambda r: r.standing, sort=STANDING, template="ledger/unposted/standing.html"
        ),
        Column("why", "Why, and what to do", lambda r: r.why, template="ledger/unposted/why.html"),
        Column("location", "Location", lambda r: r.row.location, sort="location", filled=True),
        Column(
            "account",
            "Account number",
            lambda r: r.row.account_number,
            sort="account_number",
            filled=True,
            at_first=False,
        ),
        Column("id", "ID", lambda r: r.row.unposted_id, sort="unposted_id", filled=True, at_first=False),
    )


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the three lists, and how much is in it."""

    title: str
    url: str
    number: int
    current: bool


@dataclass(frozen=True, slots=True)
class Total:
    """What the rows of the view come to in one currency."""

    currency: str
    total: Decimal
    tax: Decimal


def _about(
    _connection: Connection, rows: QuerySet[UnpostedRecord], found: Listing[UnpostedRecord, UnpostedRow]
) -> Mapping[str, object]:
    view = matching(found.grid, rows, found.state).order_by()
    sums = view.values_list("currency").annotate(total=Sum("total"), tax=Sum("tax")).order_by("currency")
    return {"sums": [Total(*row) for row in sums], "out": view.exclude(code="").count()}


def _around(family: Family, connection: Connection) -> Mapping[str, object]:
    counts = dict(
        UnpostedRecord.objects.filter(connection=connection).order_by().values_list("family").annotate(n=Count("pk"))
    )
    reads = Run.objects.filter(connection=connection, verb__in=[EXPORT_LEDGER, POST_LEDGER], state=Run.State.DONE)
    return {
        "tabs": [
            Tab(title, UNPOSTED[each].url("list", connection), counts.get(each.value, 0), each is family)
            for each, title in TITLES.items()
        ],
        "family": TITLES[family],
        "exported": reads.order_by("-started_at").first(),
        "newest": Run.objects.filter(connection=connection, verb=EXPORT_LEDGER).order_by("-started_at").first(),
        "forms": FORMS.items(),
        "books": Book.objects.filter(connection=connection).count(),
    }


def _list(family: Family) -> ListPage[UnpostedRecord, UnpostedRow]:
    return ListPage(
        route=f"ledger:unposted-{family.value}",
        file=f"bursar-unposted-{family.value}",
        template="ledger/unposted",
        rows=lambda connection, _query: unposted_of(family, connection),
        noun="record",
        around=beside_run(lambda connection, _rows: _around(family, connection)),
        about=_about,
    )


UNPOSTED: Mapping[Family, ListPage[UnpostedRecord, UnpostedRow]] = {family: _list(family) for family in TITLES}


@on_connection(Role.VIEWER)
def first(_request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ledger begins with the invoices that wait."""
    return redirect(reverse("ledger:unposted-invoices", args=[connection.pk]))
