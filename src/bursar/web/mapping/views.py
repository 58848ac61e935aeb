"""Mapping: the lists of organizations and products, as pages and as files (rules 31-50)."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.store.queries.mapping_list import states_of
from bursar.usecases.kept_records import was_read
from bursar.usecases.offer_window import WINDOWS
from bursar.usecases.pilot import pilot_state
from bursar.web.access import View, on_connection, person_of
from bursar.web.grid.chooser import remember_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.grid import Grid
from bursar.web.grid.listing import listing
from bursar.web.mapping.rows import MappingRow
from bursar.web.mapping.tabs import PRODUCTS, Tab, mapping_tabs, state_counts
from bursar.web.partial import wants_part

M = TypeVar("M", bound=Model)
Source = Callable[[Connection], tuple[Grid[M, MappingRow], QuerySet[M]]]


def list_view(tab: Tab, source: Source[M]) -> View[...]:
    """The page of a list; its part when htmx asks."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        grid, rows = source(connection)
        counts = states_of(rows)
        may_change = Role(person_of(request).role).allows(Role.OPERATOR)
        context = {
            "connection": connection,
            "tab": tab,
            "tabs": mapping_tabs(connection, tab.name),
            "pilot": pilot_state(connection),
            "listing": listing(request, grid, rows),
            "counts": state_counts(counts),
            "windows": [(str(number), text) for number, text in WINDOWS.items()] if tab is PRODUCTS else (),
            "loaded": sum(counts.values()),
            "list_read": was_read(connection, tab.kind),
            "part": "records",
            "here": tab.url("list", connection),
            "export": tab.url("export", connection),
            "columns_url": tab.url("columns", connection),
            "bulk": tab.url("bulk", connection) if may_change else "",
            "pick_url": tab.url("pick", connection),
            "change_url": tab.url("change", connection),
        }
        return render(request, "mapping/parts/records.html" if wants_part(request) else "mapping/page.html", context)

    return view


def export_view(tab: Tab, source: Source[M]) -> View[...]:
    """The view that the address describes as CSV or Excel."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponseBase:
        grid, rows = source(connection)
        return view_as_file(request, grid, rows, f"bursar-{tab.name}")

    return view


def columns_view(tab: Tab, source: Source[M]) -> View[...]:
    """Remember which columns this person wants, and go back to the view without columns in its address."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        remember_columns(request, source(connection)[0])
        return redirect(back_to(tab, connection, request.POST.get("view", ""), without="columns"))

    return require_POST(view)


def back_to(tab: Tab, connection: Connection, view: str, *, without: str = "") -> str:
    """The list as it was looked at; `view` is its address query, kept to parameters and never another site."""
    query = QueryDict(view, mutable=True)
    query.pop(without, None)
    return f"{tab.url('list', connection)}{'?' if query else ''}{query.urlencode()}"
