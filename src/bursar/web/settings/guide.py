"""Settings › Set-up guide: security role, API member and key, step by step."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bursar.domain import setup_guide
from bursar.domain.permissions import Act, Journey
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import on_connection


@on_connection(Role.VIEWER)
def guide(request: HttpRequest, _connection: Connection) -> HttpResponse:
    """The page."""
    context = {
        "lead": setup_guide.LEAD,
        "steps": setup_guide.STEPS,
        "acts": list(Act),
        "rows": setup_guide.level_rows(),
        "accounting": setup_guide.level_rows([Journey.ACCOUNTING]),
        "tables": setup_guide.tables(),
    }
    return render(request, "settings/guide.html", context)
