"""One page of a grid, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from bursar.web.grid.chooser import shown_columns
from bursar.web.grid.grid import Column, Grid
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


@dataclass(frozen=True, slots=True)
class Drawn(Generic[R]):
    """A row and its cells."""

    pk: int
    row: R
    cells: Sequence[Cell[R]]


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
    def filters(self) -> list[tuple[str, str, Sequence[tuple[str, str]], str]]:
        """Key, label, choices and the chosen value of each filter."""
        return [(one.key, one.label, one.choices, self.state.chosen.get(one.key, "")) for one in self.grid.filters]

    @property
    def total(self) -> int:
        """Rows on all pages of this view."""
        return self.pages.paginator.count


def listing(request: HttpRequest, grid: Grid[M, R], rows: QuerySet[M]) -> Listing[M, R]:
    """The page that a request asks for. The number of queries does not depend on the number of rows."""
    state = ViewState.read(grid, request.GET)
    pages = Paginator(matching(grid, rows, state), ROWS_A_PAGE).get_page(state.page)
    found = list(pages.object_list)
    columns = shown_columns(request, grid, state)
    return Listing(
        grid=grid,
        state=state,
        headings=[_heading(grid, state, column) for column in columns],
        rows=[
            Drawn(int(model.pk), row, [Cell(column, column.value(row)) for column in columns])
            for model, row in zip(found, grid.present(found), strict=True)
        ],
        pages=pages,
        hidden=[column for column in grid.columns if column not in columns],
    )


def _heading(grid: Grid[M, R], state: ViewState, column: Column[R]) -> Heading[R]:
    now = state.sort or grid.first_sort or grid.columns[0].key
    if now.removeprefix("-") != column.key:
        return Heading(column, "none", state.query(sort=column.key, page=""))
    if now.startswith("-"):
        return Heading(column, "descending", state.query(sort=column.key, page=""))
    return Heading(column, "ascending", state.query(sort=f"-{column.key}", page=""))
