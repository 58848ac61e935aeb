"""The audit trail: list it, prove it, take it out (rule 123)."""

from datetime import datetime
from typing import Annotated

from django.http import StreamingHttpResponse
from ninja import Query
from pydantic import BaseModel, JsonValue

from bursar.api.routes import Routes
from bursar.api.values import LARGEST, PAGE, Limit, Words
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry
from bursar.store.queries.audit import AuditFilter, audit_page
from bursar.usecases.audit import audit_csv, verify_audit

routes = Routes("Audit")
Number = Annotated[int | None, Query(ge=1, le=LARGEST, description="An entry's number: `older` or `newer` of a page.")]


class AuditEntryShown(BaseModel):
    """Who did what, when and from where. Never a secret."""

    number: int
    at: datetime
    actor: str
    channel: str
    address: str
    action: str
    subject: str
    connection: str
    before: dict[str, JsonValue] | None
    after: dict[str, JsonValue] | None
    previous: str
    hash: str


class AuditPageShown(BaseModel):
    """Newest first. Ask again with `before=older` or `after=newer`; null at the ends."""

    entries: list[AuditEntryShown]
    older: int | None
    newer: int | None


class AuditVerdict(BaseModel):
    """Whether the chain holds. Note `head` down elsewhere: it proves that nothing was cut off."""

    intact: bool
    entries: int
    head: str
    fault_at: int | None
    fault: str | None


@routes.get("/audit", Role.ADMINISTRATOR, AuditPageShown)
def list_audit(
    connection: Annotated[Words | None, Query(description="Only entries of the connection of this name.")] = None,
    action: Annotated[Words | None, Query(description="Only this action.")] = None,
    actor: Annotated[Words | None, Query(description="Only what this actor did.")] = None,
    before: Number = None,
    after: Number = None,
    limit: Limit = PAGE,
) -> AuditPageShown:
    """The trail, newest first."""
    wanted = AuditFilter(action=action or "", actor=actor or "", connection=connection or "")
    page = audit_page(wanted, before=before, after=after, size=limit)
    return AuditPageShown(entries=[_shown(row) for row in page.entries], older=page.older, newer=page.newer)


def _shown(row: AuditEntry) -> AuditEntryShown:
    return AuditEntryShown(**{name: getattr(row, name) for name in AuditEntryShown.model_fields})


@routes.get("/audit/verification", Role.ADMINISTRATOR, AuditVerdict)
def verify_audit_trail(
    head: Annotated[
        Words | None, Query(description="A head that was noted down earlier: it must still be in the chain.")
    ] = None,
) -> AuditVerdict:
    """Walk the whole chain and say where it breaks, if it does."""
    verdict = verify_audit(head or "")
    fault = verdict.fault
    return AuditVerdict(
        intact=fault is None,
        entries=verdict.entries,
        head=verdict.head,
        fault_at=fault.number if fault else None,
        fault=fault.sentence if fault else None,
    )


@routes.get("/audit.csv", Role.ADMINISTRATOR, None, content=("text/csv",))
def export_audit() -> StreamingHttpResponse:
    """The whole trail as CSV, oldest first; before and after are JSON."""
    answer = StreamingHttpResponse(audit_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer
