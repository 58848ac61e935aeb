"""What a list declares: its columns, how it is searched and filtered, and what can be done with many rows at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Expression, Model, Q, QuerySet, Subquery

M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column. `value` is its text in the grid and in files; `template` draws the cell where text is not enough."""

    key: str
    title: str
    value: Callable[[R], object]
    sort: str | Expression | Subquery | None = None
    template: str = ""
    filled: bool = False
    """What sorts it is never NULL in the database, so an index can give the order."""
    number: bool = False
    always: bool = False
    """Not to be hidden: the column that says which row it is."""
    at_first: bool = True
    """Shown to somebody who has not chosen columns."""
    editable: Callable[[R], bool] | None = None
    """Whether this row's cell can be edited in place; the row's own address gives the editor (`Grid.row_url`)."""


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """A filter by one value of a field, or of an alias of the rows, out of a few; no value means all."""

    key: str
    label: str
    field: str
    choices: Sequence[tuple[str, str]]
    default: str = ""
    """The value when nobody chose one: there is no "All" then, and the filter stands before the search."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something to do with every selected row; `sentence` asks first, with {rows} for how many they are."""

    key: str
    title: str
    icon: str
    sentence: str
    danger: bool = False
    menu: str = ""
    """The menu it stands in, where there are too many for a row of buttons."""


@dataclass(frozen=True, slots=True)
class Grid(Generic[M, R]):
    """A list. `present` turns the rows of a page, or of a piece of a file, into what columns read, all at once."""

    name: str
    columns: Sequence[Column[R]]
    present: Callable[[Sequence[M]], Sequence[R]]
    search: Callable[[str], Q]
    search_hint: str
    filters: Sequence[ChoiceFilter] = ()
    actions: Sequence[BulkAction] = ()
    first_sort: str = ""
    """Key of the column that sorts when nobody chose; the first column if empty."""
    row_url: Callable[[R], str] | None = None
    """A row's own page, if it has one. Its cells are edited there: `?edit=` names the column."""

    def column(self, key: str) -> Column[R] | None:
        """The column of this key."""
        return next((column for column in self.columns if column.key == key), None)

    @property
    def menus(self) -> Sequence[tuple[str, Sequence[BulkAction]]]:
        """The bulk actions by the menu they stand in, in their order; buttons of their own have none."""
        titles = dict.fromkeys(action.menu for action in self.actions)
        return [(title, [action for action in self.actions if action.menu == title]) for title in titles]

    def action(self, key: str) -> BulkAction | None:
        """The bulk action of this key."""
        return next((action for action in self.actions if action.key == key), None)


def contains(*fields: str) -> Callable[[str], Q]:
    """A search for a piece of text, whatever its case, in any of these fields."""

    def search(text: str) -> Q:
        wanted = Q()
        for field in fields:
            wanted |= Q(**{f"{field}__icontains": text})
        return wanted

    return search


def conditions(grid: Grid[M, R], text: str, chosen: Mapping[str, str]) -> Q:
    """What search and filters ask of a row."""
    wanted = grid.search(text) if text else Q()
    for one in grid.filters:
        if value := chosen.get(one.key, ""):
            wanted &= Q(**{one.field: value})
    return wanted


def narrowed(grid: Grid[M, R], rows: QuerySet[M], text: str, chosen: Mapping[str, str]) -> QuerySet[M]:
    """The rows that search and filters leave."""
    return rows.filter(conditions(grid, text, chosen))
