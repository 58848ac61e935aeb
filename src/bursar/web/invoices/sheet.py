"""The grid of invoice lines: its columns, filters and bulk actions, for one month at a time (rules 51 and 58-64)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from bursar.domain.lines import ChargeType
from bursar.domain.period import Month
from bursar.store.models import Connection, Line
from bursar.store.queries.line_grid import Sums, lines_of, loaded_months, sums_of
from bursar.store.queries.line_list import LineStatus
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Grid, conditions, contains
from bursar.web.grid.view_state import ViewState
from bursar.web.invoices.columns import COLUMNS
from bursar.web.invoices.rows import LineRow, presented

LineGrid = Grid[Line, LineRow]

MENU = "Bulk Update"
ACTIONS = (
    BulkAction("agreement", "Set PSA Agreement", "file-signature", "One Agreement for {rows}.", menu=MENU),
    BulkAction("start", "Set Charge Start Date", "calendar-day", "One Charge Start Date for {rows}.", menu=MENU),
    BulkAction("end", "Set Charge End Date", "calendar-check", "One Charge End Date for {rows}.", menu=MENU),
    BulkAction("company", "Set PSA Organization", "building", "One company for {rows}.", menu=MENU),
    BulkAction("product", "Set PSA Product", "box", "One product for {rows}.", menu=MENU),
    BulkAction(
        "by_hand", "Mark as done by hand", "hand", "Bursar neither posts nor blocks what is done by hand: {rows}.",
        menu=MENU,
    ),
    BulkAction("not_by_hand", "Not done by hand", "robot", "Bursar bills them again: {rows}.", menu=MENU),
    BulkAction(
        "reset", "Reset overrides", "rotate-left",
        "Everything that people set by hand is taken away, and rules and defaults count again: {rows}.",
        danger=True, menu=MENU,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The grid, the lines it may show, and the month that is looked at with what its matching lines come to."""

    grid: LineGrid
    rows: QuerySet[Line]
    month: Month
    state: ViewState
    sums: Mapping[str, Sums]

    @property
    def number(self) -> int:
        """How many lines match."""
        return sum(each.lines for each in self.sums.values())


def sheet_of(connection: Connection, query: QueryDict) -> Sheet | None:
    """The sheet that an address query asks for, of the newest month if it names none; None when nothing was loaded.

    One question gives the currencies to choose from, how many lines match, and what they come to.
    """
    months = loaded_months(connection, timezone.localdate())
    if not months:
        return None
    month = next((month for month in months if str(month) == query.get("month")), months[0])
    anything = line_grid(connection)
    asked = ViewState.read(anything, query)
    sums = sums_of(lines_of(connection, month), conditions(anything, asked.text, asked.chosen))
    grid = line_grid(connection, months, sums)
    state = ViewState.read(grid, query)
    only = state.chosen.get("currency")
    return Sheet(
        grid=grid,
        rows=lines_of(connection),
        month=month,
        state=state,
        sums={currency: each for currency, each in sums.items() if each.lines and only in {None, currency}},
    )


def line_grid(connection: Connection, months: Sequence[Month] = (), currencies: Iterable[str] = ()) -> LineGrid:
    """The grid of a connection; without months and currencies it has no filter by them."""
    return Grid(
        name="Invoices",
        columns=COLUMNS,
        present=lambda found: presented(connection, found),
        search=contains(
            *("organization_name", "organization_id", "subscription_name", "subscription_id"),
            *("offer_name", "offer_id", "line_id", "invoice_number"),
        ),
        search_hint="Organization, subscription, line, invoice",
        filters=_filters(months, currencies),
        actions=ACTIONS,
        first_sort="organization",
        row_url=lambda row: reverse("invoices:line", args=[connection.pk, row.pk]),
    )


def _filters(months: Sequence[Month], currencies: Iterable[str]) -> Sequence[ChoiceFilter]:
    show = [(str(month), f"{month.first:%B %Y}") for month in months]
    statuses = [(status.value, status.value.capitalize()) for status in LineStatus]
    return (
        *([ChoiceFilter("month", "Show invoices", "month", show, default=show[0][0])] if show else []),
        ChoiceFilter("status", "Status", "standing", statuses),
        ChoiceFilter("charge", "Charge Type", "charge_type", [(kind.value, kind.value) for kind in ChargeType]),
        ChoiceFilter("currency", "Currency", "currency", [(currency, currency) for currency in currencies]),
        ChoiceFilter("overridden", "Set by hand", "overridden", [("yes", "Only overridden"), ("no", "Nothing set")]),
    )
