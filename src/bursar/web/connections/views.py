"""Connections: the table of them, and what can be done with each (Managing Connections)."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Line
from bursar.usecases import connections as changes
from bursar.usecases.check_connection import check_stored
from bursar.web.access import needs
from bursar.web.connections.forms import BehaviourForm
from bursar.web.settings.authentication_outcome import told
from bursar.wiring import connectwise

LIST = "connections:list"


@needs(Role.VIEWER)
def connection_list(request: HttpRequest) -> HttpResponse:
    """Every connection with its state."""
    return render(request, "connections/list.html", {"rows": _rows()})


@needs(Role.ADMINISTRATOR)
def edit(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Name and behaviour; credentials are on Settings › Authentication, and the type stays."""
    connection = get_object_or_404(Connection, pk=connection_id)
    form = BehaviourForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        try:
            changes.change_behaviour(connection, form.cleaned_data["name"], form.options())
        except InvalidInput as error:
            connection.refresh_from_db()
            form.add_error(None, f"{error.sentence} {error.remedy}")
        else:
            messages.success(request, f"'{connection.name}' is saved.")
            return redirect(LIST)
    status = 422 if form.errors else 200
    return render(request, "connections/edit.html", {"form": form, "connection": connection}, status=status)


@needs(Role.OPERATOR)
def test(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Call ConnectWise with the stored keys, and note what that proves."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        with connectwise(connection) as psa:
            outcome = told(check_stored(connection, psa, timezone.now()))
    except BursarError as error:
        messages.error(request, f"Test is not successful. {error.sentence} {error.remedy}")
        return redirect(LIST)
    said = [outcome.title, outcome.detail, *(f"{each.sentence} {each.remedy}" for each in outcome.problems)]
    levels = {"success": messages.SUCCESS, "warning": messages.WARNING, "danger": messages.ERROR}
    messages.add_message(request, levels[outcome.level], f"{connection.name}: {' '.join(filter(None, said))}")
    return redirect(LIST)


@needs(Role.ADMINISTRATOR)
def make_default(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Displace the former default of the type."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    chosen = changes.make_default(get_object_or_404(Connection, pk=connection_id))
    messages.success(request, f"'{chosen.name}' is the default for {chosen.get_kind_display()}.")
    return redirect(LIST)


@needs(Role.ADMINISTRATOR)
def delete(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Remove a connection; the record of posted lines goes only when that is agreed to as well."""
    connection = get_object_or_404(Connection, pk=connection_id)
    posted = changes.posted_lines(connection)
    refused = ""
    if request.method == "POST":
        try:
            changes.remove_connection(connection, with_history=request.POST.get("with_history") == "yes")
        except InvalidInput as error:
            refused = error.sentence
        else:
            messages.success(request, f"Connection '{connection.name}' is removed.")
            return redirect(LIST)
    context = {"connection": connection, "posted": posted, "refused": refused}
    return render(request, "connections/delete.html", context, status=422 if refused else 200)


def _rows() -> QuerySet[Connection]:
    """With `posted`: whether lines of it would lose the record of where they went."""
    lines = Line.objects.filter(connection=OuterRef("pk"), link__isnull=False)
    return Connection.objects.annotate(posted=Exists(lines)).order_by("name")
