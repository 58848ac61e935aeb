"""Many mappings at once: ask first, then do it, and tell how many (rules 37, 38, 42 and 150)."""

from typing import TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization
from bursar.usecases.mapping_by_hand import BulkReport, Deed, change_many
from bursar.usecases.pilot import PilotReport, set_posting
from bursar.web.access import View, on_connection
from bursar.web.grid.grid import BulkAction
from bursar.web.grid.selection import Selection
from bursar.web.mapping.tabs import ENABLE, PREVIEW, Tab
from bursar.web.mapping.views import Source, back_to

M = TypeVar("M", Organization, Offer)

NAMED = 10
"""How many of the selected rows are named before it is done."""


def bulk_view(tab: Tab, source: Source[M]) -> View[...]:
    """A bulk action: without `confirmed` it asks; when the number of rows has changed since, it asks again."""

    @on_connection(Role.OPERATOR)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        grid, every = source(connection)
        selection = Selection.sent(request)
        action = grid.action(request.POST.get("do", ""))
        rows = selection.of(grid, every)
        number = rows.count()
        back = back_to(tab, connection, selection.view)
        if action is None or not number:
            messages.warning(request, f"Nothing was done: select at least one {tab.one} first.")
            return redirect(back)
        if selection.confirmed != number:
            return _ask(request, tab, connection, action, selection, rows)
        report = _do(connection, tab, rows, action.key)
        messages.success(request, _said(action, report))
        return redirect(back)

    return require_POST(view)


def _ask(
    request: HttpRequest,
    tab: Tab,
    connection: Connection,
    action: BulkAction,
    selection: Selection,
    rows: QuerySet[M],
) -> HttpResponse:
    number = rows.count()
    first = list(rows.values_list("name", flat=True)[:NAMED])
    context = {
        "connection": connection,
        "action": action,
        "sentence": action.sentence.format(rows=f"{number:,} {tab.one if number == 1 else tab.name}"),
        "selection": selection,
        "rows": number,
        "first": first,
        "more": number - len(first),
        "asked_again": selection.confirmed is not None,
        "bulk": tab.url("bulk", connection),
        "back": back_to(tab, connection, selection.view),
    }
    return render(request, "grid/confirm.html", context)


def _do(connection: Connection, tab: Tab, rows: QuerySet[M], key: str) -> BulkReport | PilotReport:
    if key not in {ENABLE, PREVIEW}:
        return change_many(connection, tab.kind, rows, Deed(key))
    chosen = Organization.objects.filter(connection=connection, pk__in=rows.order_by().values("pk"))
    return set_posting(connection, chosen, enabled=key == ENABLE)


def _said(action: BulkAction, report: BulkReport | PilotReport) -> str:
    left = f" {report.left:,} stay as they were." if report.left else ""
    return f"{action.title}: {report.changed:,} changed.{left}"
