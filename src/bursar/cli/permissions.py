"""`bursar connection check-permissions`: which boxes of the API member's security role are still to be ticked."""

from typing import Annotated

import typer

from bursar.cli.adapters import open_psa, real_clock
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson
from bursar.cli.output import Listing, complain, moment, print_json, say
from bursar.domain.permissions import Finding, PermissionReport, Source, Verdict
from bursar.store.models import Connection
from bursar.usecases.check_permissions import Checked
from bursar.usecases.check_permissions import check_permissions as check
from bursar.usecases.connections import find_connection

SHAPE: Shape = {
    "": ("connection", "checked_at", "member", "role", "source", "missing", "unknown", "permissions"),
    "permissions[]": (
        *("module", "permission", "level", "table", "needed_by", "verdict", "granted", "reason", "remedy"),
    ),
}
EPILOG = epilog(
    "bursar connection check-permissions",
    "bursar connection check-permissions main --member acctsync --json",
    keys=SHAPE,
)
SOURCES = {
    Source.SETTINGS: "read from the settings of the role",
    Source.PROBES: "found out by requests that change nothing",
}


@with_store
def check_permissions(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Connection; the default one if left out.")] = None,
    member: Annotated[
        str | None,
        typer.Option("--member", metavar="ID", help="Member ID of the API member; remembered. Empty to forget it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the API member's security role with what Bursar needs. Exit code 1 when something is missing.

    With the Member ID the settings of its role are read, if the role may see them. Otherwise Bursar sends requests that
    can change nothing (an empty Agreement that ConnectWise must refuse, a change of record 0) and looks at the refusal.
    """
    connection = find_connection(name)
    with open_psa(connection) as psa:
        checked = check(connection, psa, real_clock().now(), member)
    if as_json:
        print_json(_document(connection, checked))
    else:
        _tell(checked)
    finish(trouble=bool(checked.report.missing))


def _document(connection: Connection, checked: Checked) -> dict[str, object]:
    report = checked.report
    return {
        "connection": connection.name,
        "checked_at": checked.at,
        "member": checked.member or None,
        "role": report.role or None,
        "source": report.source,
        "missing": len(report.missing),
        "unknown": len(report.unknown),
        "permissions": [_row(finding) for finding in report.findings],
    }


def _row(finding: Finding) -> dict[str, object]:
    box = finding.box
    return {
        "module": box.permission.module,
        "permission": box.permission.name,
        "level": box.act,
        "table": box.table or None,
        "needed_by": sorted(finding.journeys),
        "verdict": finding.verdict,
        "granted": finding.level,
        "reason": finding.reason,
        "remedy": finding.remedy,
    }


def _tell(checked: Checked) -> None:
    report = checked.report
    role = f"Role {report.role}" if report.role else "The role of the API member"
    say(f"{role}, {SOURCES[report.source]}, {moment(checked.at)}.")
    listing = Listing("Permission", "Needed", "Granted", "Needed by", "Result")
    for finding in report.findings:
        where = f"Table Setup: {finding.box.table}" if finding.box.table else str(finding.box.permission)
        needed = "access" if finding.box.table else f"{finding.box.act} All"
        listing.row(where, needed, _granted(finding), ", ".join(sorted(finding.journeys)), finding.verdict)
    listing.show()
    _tell_troubles(report)


def _granted(finding: Finding) -> str:
    if not finding.box.table:
        return finding.level or ""
    return {Verdict.GRANTED: "yes", Verdict.MISSING: "no", Verdict.UNKNOWN: ""}[finding.verdict]


def _tell_troubles(report: PermissionReport) -> None:
    for finding in report.missing:
        complain(f"{finding.box} is missing. {finding.reason}".strip(), finding.remedy)
    for finding in report.unknown:
        say(f"Not known: {finding.box}. {finding.reason}")
    if not report.missing and not report.unknown:
        say("Everything that Bursar needs is granted.", style="green")
    elif not report.missing:
        say("Nothing is known to be missing.")
