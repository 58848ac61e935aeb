"""Decide what becomes of documents whose two sides differ: post anew, or accept what the books have."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from bursar.domain.books.present import Consent
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerDocument
from bursar.usecases.agree_documents import decide
from bursar.web.access import on_connection
from bursar.web.ledger.documents import ACCEPT, REPOST, WITHDRAW

CONSENTS: dict[str, Consent | None] = {REPOST: Consent.REPOST, ACCEPT: Consent.ACCEPT, WITHDRAW: None}
SAYS = {
    REPOST: "will be posted anew. Export, look at it, and post it.",
    ACCEPT: "is accepted as the books have it. Export, and post it to have it batched.",
    WITHDRAW: "is undecided again.",
}


@require_POST
@on_connection(Role.OPERATOR)
def decide_one(request: HttpRequest, connection: Connection, document_id: int) -> HttpResponse:
    """One document: `do` is repost, accept or withdraw."""
    found = get_object_or_404(LedgerDocument, connection=connection, pk=document_id)
    deed = request.POST.get("do", "")
    if deed not in CONSENTS:
        raise Http404
    try:
        decide(found, CONSENTS[deed])
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        messages.success(request, f"{found.title} {SAYS[deed]}")
    return redirect("ledger:document", connection.pk, found.pk)


def decide_many(rows: QuerySet[LedgerDocument], deed: str) -> str:
    """The same for many; what it cannot be said of stays as it is, and is counted."""
    done, left = 0, dict[str, int]()
    for row in rows.order_by("pk"):
        try:
            decide(row, CONSENTS[deed])
        except InvalidInput as error:
            left[error.sentence] = left.get(error.sentence, 0) + 1
        else:
            done += 1
    reasons = " ".join(f"{number:,}: {sentence}" for sentence, number in left.items())
    stay = f" {sum(left.values()):,} stay as they were. {reasons}" if left else ""
    return f"{done:,} decided.{stay} Export to see what posting will do."
