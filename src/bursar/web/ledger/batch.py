"""One batch: what it holds, its GL entries as ConnectWise has them now, and undoing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.ledger.batch import BatchEntry
from bursar.domain.money import ZERO
from bursar.domain.roles import Role
from bursar.jobs.ledger import undo_batch
from bursar.store.models import Connection, LedgerBatch
from bursar.usecases.batch_by_hand import undo_request, undo_warning
from bursar.web.access import on_connection
from bursar.web.ledger.batches import BATCHES, presented
from bursar.web.ledger.document_rows import presented as document_rows
from bursar.web.ledger.downloads import FORMS
from bursar.web.ledger.under_way import under_way
from bursar.web.partial import wants_part
from bursar.wiring import connectwise

DOCUMENTS_SHOWN = 200
ENTRIES_SHOWN = 2000


@on_connection(Role.VIEWER)
def batch(request: HttpRequest, connection: Connection, batch_id: int) -> HttpResponse:
    """Its facts and its documents, as Bursar knows them; ConnectWise is not asked."""
    found = _batch(connection, batch_id)
    rows = found.documents.select_related("book", "delivered_to", "batch", "agreed_in")
    rows = rows.defer("source", "payload", "delivered").order_by("day", "pk")
    shown = list(rows[:DOCUMENTS_SHOWN])
    row = presented([found])[0]
    number = rows.count()
    context = {
        "connection": connection,
        "row": row,
        "documents": document_rows(shown),
        "number": number,
        "more": number - len(shown),
        "back": BATCHES.back_to(connection, request.GET.get("view", "")),
        "documents_url": reverse("ledger:documents", args=[connection.pk], query={"batch": found.pk}),
        "entries_url": reverse("ledger:batch-entries", args=[connection.pk, found.pk]),
        "working": under_way(connection),
        "forms": FORMS.items(),
    }
    return render(request, "ledger/batch.html", context)


@on_connection(Role.VIEWER)
def entries(request: HttpRequest, connection: Connection, batch_id: int) -> HttpResponse:
    """Its GL entries, read from ConnectWise now: a part of the batch's page, or a page of its own."""
    found = _batch(connection, batch_id)
    context: dict[str, object] = {"connection": connection, "batch": found, "shown": ENTRIES_SHOWN}
    try:
        with connectwise(connection) as psa:
            read = list(psa.accounting.batch_entries(found.remote_id))
    except BursarError as error:
        context["problem"] = error
    else:
        context |= _entries(found, read)
    part = wants_part(request)
    return render(request, "ledger/batch/entries.html" if part else "ledger/batch_entries.html", context)


def _entries(batch: LedgerBatch, read: list[BatchEntry]) -> dict[str, object]:
    meant = set(batch.entry_ids)
    return {
        "entries": [(entry, batch.ours and entry.id not in meant) for entry in read[:ENTRIES_SHOWN]],
        "number": len(read),
        "more": len(read) - ENTRIES_SHOWN,
        "apart": sum((entry.debit - entry.credit for entry in read), ZERO),
        "missing": sorted(meant - {entry.id for entry in read}) if batch.ours else [],
    }


@on_connection(Role.OPERATOR)
def undo(request: HttpRequest, connection: Connection, batch_id: int) -> HttpResponse:
    """Ask, with what lives on in the books; the identifier typed once more has the batch deleted in ConnectWise."""
    found = _batch(connection, batch_id)
    problem: BursarError | None = None
    try:
        undo_request(found)
        if request.method == "POST":
            return _undo(request, connection, found)
    except BursarError as error:
        problem = error
    context = {
        "connection": connection,
        "row": presented([found])[0],
        "warning": undo_warning(found),
        "possible": found.state == LedgerBatch.State.OPEN,
        "typed": request.POST.get("identifier", ""),
        "problem": problem,
        "back": reverse("ledger:batch", args=[connection.pk, found.pk]),
    }
    return render(request, "ledger/batch_undo.html", context, status=422 if request.method == "POST" else 200)


def _undo(request: HttpRequest, connection: Connection, batch: LedgerBatch) -> HttpResponse:
    """Raises InvalidInput when another identifier was typed, NotConfigured while disconnected."""
    if request.POST.get("identifier", "").strip() != batch.identifier:
        raise InvalidInput("This is not the batch's identifier.", remedy=f"Type: {batch.identifier}")
    run = undo_batch(batch)
    messages.success(request, f"{batch.identifier} is being undone.")
    return redirect("runs:run", connection.pk, run.pk)


def _batch(connection: Connection, batch_id: int) -> LedgerBatch:
    found = get_object_or_404(LedgerBatch.objects.select_related("book", "run"), connection=connection, pk=batch_id)
    found.connection = connection
    return found
