"""Which rows a bulk action is for: those with a tick, or all that match the view, on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from bursar.web.grid.grid import Grid
from bursar.web.grid.listing import ROWS_A_PAGE
from bursar.web.grid.view_state import ViewState, matching

M = TypeVar("M", bound=Model)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a bulk form sent."""

    keys: Sequence[int]
    everything: bool
    view: str
    """The address query of the view it was sent from."""
    confirmed: int | None
    """How many rows the person agreed to; None before they were asked."""

    @classmethod
    def sent(cls, request: HttpRequest) -> "Selection":
        """Read the form. Ticks beyond one page cannot come from it and are dropped."""
        keys = [int(key) for key in request.POST.getlist("row") if _is_key(key)]
        agreed = request.POST.get("confirmed", "")
        return cls(
            keys=keys[:ROWS_A_PAGE],
            everything=request.POST.get("everything") == "1",
            view=request.POST.get("view", ""),
            confirmed=int(agreed) if _is_key(agreed) else None,
        )

    def of(self, grid: Grid[M, R], rows: QuerySet[M]) -> QuerySet[M]:
        """The selected rows among those that may be seen."""
        if self.everything:
            return matching(grid, rows, ViewState.read(grid, QueryDict(self.view)))
        return rows.filter(pk__in=self.keys)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
