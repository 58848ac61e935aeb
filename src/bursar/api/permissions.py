"""What the API member's security role grants, against what the journeys need (rule 11)."""

from datetime import datetime

from django.utils import timezone
from pydantic import BaseModel, Field

from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.values import Given, Id, Words, connection_at
from bursar.domain.permissions import Act, Finding, Journey, Level, Source, Verdict
from bursar.domain.roles import Role
from bursar.usecases.check_permissions import Checked, check_permissions, last_check

routes = Routes("Permissions")
AT = "/connections/{int:connection_id}/permissions"


class FindingShown(BaseModel):
    """One box of the security role: who needs it, what is granted, which box to tick."""

    module: str
    permission: str
    act: Act
    table: str
    journeys: list[Journey]
    verdict: Verdict
    level: Level | None
    reason: str
    remedy: str


class ReportShown(BaseModel):
    """A check: when, by whom, and every needed box."""

    checked_at: datetime
    checked_by: str
    member: str
    role: str
    source: Source
    complete: bool = Field(description="Whether nothing is missing or unknown.")
    findings: list[FindingShown]


class LastReport(BaseModel):
    """The last check; null when there was none."""

    report: ReportShown | None


class CheckWanted(Given):
    """`member`: the API member's Member ID, with which its role is read; null takes that of the last check."""

    member: Words | None = Field(default=None, max_length=60)


@routes.get(AT, Role.VIEWER, LastReport)
def get_permissions(connection_id: Id) -> LastReport:
    """The last check, compared with what the journeys need today."""
    checked = last_check(connection_at(connection_id))
    return LastReport(report=_shown(checked) if checked else None)


@routes.post(AT, Role.OPERATOR, ReportShown, may=REMOTE)
def check_role_permissions(connection_id: Id, wanted: CheckWanted) -> ReportShown:
    """Ask ConnectWise now. Nothing is changed there."""
    connection = connection_at(connection_id)
    with talking_to(connection) as psa:
        return _shown(check_permissions(connection, psa, timezone.now(), wanted.member))


def _shown(checked: Checked) -> ReportShown:
    report = checked.report
    return ReportShown(
        checked_at=checked.at,
        checked_by=checked.by,
        member=checked.member,
        role=report.role,
        source=report.source,
        complete=not report.missing and not report.unknown,
        findings=[_finding(finding) for finding in report.findings],
    )


def _finding(finding: Finding) -> FindingShown:
    box = finding.box
    return FindingShown(
        module=box.permission.module,
        permission=box.permission.name,
        act=box.act,
        table=box.table,
        journeys=sorted(finding.journeys),
        verdict=finding.verdict,
        level=finding.level,
        reason=finding.reason,
        remedy=finding.remedy,
    )
