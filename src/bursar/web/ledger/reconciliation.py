"""Reconciliation: month by month, ConnectWise = documents = books; and account by account, ours against theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Book, BookBalance, BookReference, Connection
from bursar.store.queries.period_totals import period_totals
from bursar.web.access import on_connection
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.grid.listing import Listing
from bursar.web.grid.view_state import matching
from bursar.web.ledger.under_way import beside_run, under_way

PERIODS_SHOWN = 24
DIFFERS, AGREES, UNKNOWN = "1", "2", "3"
"""How an account stands, in the order of the list."""
STANDING = Case(
    When(theirs=None, then=Value(UNKNOWN)),
    When(ours=F("theirs"), then=Value(AGREES)),
    default=Value(DIFFERS),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class BookCheck:
    """How the accounts of one book and month compare."""

    book: str
    accounts: int
    differing: int
    unknown: int
    checked_at: datetime
    url: str


@on_connection(Role.VIEWER)
def overview(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Every month with its totals, and how the accounts of each book compare."""
    periods = period_totals(connection)
    checks = _checks(connection)
    names = sorted({*(each.period for each in periods), *checks}, reverse=True)
    totals = {each.period: each for each in periods}
    context = {
        "connection": connection,
        "periods": [(name, totals.get(name), checks.get(name, ())) for name in names[:PERIODS_SHOWN]],
        "more": max(0, len(names) - PERIODS_SHOWN),
        "agrees": all(each.agrees for each in periods),
        "differing": sum(check.differing for month in checks.values() for check in month),
        "working": under_way(connection),
    }
    return render(request, "ledger/reconciliation.html", context)


def _checks(connection: Connection) -> Mapping[str, Sequence[BookCheck]]:
    here = reverse("ledger:reconciliation-accounts", args=[connection.pk])
    rows = BookBalance.objects.filter(book__connection=connection).order_by().annotate(standing=STANDING)
    found: dict[str, list[BookCheck]] = {}
    for period, pk, name, number, differing, unknown, checked_at in (
        rows.values_list("period", "book", "book__name")
        .annotate(
            number=Count("pk"),
            differing=Count("pk", filter=Q(standing=DIFFERS)),
            unknown=Count("pk", filter=Q(standing=UNKNOWN)),
            newest=Max("checked_at"),
        )
        .order_by("book__name")
    ):
        check = BookCheck(name, number, differing, unknown, checked_at, f"{here}?period={period}&book={pk}")
        found.setdefault(period, []).append(check)
    return found


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What a row shows."""

    row: BookBalance
    name: str
    """What the books call the account, where they were asked."""

    @property
    def says(self) -> str:
        if self.row.theirs is None:
            return "The books cannot say"
        return "Differs" if self.row.difference else "Agrees"


def accounts_of(
    connection: Connection, _query: QueryDict
) -> tuple[Grid[BookBalance, AccountRow], QuerySet[BookBalance]]:
    """The grid and what it may show; of the newest month when nobody chose one."""
    rows = BookBalance.objects.filter(book__connection=connection).select_related("book")
    periods = list(rows.order_by("-period").values_list("period", flat=True).distinct())
    books = Book.objects.filter(connection=connection).order_by("name").values_list("pk", "name")
    grid: Grid[BookBalance, AccountRow] = Grid(
        name="Accounts",
        columns=COLUMNS,
        present=_presented,
        search=contains("account"),
        search_hint="Account",
        filters=(
            ChoiceFilter("period", "Month", "period", [(each, each) for each in periods], default=(periods or [""])[0]),
            ChoiceFilter("book", "Book", "book", [(str(pk), name) for pk, name in books]),
            ChoiceFilter(
                "standing",
                "Comparison",
                "standing",
                [(DIFFERS, "Differs"), (AGREES, "Agrees"), (UNKNOWN, "The books cannot say")],
            ),
        ),
        first_sort="says",
    )
    return grid, rows.annotate(standing=STANDING)


def _presented(found: Sequence[BookBalance]) -> Sequence[AccountRow]:
    wanted = {row.account for row in found}
    names = BookReference.objects.filter(
        book__in={row.book_id for row in found}, kind="account", code__in=sorted(wanted)
    )
    called = {(book, code): name for book, code, name in names.values_list("book", "code", "name")}
    return [AccountRow(row, called.get((row.book_id, row.account), "")) for row in found]


COLUMNS: Sequence[Column[AccountRow]] = (
    Column("account", "Account", lambda r: r.row.account, sort="account", filled=True, always=True),
    Column("name", "Name", lambda r: r.name, at_first=False),
    Column("book", "Book", lambda r: r.row.book.name, sort="book__name", filled=True),
    Column("period", "Month", lambda r: r.row.period, sort="period", filled=True, at_first=False),
    Column(
        "ours",
        "Bursar's documents",
        lambda r: r.row.ours,
        sort="ours",
        filled=True,
        number=True,
        template="grid/amount.html",
    ),
    Column("theirs", "The books", lambda r: r.row.theirs, sort="theirs", number=True, template="grid/amount.html"),
    Column(
        "difference", "Difference", lambda r: r.row.difference, number=True, template="ledger/accounts/difference.html"
    ),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True),
    Column("says", "Comparison", lambda r: r.says, sort="standing", filled=True, template="ledger/accounts/says.html"),
    Column(
        "checked",
        "Compared",
        lambda r: moment_text(r.row.checked_at),
        sort="checked_at",
        filled=True,
        template="ledger/accounts/checked.html",
    ),
)


def _about(
    _connection: Connection, rows: QuerySet[BookBalance], found: Listing[BookBalance, AccountRow]
) -> Mapping[str, object]:
    """How the accounts of the view compare."""
    view = matching(found.grid, rows, found.state).order_by().annotate(stands=STANDING)
    numbers = dict(view.values_list("stands").annotate(number=Count("pk")))
    return {
        "differing": numbers.get(DIFFERS, 0),
        "agreeing": numbers.get(AGREES, 0),
        "unknown": numbers.get(UNKNOWN, 0),
        "period": found.state.chosen.get("period", ""),
    }


ACCOUNTS: ListPage[BookBalance, AccountRow] = ListPage(
    route="ledger:reconciliation-accounts",
    file="bursar-accounts",
    template="ledger/accounts",
    rows=accounts_of,
    noun="account",
    around=beside_run(),
    about=_about,
)
