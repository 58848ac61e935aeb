"""The published table of permissions, line by line, with what was found out about each box."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from bursar.domain.permissions import NEEDS, Act, Box, Finding, Journey, Permission, PermissionReport, Verdict


@dataclass(frozen=True, slots=True)
class Cell:
    """One box: who needs it, and what was found when it was checked. A box that nobody needs is empty."""

    box: Box
    enabled: Set[Journey]
    """The journeys of the connection."""
    journeys: Sequence[Journey] = ()
    finding: Finding | None = None

    @property
    def needed(self) -> bool:
        """Whether a journey of the connection needs it."""
        return bool(set(self.journeys) & self.enabled)

    @property
    def verdict(self) -> Verdict | None:
        """What was found; None when it was not checked."""
        return self.finding.verdict if self.finding else None

    @property
    def later(self) -> bool:
        """Whether only journeys that the connection does not have need it."""
        return bool(self.journeys) and not self.needed


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A row of the security role."""

    permission: Permission
    cells: Sequence[Cell]
    enabled: Set[Journey]

    @property
    def journeys(self) -> Sequence[Journey]:
        """The journeys of the connection that need something here."""
        return [journey for journey in _journeys(self.cells) if journey in self.enabled]

    @property
    def later(self) -> Sequence[Journey]:
        """The journeys that the connection does not have."""
        return [journey for journey in _journeys(self.cells) if journey not in self.enabled]

    @property
    def hint(self) -> str:
        """Which box to tick, in short; the whole way to it stands in the list of what to do."""
        missing = [cell.box for cell in self.cells if cell.verdict is Verdict.MISSING]
        if missing:
            return "Allow access" if missing[0].table else f"Set {_listed([box.act for box in missing])} to All"
        unknown = any(cell.verdict is Verdict.UNKNOWN for cell in self.cells)
        return "Compare in ConnectWise" if unknown else ""


def permission_rows(report: PermissionReport | None, enabled: Set[Journey]) -> Sequence[PermissionRow]:
    """Every line of the published table; findings are empty when nothing was checked yet."""
    findings = _by_box(report)
    rows = dict.fromkeys(box.permission for box in NEEDS if not box.table)
    return [PermissionRow(row, [_cell(Box(row, act), findings, enabled) for act in Act], enabled) for row in rows]


def table_rows(report: PermissionReport | None, enabled: Set[Journey]) -> Sequence[PermissionRow]:
    """The tables behind the Customize link of Table Setup, a row with one cell each."""
    findings = _by_box(report)
    return [PermissionRow(box.permission, [_cell(box, findings, enabled)], enabled) for box in NEEDS if box.table]


def _by_box(report: PermissionReport | None) -> Mapping[Box, Finding]:
    return {finding.box: finding for finding in report.findings} if report else {}


def _cell(box: Box, findings: Mapping[Box, Finding], enabled: Set[Journey]) -> Cell:
    needed_by = NEEDS.get(box, frozenset())
    return Cell(box, enabled, [journey for journey in Journey if journey in needed_by], findings.get(box))


def _journeys(cells: Sequence[Cell]) -> Sequence[Journey]:
    named = {journey for cell in cells for journey in cell.journeys}
    return [journey for journey in Journey if journey in named]


def _listed(acts: Sequence[Act]) -> str:
    *first, last = acts
    return f"{', '.join(first)} and {last}" if first else str(last)
