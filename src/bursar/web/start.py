"""Where a visit begins, and the pages for what is closed, missing or broken."""

from django.db import connection as database
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.web.access import for_anybody, needs, person_of
from bursar.web.shell import agreement_type_chosen


@needs(Role.VIEWER)
def landing(request: HttpRequest) -> HttpResponse:
    """The Dashboard once connected and configured, else the page where the next step is (decision 2, rules 10, 26)."""
    connection = _last_or_default(request)
    if connection is None:
        administers = Role(person_of(request).role).allows(Role.ADMINISTRATOR)
        return redirect("connections:new" if administers else "connections:list")
    if not connection.connected:
        return redirect("settings:authentication", connection.pk)
    if not agreement_type_chosen(connection):
        return redirect("mapping:organizations", connection.pk)
    return redirect("dashboard:page", connection.pk)


def _last_or_default(request: HttpRequest) -> Connection | None:
    last = Connection.objects.filter(pk=request.session.get("connection") or 0).first()
    return last or Connection.objects.order_by("-is_default", "name").first()


@for_anybody
def health(_request: HttpRequest) -> HttpResponse:
    """Answers `ok` while the database does."""
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception  # Django names it when it calls
    return render(request, "web/forbidden.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception  # Django names it when it calls
    return render(request, "web/missing.html", status=404)


def broken(_request: HttpRequest) -> HttpResponse:
    """Plain, because whatever broke may break a template too."""
    return HttpResponseServerError(
        "<!doctype html><title>Bursar: error</title><h1>Something went wrong</h1>"
        "<p>Nothing was posted twice. The error is in the server's log; please try again.</p>"
    )
