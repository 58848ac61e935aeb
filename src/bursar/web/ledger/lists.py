"""What the lists of the ledger share: page, files, columns, and the question before something is done to many rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import View, on_connection, person_of
from bursar.web.grid.chooser import take_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.grid import BulkAction, Grid
from bursar.web.grid.listing import Listing, listing
from bursar.web.grid.selection import Selection
from bursar.web.ledger.under_way import under_way
from bursar.web.partial import wants_part

M = TypeVar("M", bound=Model)
R = TypeVar("R")

NAMED = 10
"""How many of the selected rows are named before something is done to them."""


def _nothing(_connection: Connection, _rows: object) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class LedgerList(Generic[M, R]):
    """A list: `rows` gives its grid and what it may show, `named` says which row it is in a question."""

    route: str
    """The route of the page; those of what is below it begin with it."""
    file: str
    """What its files are called."""
    template: str
    """The page; the part that htmx replaces is in the folder of the same name."""
    rows: Callable[[Connection, QueryDict], tuple[Grid[M, R], QuerySet[M]]]
    named: Callable[[M], str] = str
    noun: str = "row"
    """One, and after a comma several where an s is not enough."""
    around: Callable[[Connection, QuerySet[M]], Mapping[str, object]] = _nothing
    """What stands around the list on its page."""
    about: Callable[[Connection, QuerySet[M], Listing[M, R]], Mapping[str, object]] | None = None
    """What stands in the part, beside its rows."""
    changed_by: Role = Role.OPERATOR
    editable: bool = False

    def url(self, what: str, connection: Connection) -> str:
        """The address of the list itself (`list`) or of something below it."""
        return reverse(self.route if what == "list" else f"{self.route}-{what}", args=[connection.pk])

    def back_to(self, connection: Connection, view: str) -> str:
        """The list as it was looked at; `view` is its address query, kept to parameters and never another site."""
        query = QueryDict(view)
        return f"{self.url('list', connection)}{'?' if query else ''}{query.urlencode()}"

    def may_change(self, request: HttpRequest) -> bool:
        return Role(person_of(request).role).allows(self.changed_by)

    def counted(self, number: int) -> str:
        """`1 document`, `1,234 documents`."""
        one, _, many = self.noun.partition(",")
        return f"{number:,} {one if number == 1 else many or one + 's'}"


def list_view(which: LedgerList[M, R]) -> View[...]:
    """The page of a list; its part when htmx asks."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        part = wants_part(request)
        grid, rows = which.rows(connection, request.GET)
        context = _listed(request, which, connection, grid, rows)
        if not part:
            context |= which.around(connection, rows)
            context["working"] = under_way(connection)
        return render(request, f"{which.template}/rows.html" if part else f"{which.template}.html", context)

    return view


def _listed(
    request: HttpRequest, which: LedgerList[M, R], connection: Connection, grid: Grid[M, R], rows: QuerySet[M]
) -> dict[str, object]:
    may_change = which.may_change(request)
    found = listing(request, grid, rows, may_edit=may_change and which.editable)
    return {
        "connection": connection,
        "listing": found,
        "anything": bool(found.total) or rows.exists(),
        "may_change": may_change,
        "part": which.template.rpartition("/")[2],
        "here": which.url("list", connection),
        "export": which.url("export", connection),
        "columns_url": which.url("columns", connection),
        "bulk": which.url("bulk", connection) if may_change and grid.actions else "",
        **(which.about(connection, rows, found) if which.about else {}),
    }


def export_view(which: LedgerList[M, R]) -> View[...]:
    """The view that the address describes as CSV or Excel."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponseBase:
        grid, rows = which.rows(connection, request.GET)
        return view_as_file(request, grid, rows, which.file)

    return view


def columns_view(which: LedgerList[M, R]) -> View[...]:
    """Remember which columns this person wants, and go back to the view."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        grid, _ = which.rows(connection, QueryDict(request.POST.get("view", "")))
        return take_columns(request, grid, which.url("list", connection))

    return require_POST(view)


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


def bulk_view(which: LedgerList[M, R], asked_for: Ask[M], do: Do[M]) -> View[...]:
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


def chosen(request: HttpRequest, which: LedgerList[M, R], connection: Connection) -> Asked[M] | None:
    """What a bulk form asks for; None when there is nothing to do it to."""
    selection = Selection.sent(request)
    grid, every = which.rows(connection, QueryDict(selection.view))
    action = grid.action(request.POST.get("do", ""))
    rows = selection.of(grid, every)
    number = rows.count()
    return Asked(connection, action, selection, rows, number) if action and number else None


def ask(request: HttpRequest, which: LedgerList[M, R], asked: Asked[M], problem: str = "") -> HttpResponse:
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
