"""Runs that a page starts: organization sync, and a load from the stored source."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Run
from bursar.store.queries.run_list import active_run
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import LOAD_LINES, SYNC_ORGANIZATIONS
from bursar.web.access import on_connection

ORIGINS = {"dashboard": "dashboard:page", "mapping": "mapping:organizations", "runs": "runs:list"}
"""Pages with a start button; each is led back to."""


@require_POST
@on_connection(Role.OPERATOR)
def sync_organizations(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Read the companies of mapped organizations anew."""
    return _start(request, connection, SYNC_ORGANIZATIONS, {}, "Organization sync started.")


@require_POST
@on_connection(Role.OPERATOR)
def load_lines(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Load invoice lines from the connection's stored source."""
    if not connection.source:
        messages.error(request, "No source is stored. Store one with `bursar lines source PATH`.")
        return _back(request, connection)
    return _start(request, connection, LOAD_LINES, LoadRequest().as_json(), "Load started.")


def _start(
    request: HttpRequest, connection: Connection, verb: str, wanted: Mapping[str, object], said: str
) -> HttpResponse:
    if under_way := active_run(connection, verb):
        messages.info(request, _with_link("One is under way already.", under_way))
        return _back(request, connection)
    try:
        run = start_run(connection, verb, wanted)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        messages.success(request, _with_link(said, run))
    return _back(request, connection)


def _with_link(said: str, run: Run) -> SafeString:
    address = reverse("runs:run", args=[run.connection_id, run.pk])
    return format_html('{} <a class="text-reset" href="{}">See the run</a>', said, address)


def _back(request: HttpRequest, connection: Connection) -> HttpResponse:
    return redirect(ORIGINS.get(request.POST.get("origin", ""), "runs:list"), connection.pk)
