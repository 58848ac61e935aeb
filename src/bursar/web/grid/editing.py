"""Editing in place: a cell turns into an editor and back, and its row is drawn anew with what was saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from bursar.web.grid.chooser import shown_columns
from bursar.web.grid.grid import Grid
from bursar.web.grid.listing import drawn_rows
from bursar.web.grid.view_state import ViewState

M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else saved after the editor was opened: both values, as people read them."""

    sentence: str
    mine: str
    stored: str


@dataclass(frozen=True, slots=True)
class Editor:
    """What stands in a cell while somebody edits it. The same form stands on the row's own page.

    `template` draws the control from `control`; it sends its value as `value`.
    """

    key: str
    """Of the column."""
    title: str
    template: str
    control: object
    version: str
    """What the row looked like, so that saving can tell whether somebody else saved in between."""
    removable: str = ""
    """What taking the value away again is called; empty when there is nothing to take away."""
    problem: str = ""
    savable: bool = True
    """False when there is nothing to choose from."""
    clash: Clash | None = None
    value: str = ""
    """What was sent, to be sent again over a clash."""
    again: str = "save"
    """What was to be done with it: `save`, or `remove`."""


@dataclass(frozen=True, slots=True)
class Place:
    """The grid in which a row is edited, and how it is looked at."""

    view: str
    """The address query of the view."""
    may_edit: bool
    context: Mapping[str, object]
    """What the cells' templates need besides the row."""


def row_answer(
    request: HttpRequest, grid: Grid[M, R], model: M, place: Place, *, editor: Editor | None = None, status: int = 200
) -> HttpResponse:
    """One row of the grid as htmx swaps it in, with an editor in one of its cells if given, and with new toasts."""
    columns = shown_columns(request, grid, ViewState.read(grid, QueryDict(place.view)))
    drawn = drawn_rows(grid, columns, [model], may_edit=place.may_edit)[0]
    context = {**place.context, "drawn": drawn, "view": place.view, "editor": editor, "inline": True}
    return render(request, "grid/row_answer.html", context, status=status)
