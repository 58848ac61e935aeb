"""How a grid is looked at right now: everything that the address says, and the address that says it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import F, Model, QuerySet
from django.http import QueryDict

from bursar.web.grid.grid import Grid, narrowed

M = TypeVar("M", bound=Model)
R = TypeVar("R")

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class ViewState:
    """Search, filters, sorting, columns and page. What cannot be used in an address is as if it were not there."""

    text: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    sort: str = ""
    """A column's key, with a minus in front for descending."""
    columns: Sequence[str] = ()
    """Only those that the address names; empty when it names none."""
    page: int = 1
    defaults: dict[str, str] = field(default_factory=dict)
    """What filters are set to that nobody touched."""

    @classmethod
    def read(cls, grid: Grid[M, R], query: QueryDict) -> "ViewState":
        """The state that an address describes."""
        defaults = {one.key: one.default for one in grid.filters if one.default}
        valid = {one.key: {value for value, _ in one.choices} for one in grid.filters}
        chosen = {key: query.get(key, "") for key in valid}
        sort = query.get("sort", "")
        column = grid.column(sort.removeprefix("-"))
        keys = set(query.get("columns", "").split("."))
        page = query.get("page", "")
        return cls(
            text=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            chosen=defaults | {key: value for key, value in chosen.items() if value in valid[key]},
            sort=sort if column and column.sort is not None else "",
            columns=[one.key for one in grid.columns if one.key in keys],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 10 else 1,
            defaults=defaults,
        )

    @property
    def filtered(self) -> bool:
        """Whether somebody narrowed the list."""
        return bool(self.text) or self.chosen.keys() > self.defaults.keys()

    def query(self, **changed: str) -> str:
        """The address's query for this view, or for the one that differs by a parameter; without the leading `?`."""
        address = QueryDict(mutable=True)
        facts = {"q": self.text, **self.chosen, "sort": self.sort, "columns": ".".join(self.columns)}
        facts["page"] = str(self.page) if self.page > 1 else ""
        for name, value in (facts | changed).items():
            if value:
                address[name] = value
        return address.urlencode()


def ordered(grid: Grid[M, R], rows: QuerySet[M], sort: str) -> QuerySet[M]:
    """Sorted by the column, then by primary key the same way round, so that no row is on two pages."""
    wanted = sort or grid.first_sort or grid.columns[0].key
    column = grid.column(wanted.removeprefix("-"))
    if column is None or column.sort is None:
        return rows.order_by("pk")
    by = F(column.sort) if isinstance(column.sort, str) else column.sort
    last = None if column.filled else True
    if wanted.startswith("-"):
        return rows.order_by(by.desc(nulls_last=last), "-pk")
    return rows.order_by(by.asc(nulls_last=last), "pk")


def matching(grid: Grid[M, R], rows: QuerySet[M], state: ViewState) -> QuerySet[M]:
    """All rows of a view, on every page of it, in its order."""
    return ordered(grid, narrowed(grid, rows, state.text, state.chosen), state.sort)
