"""One document: its journal beside the record it came from, where it stands, and everything that was done about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerDocument
from bursar.web.access import on_connection, person_of
from bursar.web.ledger.document_history import decisions_about, writes_for
from bursar.web.ledger.document_rows import DocumentRow, can_be_posted
from bursar.web.ledger.documents import DOCUMENTS
from bursar.web.ledger.journal_view import journals_of, readable
from bursar.web.remedies import LEDGER, remedy_for

SOURCE_SHOWN = 200_000
"""Characters of the record that are shown; nobody reads more on a page."""


@on_connection(Role.VIEWER)
def document(request: HttpRequest, connection: Connection, document_id: int) -> HttpResponse:
    """Everything about one document. What can be done with it asks first, on a page of its own."""
    rows = LedgerDocument.objects.select_related("book", "delivered_to", "batch", "agreed_in", "seen_in")
    found = get_object_or_404(rows, connection=connection, pk=document_id)
    found.connection = connection
    row = DocumentRow(found)
    may_change = Role(person_of(request).role).allows(Role.OPERATOR)
    context = {
        "connection": connection,
        "row": row,
        "back": DOCUMENTS.back_to(connection, request.GET.get("view", "")),
        "view": request.GET.get("view", ""),
        "remedy": remedy_for(connection, found.code, found.remedy, LEDGER),
        "journals": journals_of(found),
        "source": readable(found.source[:SOURCE_SHOWN]),
        "exceptions": found.exceptions.filter(closed_at=None).exclude(code=found.code),
        "writes": writes_for(found),
        "decisions": decisions_about(found),
        "may_change": may_change,
        "may_post": may_change and can_be_posted(found),
        "may_void": may_change and found.is_delivered and found.batch_id is None,
        "bulk": DOCUMENTS.url("bulk", connection),
        "decide_url": reverse("ledger:document-decide", args=[connection.pk, found.pk]),
    }
    return render(request, "ledger/document.html", context)
