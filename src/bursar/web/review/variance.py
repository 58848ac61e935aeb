"""Variance: the platform against ConnectWise against last month, as a page and as files (rules 145-149 and 151)."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.store.queries.variances import newest_review, totals_by_currency
from bursar.usecases.mute_variance import today_in_utc
from bursar.web.access import on_connection, person_of
from bursar.web.grid.chooser import remember_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.listing import listing
from bursar.web.grid.view_state import matching
from bursar.web.partial import wants_part
from bursar.web.review.variance_grid import variance_rows


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The rows of the newest plan, what is remarkable first; their part when htmx asks."""
    plan = newest_review(connection)
    context: dict[str, object] = {"connection": connection, "tab": "variance", "plan": plan}
    if plan is not None:
        grid, rows = variance_rows(connection, plan, today_in_utc())
        found = listing(request, grid, rows)
        may_mute = Role(person_of(request).role).allows(Role.OPERATOR)
        context |= {
            "listing": found,
            "totals": totals_by_currency(matching(grid, rows, found.state)),
            "anything": bool(found.total) or rows.exists(),
            "part": "variances",
            "here": reverse("review:variance", args=[connection.pk]),
            "export": reverse("review:variance-export", args=[connection.pk]),
            "columns_url": reverse("review:variance-columns", args=[connection.pk]),
            "bulk": reverse("review:variance-bulk", args=[connection.pk]) if may_mute else "",
        }
    return render(request, "review/variance/rows.html" if wants_part(request) else "review/variance.html", context)


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """The view that the address describes as CSV or Excel."""
    grid, rows = variance_rows(connection, shown_plan(connection), today_in_utc())
    return view_as_file(request, grid, rows, "bursar-variance")


@on_connection(Role.VIEWER)
def _columns(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Remember which columns this person wants."""
    if plan := newest_review(connection):
        remember_columns(request, variance_rows(connection, plan, today_in_utc())[0])
    return redirect(back_to(connection, request.POST.get("view", ""), without="columns"))


columns = require_POST(_columns)


def shown_plan(connection: Connection) -> Run:
    """The plan whose rows are shown. Raises Http404 before there is one."""
    plan = newest_review(connection)
    if plan is None:
        raise Http404
    return plan


def back_to(connection: Connection, view: str, *, without: str = "") -> str:
    """The list as it was looked at; `view` is its address query, kept to parameters and never another site."""
    query = QueryDict(view, mutable=True)
    query.pop(without, None)
    return f"{reverse('review:variance', args=[connection.pk])}{'?' if query else ''}{query.urlencode()}"
