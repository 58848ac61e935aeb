"""Settings › Dictionary: which word of the one system is which of the other. Read-only (rule 25)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bursar.domain.dictionary import DICTIONARY
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import on_connection


@on_connection(Role.VIEWER)
@require_safe
def dictionary(request: HttpRequest, _connection: Connection) -> HttpResponse:
    """The page."""
    return render(request, "settings/dictionary.html", {"terms": DICTIONARY})
