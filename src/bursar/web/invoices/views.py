"""Mapping › Invoices: the lines of a month as a page and as files (rules 51, 54 and 58-65)."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import on_connection, person_of
from bursar.web.grid.chooser import remember_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.listing import listing
from bursar.web.invoices.sheet import Sheet, line_grid, sheet_of
from bursar.web.mapping.tabs import mapping_tabs
from bursar.web.partial import wants_part

PART = "lines"


def may_edit(request: HttpRequest) -> bool:
    """Viewers see everything and edit nothing."""
    return Role(person_of(request).role).allows(Role.OPERATOR)


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The lines of a loaded month, and its lines alone for htmx. Neither ConnectWise nor the platform is called."""
    sheet = sheet_of(connection, request.GET)
    context: dict[str, object] = {"connection": connection, "tabs": mapping_tabs(connection, "invoices"), "part": PART}
    if sheet is not None:
        context |= _of_month(request, connection, sheet)
    if wants_part(request):
        return render(request, "invoices/parts/lines.html", context | {"partial": True})
    return render(request, "invoices/page.html", context)


def _of_month(request: HttpRequest, connection: Connection, sheet: Sheet) -> dict[str, object]:
    editing = may_edit(request)
    here = reverse("invoices:list", args=[connection.pk])
    return {
        "listing": listing(request, sheet.grid, sheet.rows, may_edit=editing, total=sheet.number),
        "sums": sheet.sums.items(),
        "month": sheet.month,
        "unfinished": sheet.month.last >= timezone.localdate(),
        "here": here,
        "all_url": f"{here}?month={sheet.month}",
        "export": reverse("invoices:export", args=[connection.pk]),
        "columns_url": reverse("invoices:columns", args=[connection.pk]),
        "bulk": reverse("invoices:bulk", args=[connection.pk]) if editing else "",
    }


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """The view that the address describes as CSV or Excel."""
    sheet = sheet_of(connection, request.GET)
    if sheet is None:
        return redirect("invoices:list", connection.pk)
    return view_as_file(request, sheet.grid, sheet.rows, f"bursar-invoices-{sheet.month}")


@require_POST
@on_connection(Role.VIEWER)
def columns(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Remember which columns this person wants, and go back to the view without columns in its address."""
    remember_columns(request, line_grid(connection))
    return redirect(back_to(connection, request.POST.get("view", ""), without="columns"))


def back_to(connection: Connection, view: str, *, without: str = "") -> str:
    """The list as it was looked at; `view` is its address query, kept to parameters and never another site."""
    query = QueryDict(view, mutable=True)
    query.pop(without, None)
    return f"{reverse('invoices:list', args=[connection.pk])}{'?' if query else ''}{query.urlencode()}"
