"""Connections out to a file and in from one, without secrets (decision 24)."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.connection_files import export_connections, import_connections
from bursar.usecases.connections import all_connections
from bursar.web.access import needs
from bursar.web.connections.forms import FileForm


@needs(Role.ADMINISTRATOR)
@require_POST
def export(_request: HttpRequest, connection_id: int | None = None) -> HttpResponse:
    """One connection, or all of them, as a download. Not for GET: the audit trail notes who took it."""
    chosen = all_connections() if connection_id is None else [get_object_or_404(Connection, pk=connection_id)]
    text = json.dumps(export_connections(chosen), indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": 'attachment; filename="bursar-connections.json"'}
    return HttpResponse(text + "\n", content_type="application/json", headers=headers)


@needs(Role.ADMINISTRATOR)
def take_in(request: HttpRequest) -> HttpResponse:
    """Store the connections of a file, all or none."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = import_connections(form.cleaned_data["file"])
        except InvalidInput as error:
            form.add_error("file", f"{error.sentence} {error.remedy}")
        else:
            asking = [one.connection.name for one in imported if one.asks_for_keys]
            messages.success(request, f"Connections imported: {len(imported)}.")
            if asking:
                messages.warning(request, f"Enter the keys again of: {', '.join(asking)}.")
            return redirect("connections:list")
    return render(request, "connections/import.html", {"form": form}, status=422 if form.errors else 200)
