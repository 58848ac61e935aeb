"""One page of a grid, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from bursar.web.grid.chooser import shown_columns
from bursar.web.grid.grid import ChoiceFilter, Column, Grid
from bursar.web.grid.view_state import ViewState, matching

M = TypeVar("M", bound=Model)
R = TypeVar("R")

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Heading(Generic[R]):
    """A column's heading: how it sorts now, and the view that a click on it leads to."""

    column: Column[R]
    direction: str
    """`ascending`, `descending`, or `none`; as ARIA calls it."""
    query: str


@dataclass(frozen=True, slots=True)
class Cell(Generic[R]):
    """What stands in a row under a column."""

    column: Column[R]
    value: object
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Drawn(Generic[R]):
    """A row and its cells, and the address of its own page if it has one."""

    pk: int | UUID
    row: R
    cells: Sequence[Cell[R]]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Listing(Generic[M, R]):
    """What the templates of the grid draw."""

    grid: Grid[M, R]
    state: ViewState
    headings: Sequence[Heading[R]]
    rows: Sequence[Drawn[R]]
    pages: Page[M]
    hidden: Sequence[Column[R]]

    @property
    def query(self) -> str:
        """The view's own address query."""
        return self.state.query()

    @property
    def leading(self) -> Sequence[tuple[ChoiceFilter, str]]:
        """The filters that always have a value, and that value."""
        return [(one, self.state.chosen[one.key]) for one in self.grid.filters if one.default]

    @property
    def filters(self) -> Sequence[tuple[ChoiceFilter, str]]:
        """The other filters and the chosen value of each, if any."""
        return [(one, self.state.chosen.get(one.key, "")) for one in self.grid.filters if not one.default]

    @property
    def total(self) -> int:
        """Rows on all pages of this view."""
        return self.pages.paginator.count


def listing(
    request: HttpRequest, grid: Grid[M, R], rows: QuerySet[M], *, may_edit: bool = False, total: int | None = None
) -> Listing[M, R]:
    """The page that a request asks for. The number of queries does not depend on the number of rows.

    `total` spares the counting where the rows have been counted already.
    """
    state = ViewState.read(grid, request.GET)
    pages = _paginator(matching(grid, rows, state), total).get_page(state.page)
    found = list(pages.object_list)
    columns = shown_columns(request, grid, state)
    return Listing(
        grid=grid,
        state=state,
        headings=[_heading(grid, state, column) for column in columns],
        rows=drawn_rows(grid, columns, found, may_edit=may_edit),
        pages=pages,
        hidden=[column for column in grid.columns if column not in columns],
    )


def drawn_rows(
    grid: Grid[M, R], columns: Sequence[Column[R]], found: Sequence[M], *, may_edit: bool
) -> Sequence[Drawn[R]]:
    """These rows with these columns."""
    return [
        Drawn(
            pk=model.pk,
            row=row,
            cells=[Cell(column, column.value(row), may_edit and _editable(column, row)) for column in columns],
            url=grid.row_url(row) if grid.row_url else "",
        )
        for model, row in zip(found, grid.present(found), strict=True)
    ]


def _editable(column: Column[R], row: R) -> bool:
    return column.editable is not None and column.editable(row)


def _paginator(rows: QuerySet[M], total: int | None) -> "Paginator[M]":
    pages = Paginator(rows, ROWS_A_PAGE)
    if total is not None:
        pages.__dict__["count"] = total  # Django keeps what it counted there, too
    return pages


def _heading(grid: Grid[M, R], state: ViewState, column: Column[R]) -> Heading[R]:
    now = state.sort or grid.first_sort or grid.columns[0].key
    if now.removeprefix("-") != column.key:
        return Heading(column, "none", state.query(sort=column.key, page=""))
    if now.startswith("-"):
        return Heading(column, "descending", state.query(sort=column.key, page=""))
    return Heading(column, "ascending", state.query(sort=f"-{column.key}", page=""))
