"""One invoice's payments: what each source says, what ConnectWise has, and which source counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.payments.claims import Claim
from bursar.domain.plan import Resource
from bursar.domain.roles import Role
from bursar.store.models import Book, Connection, InvoiceSettlement, Posting
from bursar.store.queries.payments import claims_of
from bursar.usecases.choose_settlement import choose_settlement
from bursar.web.access import on_connection
from bursar.web.payments.settlements import SETTLEMENTS, presented

FILES = "files"
"""What a form calls the source that is no book."""
NEWEST = 50


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says of the invoice."""

    name: str
    value: str
    """What a form sends to choose it."""
    claim: Claim
    counts: bool


@on_connection(Role.VIEWER)
def settlement(request: HttpRequest, connection: Connection, settlement_id: int) -> HttpResponse:
    """Everything about one invoice's payments."""
    found = _settlement(connection, settlement_id)
    context = {
        "connection": connection,
        "row": presented(connection, [found])[0],
        "sources": _sources(connection, found),
        "writes": _writes(found),
        "back": SETTLEMENTS.back_to(connection, request.GET.get("view", "")),
        "view": request.GET.get("view", ""),
        "may_change": SETTLEMENTS.may_change(request),
        "may_post": SETTLEMENTS.may_change(request) and bool(found.fingerprint),
        "bulk": SETTLEMENTS.url("bulk", connection),
    }
    return render(request, "payments/settlement.html", context)


def _sources(connection: Connection, row: InvoiceSettlement) -> Sequence[Source]:
    books = dict(Book.objects.filter(connection=connection).values_list("pk", "name"))
    found = []
    for place, claim in enumerate(claims_of(row)):
        name = "Payment files" if claim.source is None else books.get(claim.source, "A book that was removed")
        found.append(Source(name, FILES if claim.source is None else str(claim.source), claim, place == 0))
    return found


def _writes(row: InvoiceSettlement) -> Sequence[Posting]:
    """What Bursar wrote to the invoice's payments, the newest first."""
    if not row.invoice_id:
        return ()
    rows = Posting.objects.filter(connection=row.connection_id, resource=Resource.PAYMENT, parent_id=row.invoice_id)
    return list(rows.exclude(state=Posting.State.WITHDRAWN).order_by("-pk")[:NEWEST])


@require_POST
@on_connection(Role.OPERATOR)
def choose(request: HttpRequest, connection: Connection, settlement_id: int) -> HttpResponse:
    """Let one source count; the next pull compares it."""
    found = _settlement(connection, settlement_id)
    value = request.POST.get("source", "")
    is_book = value.isascii() and value.isdigit() and len(value) <= 18
    book = get_object_or_404(Book, connection=connection, pk=value) if is_book else None
    if not is_book and value != FILES:
        raise Http404
    try:
        choose_settlement(found, book)
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        name = book.name if book else "What payment files say"
        messages.success(request, f"{name} counts for invoice {found.number}. Pull payments to compare it.")
    return redirect("payments:settlement", connection.pk, found.pk)


def _settlement(connection: Connection, settlement_id: int) -> InvoiceSettlement:
    rows = InvoiceSettlement.objects.select_related("book", "agreed_in")
    found = get_object_or_404(rows, connection=connection, pk=settlement_id)
    found.connection = connection
    return found
