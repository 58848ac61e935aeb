"""The page of a list: its part for htmx, its files, its columns, and their addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import View, on_connection, person_of
from bursar.web.grid.chooser import take_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.grid import Grid
from bursar.web.grid.listing import Listing, listing
from bursar.web.partial import wants_part

M = TypeVar("M", bound=Model)
R = TypeVar("R")


def _nothing(_connection: Connection, _rows: object) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class ListPage(Generic[M, R]):
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


def list_view(which: ListPage[M, R]) -> View[...]:
    """The page of a list; its part when htmx asks."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        part = wants_part(request)
        grid, rows = which.rows(connection, request.GET)
        context = _listed(request, which, connection, grid, rows)
        if not part:
            context |= which.around(connection, rows)
        return render(request, f"{which.template}/rows.html" if part else f"{which.template}.html", context)

    return view


def _listed(
    request: HttpRequest, which: ListPage[M, R], connection: Connection, grid: Grid[M, R], rows: QuerySet[M]
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


def export_view(which: ListPage[M, R]) -> View[...]:
    """The view that the address describes as CSV or Excel."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponseBase:
        grid, rows = which.rows(connection, request.GET)
        return view_as_file(request, grid, rows, which.file)

    return view


def columns_view(which: ListPage[M, R]) -> View[...]:
    """Remember which columns this person wants, and go back to the view."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        grid, _ = which.rows(connection, QueryDict(request.POST.get("view", "")))
        return take_columns(request, grid, which.url("list", connection))

    return require_POST(view)


def list_paths(address: str, which: ListPage[M, R]) -> list[URLPattern]:
    """The page of a list, its files and its columns."""
    name = which.route.partition(":")[2]
    return [
        path(address, list_view(which), name=name),
        path(f"{address}export/", export_view(which), name=f"{name}-export"),
        path(f"{address}columns/", columns_view(which), name=f"{name}-columns"),
    ]
