"""Something that is done to many rows of a list: it asks first, and again when their number has changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.store.models import Connection
from bursar.web.access import View, on_connection
from bursar.web.grid.grid import BulkAction
from bursar.web.grid.list_page import ListPage
from bursar.web.grid.selection import Selection

M = TypeVar("M", bound=Model)
R = TypeVar("R")

NAMED = 10
"""How many of the selected rows are named before something is done to them."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[M]):
    """What is to be done with which rows."""

    connection: Connection
    action: BulkAction
    selection: Selection
    rows: QuerySet[M]
    number: int
    control: object = None
    """What else is shown or asked for; `template` draws it."""
    template: str = ""

    def also(self, control: object, template: str) -> "Asked[M]":
        """The same, with something else to show or to ask for."""
        return replace(self, control=control, template=template)


Ask = Callable[[HttpRequest, Asked[M]], Asked[M]]
Do = Callable[[HttpRequest, Asked[M]], str | HttpResponse]


def as_it_is(_request: HttpRequest, asked: Asked[M]) -> Asked[M]:
    """Nothing else is asked for."""
    return asked


def bulk_view(which: ListPage[M, R], asked_for: Ask[M], do: Do[M]) -> View[...]:
    """A bulk action: it asks first, and again when the number of rows has changed since.

    `asked_for` adds what else must be known; `do` says what was done, or leads on. It may raise BursarError.
    """

    @on_connection(which.changed_by)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        asked = chosen(request, which, connection)
        if asked is None:
            messages.warning(request, f"Nothing was done: select at least one {which.noun.partition(',')[0]} first.")
            return redirect(which.back_to(connection, request.POST.get("view", "")))
        asked = asked_for(request, asked)
        if asked.selection.confirmed != asked.number:
            return ask(request, which, asked)
        try:
            done = do(request, asked)
        except BursarError as error:
            return ask(request, which, asked, f"{error.sentence} {error.remedy}".strip())
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return redirect(which.back_to(connection, asked.selection.view))

    return require_POST(view)


def chosen(request: HttpRequest, which: ListPage[M, R], connection: Connection) -> Asked[M] | None:
    """What a bulk form asks for; None when there is nothing to do it to."""
    selection = Selection.sent(request)
    grid, every = which.rows(connection, QueryDict(selection.view))
    action = grid.action(request.POST.get("do", ""))
    rows = selection.of(grid, every)
    number = rows.count()
    return Asked(connection, action, selection, rows, number) if action and number else None


def ask(request: HttpRequest, which: ListPage[M, R], asked: Asked[M], problem: str = "") -> HttpResponse:
    """The question, with the first of the rows by name."""
    first = [which.named(row) for row in asked.rows[:NAMED]]
    confirmed = asked.selection.confirmed
    context = {
        "connection": asked.connection,
        "action": asked.action,
        "sentence": asked.action.sentence.format(rows=which.counted(asked.number)),
        "selection": asked.selection,
        "rows": asked.number,
        "first": first,
        "more": asked.number - len(first),
        "asked_again": confirmed is not None and confirmed != asked.number,
        "problem": problem,
        "bulk": which.url("bulk", asked.connection),
        "back": which.back_to(asked.connection, asked.selection.view),
        "control": asked.control,
        "control_template": asked.template,
    }
    return render(request, "grid/confirm.html", context, status=422 if problem else 200)
