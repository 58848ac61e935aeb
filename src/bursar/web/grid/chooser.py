"""Which columns somebody wants to see: remembered while they are logged in; an address that names columns wins."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect

from bursar.web.grid.grid import Column, Grid
from bursar.web.grid.view_state import ViewState

M = TypeVar("M", bound=Model)
R = TypeVar("R")

REMEMBERED = "grid_columns"


def shown_columns(request: HttpRequest, grid: Grid[M, R], state: ViewState) -> Sequence[Column[R]]:
    """The columns to draw, in the grid's order."""
    keys = state.columns or request.session.get(REMEMBERED, {}).get(grid.name)
    if keys is None:
        return [column for column in grid.columns if column.at_first or column.always]
    return [column for column in grid.columns if column.key in keys or column.always]


def remember_columns(request: HttpRequest, grid: Grid[M, R]) -> None:
    """Keep what the chooser's form says; nothing chosen means the columns that everybody starts with."""
    wanted = set(request.POST.getlist("column"))
    remembered = dict(request.session.get(REMEMBERED, {}))
    if "reset" in request.POST:
        remembered.pop(grid.name, None)
    else:
        remembered[grid.name] = [column.key for column in grid.columns if column.key in wanted]
    request.session[REMEMBERED] = remembered


def take_columns(request: HttpRequest, grid: Grid[M, R], here: str) -> HttpResponseRedirect:
    """Keep the chosen columns, and go back to the view of the list at `here`, without columns in its address."""
    remember_columns(request, grid)
    view = QueryDict(request.POST.get("view", ""), mutable=True)
    view.pop("columns", None)
    return redirect(f"{here}{'?' if view else ''}{view.urlencode()}")
