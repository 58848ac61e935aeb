"""One delivery: its content, its end, and the rows that a load of it rejected."""

from collections.abc import Iterator
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.domain.spreadsheet import csv_lines
from bursar.store.models import Connection, Delivery, Load
from bursar.usecases.deliveries import content_of, delete_delivery, deliveries
from bursar.web.access import on_connection

ROWS_A_PAGE = 50
REJECTED = {"row_number": "Row", "reason": "Reason", "remedy": "What to do", "raw": "The row"}


@on_connection(Role.OPERATOR)
def content(_request: HttpRequest, connection: Connection, delivery_id: int) -> HttpResponse:
    """The content as it is kept, only ever to be saved."""
    delivery = get_object_or_404(deliveries(connection), pk=delivery_id)
    name = delivery.name if delivery.kind == Delivery.Kind.FILE else f"pushed-{delivery.month}.jsonl"
    return HttpResponse(content_of(delivery), content_type="application/octet-stream", headers=_attachment(name))


@require_POST
@on_connection(Role.OPERATOR)
def delete(request: HttpRequest, connection: Connection, delivery_id: int) -> HttpResponse:
    """Forget what came in; lines that were loaded from it stay."""
    delivery = get_object_or_404(deliveries(connection), pk=delivery_id)
    name = str(delivery)
    delete_delivery(delivery)
    messages.success(request, f"Deleted {name}. Lines that were loaded from it stay.")
    return redirect("deliveries:list", connection.pk)


@on_connection(Role.VIEWER)
def rejected(request: HttpRequest, connection: Connection, load_id: int) -> HttpResponse:
    """The rows of a load that could not become lines, and what to do about each."""
    load = get_object_or_404(Load, pk=load_id, connection=connection)
    page = Paginator(load.rejections.order_by("pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "deliveries/rejected.html", {"connection": connection, "load": load, "page": page})


@on_connection(Role.VIEWER)
def rejected_csv(_request: HttpRequest, connection: Connection, load_id: int) -> StreamingHttpResponse:
    """All of them, for whoever exports the file."""
    load = get_object_or_404(Load, pk=load_id, connection=connection)
    name = f"rejected-rows-{load.loaded_at:%Y-%m-%d}-{load.pk}.csv"
    return StreamingHttpResponse(
        csv_lines(list(REJECTED.values()), _rejected_rows(load)),
        content_type="text/csv; charset=utf-8",
        headers=_attachment(name),
    )


def _rejected_rows(load: Load) -> Iterator[dict[str, object]]:
    for row in load.rejections.order_by("pk").values(*REJECTED).iterator():
        yield {title: row[field] for field, title in REJECTED.items()}


def _attachment(name: str) -> dict[str, str]:
    """Saved, never shown: the browser must not guess what it is."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
    }
