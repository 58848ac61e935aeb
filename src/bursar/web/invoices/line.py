"""One invoice line: everything about it as a page, and the place where its values are edited (rules 62-72 and 102)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.line_values import KINDS
from bursar.web.access import on_connection
from bursar.web.invoices.editors import TITLES, editor_of, is_id, pick_control
from bursar.web.invoices.saving import save
from bursar.web.invoices.showing import answer, lines_to_show, row_of
from bursar.web.invoices.views import may_edit


@on_connection(Role.VIEWER)
def line(request: HttpRequest, connection: Connection, pk: int) -> HttpResponse:
    """The line's page. htmx gets its row of the list, with an editor in it if `edit` names a column.

    A POST saves; without htmx it comes back to this page.
    """
    found = get_object_or_404(lines_to_show(connection), pk=pk)
    editing = may_edit(request)
    if request.method == "POST":
        if not editing:
            raise PermissionDenied
        return save(request, connection, found)
    row = row_of(connection, found)
    key = request.GET.get("edit", "")
    if not (editing and key in TITLES and not row.posted):
        return answer(request, connection, row)
    text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
    return answer(request, connection, row, editor_of(connection, row, key, text=text))


@on_connection(Role.OPERATOR)
def hits(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The list of a picker while somebody types; what is ticked stays."""
    key = request.GET.get("key", "")
    if key not in KINDS:
        raise Http404
    prefix = request.GET.get("prefix", "")
    text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
    ticked = request.GET.get("value", "")
    control = pick_control(connection, key, text, int(ticked) if is_id(ticked) else None, prefix=prefix)
    return render(request, "invoices/editors/hits.html", {"control": control})
