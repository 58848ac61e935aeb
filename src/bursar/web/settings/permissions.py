"""Settings › Permissions: what the API member's role grants against what the journeys need (rule 11)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone

from bursar.domain.errors import BursarError
from bursar.domain.permissions import Act, Journey
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.check_permissions import Checked, check_permissions, journeys_of, last_check
from bursar.web.access import on_connection
from bursar.web.partial import wants_part
from bursar.web.settings.permission_rows import permission_rows, table_rows
from bursar.wiring import connectwise

RESULT = "settings/parts/permission_result.html"


@on_connection(Role.VIEWER)
def permissions(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The page, with the last result."""
    return render(request, "settings/permissions.html", _context(connection, last_check(connection)))


@on_connection(Role.OPERATOR)
def run_permission_check(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask ConnectWise now."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        with connectwise(connection) as psa:
            checked = check_permissions(connection, psa, timezone.now(), request.POST.get("member", ""))
    except BursarError as error:
        return _failed(request, connection, error)
    if wants_part(request):
        return render(request, RESULT, _context(connection, checked))
    messages.success(request, "The permissions were checked.")
    return redirect("settings:permissions", connection.pk)


def _failed(request: HttpRequest, connection: Connection, error: BursarError) -> HttpResponse:
    """What went wrong above the last result, which stays."""
    context = _context(connection, last_check(connection)) | {"error": error}
    return render(request, RESULT if wants_part(request) else "settings/permissions.html", context)


def _context(connection: Connection, checked: Checked | None) -> dict[str, object]:
    report = checked.report if checked else None
    enabled = checked.journeys if checked else journeys_of(connection)
    return {
        "checked": checked,
        "acts": list(Act),
        "journeys": list(Journey),
        "rows": permission_rows(report, enabled),
        "tables": table_rows(report, enabled),
        "usable": connection.state != Connection.State.DISCONNECTED,
    }
