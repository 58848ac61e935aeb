"""Mapping: what is loaded, and what each record is in ConnectWise (rules 31-33). Mapped by command for now."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.store.queries.mapping_list import Records, offers_matching, organizations_matching
from bursar.web.access import on_connection
from bursar.web.mapping.forms import RecordFilter
from bursar.web.partial import wants_part

RECORDS_A_PAGE = 50


@on_connection(Role.VIEWER)
def organizations(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Organizations of the platform and their ConnectWise companies."""
    form = RecordFilter(request.GET)
    return _answer(request, connection, form, "organizations", organizations_matching(connection, *form.chosen))


@on_connection(Role.VIEWER)
def products(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Offers of the platform and their ConnectWise products."""
    form = RecordFilter(request.GET)
    return _answer(request, connection, form, "products", offers_matching(connection, *form.chosen))


def _answer(request: HttpRequest, connection: Connection, form: RecordFilter, tab: str, found: Records) -> HttpResponse:
    context = {
        "connection": connection,
        "form": form,
        "tab": tab,
        "filtered": any(form.chosen),
        "loaded": sum(found.counts.values()),
        "counts": [(state.value, found.counts.get(state, 0)) for state in MappingState],
        "rows": Paginator(found.rows, RECORDS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "mapping/parts/records.html" if wants_part(request) else "mapping/page.html", context)
