"""What the lists of Adoption and Drift share: page, files, columns, and the question before a bulk action."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Drift, HandAddition
from bursar.store.queries.variances import newest_review
from bursar.web.access import View, on_connection, person_of
from bursar.web.grid.chooser import remember_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.grid import BulkAction, Grid
from bursar.web.grid.listing import listing
from bursar.web.grid.selection import Selection
from bursar.web.partial import wants_part

M = TypeVar("M", HandAddition, Drift)
R = TypeVar("R")

NAMED = 10
"""How many of the selected rows are named before it is done."""


@dataclass(frozen=True, slots=True)
class ReviewList(Generic[M, R]):
    """One of the two lists: `rows` gives its grid and what it may show, `named` says which row it is."""

    name: str
    rows: Callable[[Connection, QueryDict], tuple[Grid[M, R], QuerySet[M]]]
    named: Callable[[M], str]

    def url(self, what: str, connection: Connection) -> str:
        """The address of the list itself (`list`) or of something below it."""
        route = f"review:{self.name}" if what == "list" else f"review:{self.name}-{what}"
        return reverse(route, args=[connection.pk])

    def back_to(self, connection: Connection, view: str, *, without: str = "") -> str:
        """The list as it was looked at; `view` is its address query, kept to parameters and never another site."""
        query = QueryDict(view, mutable=True)
        query.pop(without, None)
        return f"{self.url('list', connection)}{'?' if query else ''}{query.urlencode()}"


@dataclass(frozen=True, slots=True)
class Asked(Generic[M]):
    """What is to be done with which rows."""

    connection: Connection
    action: BulkAction
    selection: Selection
    rows: QuerySet[M]
    number: int
    control: object = None
    """What else is asked for; `template` draws it."""
    template: str = ""

    def also(self, control: object, template: str) -> "Asked[M]":
        """The same, with something else to ask for."""
        return replace(self, control=control, template=template)


def list_view(which: ReviewList[M, R]) -> View[...]:
    """The page of a list; its part when htmx asks."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        plan = newest_review(connection)
        grid, rows = which.rows(connection, request.GET)
        may_decide = Role(person_of(request).role).allows(Role.OPERATOR)
        found = listing(request, grid, rows)
        context = {
            "connection": connection,
            "tab": which.name,
            "plan": plan,
            "listing": found,
            "anything": bool(found.total) or rows.exists(),
            "part": which.name,
            "here": which.url("list", connection),
            "export": which.url("export", connection),
            "columns_url": which.url("columns", connection),
            "bulk": which.url("bulk", connection) if may_decide else "",
            "decide_url": which.url("decide", connection),
        }
        part = f"review/{which.name}/rows.html"
        return render(request, part if wants_part(request) else f"review/{which.name}.html", context)

    return view


def export_view(which: ReviewList[M, R]) -> View[...]:
    """The view that the address describes as CSV or Excel."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponseBase:
        grid, rows = which.rows(connection, request.GET)
        return view_as_file(request, grid, rows, f"bursar-{which.name}")

    return view


def columns_view(which: ReviewList[M, R]) -> View[...]:
    """Remember which columns this person wants, and go back to the view without columns in its address."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        remember_columns(request, which.rows(connection, request.GET)[0])
        return redirect(which.back_to(connection, request.POST.get("view", ""), without="columns"))

    return require_POST(view)


def bulk_view(
    which: ReviewList[M, R],
    asked_for: Callable[[HttpRequest, Asked[M]], Asked[M]],
    do: Callable[[HttpRequest, Asked[M]], str | HttpResponse],
) -> View[...]:
    """A bulk action: it asks first, and again when the number of rows has changed since.

    `asked_for` adds what else must be known; `do` says what was done, or leads on. It may raise InvalidInput.
    """

    @on_connection(Role.OPERATOR)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        asked = _asked(request, which, connection)
        if asked is None:
            messages.warning(request, "Nothing was done: select at least one Addition first.")
            return redirect(which.back_to(connection, request.POST.get("view", "")))
        asked = asked_for(request, asked)
        if asked.selection.confirmed != asked.number:
            return _ask(request, which, asked)
        try:
            done = do(request, asked)
        except InvalidInput as error:
            return _ask(request, which, asked, f"{error.sentence} {error.remedy}".strip())
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return redirect(which.back_to(connection, asked.selection.view))

    return require_POST(view)


def _asked(request: HttpRequest, which: ReviewList[M, R], connection: Connection) -> Asked[M] | None:
    grid, every = which.rows(connection, request.GET)
    selection = Selection.sent(request)
    action = grid.action(request.POST.get("do", ""))
    rows = selection.of(grid, every)
    number = rows.count()
    return Asked(connection, action, selection, rows, number) if action and number else None


def _ask(request: HttpRequest, which: ReviewList[M, R], asked: Asked[M], problem: str = "") -> HttpResponse:
    first = [which.named(row) for row in asked.rows[:NAMED]]
    confirmed = asked.selection.confirmed
    context = {
        "connection": asked.connection,
        "action": asked.action,
        "sentence": asked.action.sentence.format(
            rows=f"{asked.number:,} {'Addition' if asked.number == 1 else 'Additions'}"
        ),
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
