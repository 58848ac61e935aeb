"""The audit trail: who did what, whether the chain holds, and all of it as CSV (rule 123)."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from bursar.domain.differences import Difference, differences
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry
from bursar.store.queries.audit import AuditFilter, audit_page, newest_number
from bursar.usecases.audit import audit_csv, verify_audit
from bursar.web.access import needs
from bursar.web.audit.forms import AuditForm
from bursar.web.partial import wants_part


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and what changed with it."""

    entry: AuditEntry
    changes: list[Difference]


@needs(Role.ADMINISTRATOR)
def page(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, filtered; and how many there are."""
    form = AuditForm(request.GET)
    valid = form.is_valid()
    wanted = form.wanted if valid else AuditFilter()
    found = audit_page(wanted, before=_number(request, "before"), after=_number(request, "after"))
    context = {
        "form": form,
        "filtered": wanted != AuditFilter(),
        "told": [Told(entry, differences(entry.before, entry.after)) for entry in found.entries],
        "found": found,
        "entries": newest_number(),
    }
    template = "audit/parts/trail.html" if wants_part(request) else "audit/page.html"
    return render(request, template, context, status=200 if valid else 422)


@needs(Role.ADMINISTRATOR)
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain; with a head noted earlier, also prove that nothing was cut off since."""
    expected = request.GET.get("expect", "")
    context: dict[str, object] = {"expected": expected, "entries": newest_number()}
    try:
        context["verdict"] = verify_audit(expected)
    except InvalidInput as error:
        context["problem"] = error
    template = "audit/parts/chain.html" if wants_part(request) else "audit/verify.html"
    return render(request, template, context, status=422 if "problem" in context else 200)


@needs(Role.ADMINISTRATOR)
def download(_request: HttpRequest) -> StreamingHttpResponse:
    """The whole trail as CSV, oldest first, written as it is read."""
    return StreamingHttpResponse(
        audit_csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="bursar-audit-{timezone.now():%Y-%m-%d}.csv"'},
    )


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
