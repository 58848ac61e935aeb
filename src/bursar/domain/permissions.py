"""What the API member's security role must allow: which box each journey needs, against what the role grants.

The boxes are those of System > Security Roles in ConnectWise. Rows and levels of the accounting journey are as
published for accounting integrations (billing platforms 3.2); those of the others are what Bursar calls, with the
contacts that peers ask for where Agreements are created (T3). Rule 11.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Journey(StrEnum):
    """What Bursar can be used for, as far as permissions go."""

    BILLING = "Billing"
    ORGANIZATIONS = "Organization sync"
    PRODUCTS = "Product creation"
    ACCOUNTING = "Accounting"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Journey.BILLING: "post Additions and create the Agreements for them",
    Journey.ORGANIZATIONS: "read the companies, to map them",
    Journey.PRODUCTS: "create and update catalogue products",
    Journey.ACCOUNTING: "export GL batches to the books and bring payments back",
}
ENABLED = frozenset({Journey.BILLING, Journey.ORGANIZATIONS})
"""The journeys of every connection. Accounting comes with the first book; the others are shown, and not asked for."""


class Act(StrEnum):
    """A column of the security role."""

    ADD = "Add"
    EDIT = "Edit"
    DELETE = "Delete"
    INQUIRE = "Inquire"


class Level(StrEnum):
    """How far a box goes."""

    NONE = "None"
    MY = "My"
    ALL = "All"
    SOME = "My or All"
    """A request went through, which cannot tell the two apart."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A row of the security role."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module} > {self.name}"


TABLE_SETUP = Permission("System", "Table Setup")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to allow: a column of a row, or one `table` behind the Customize link of Table Setup."""

    permission: Permission
    act: Act
    table: str = ""

    def __str__(self) -> str:
        return f"{self.permission} > Customize: {self.table}" if self.table else f"{self.permission}: {self.act}"

    def remedy(self, role: str) -> str:
        """Which box to tick, for a role by its name."""
        where = f"In ConnectWise, System > Security Roles > {role or 'the role of the API member'}: {self.permission}"
        if self.table:
            return f"{where} > Customize: allow access to {self.table}"
        return f"{where}: set {self.act} to All"


_LETTERS = {"A": Act.ADD, "E": Act.EDIT, "D": Act.DELETE, "I": Act.INQUIRE}

# Module and row, then the levels that must be All for billing, organization sync, product creation and accounting.
_ROWS = """
Companies      | Company Maintenance   | I   | I |     | I
Companies      | Contacts              | I   |   |     |
Companies      | Manage Attachments    |     |   |     | I
Finance        | Accounting Interface  |     |   |     | AEDI
Finance        | Agreements            | AEI |   |     |
Finance        | Billing View Time     |     |   |     | I
Finance        | Invoicing             |     |   |     | EDI
Procurement    | Inventory Adjustments |     |   |     | I
Procurement    | Product Catalog       | I   |   | AEI | I
Procurement    | Products              |     |   |     | I
Procurement    | Purchase Orders       |     |   |     | I
Project        | Project Headers       |     |   |     | I
Service Desk   | Service Tickets       |     |   |     | I
System         | Member Maintenance    |     |   |     | I
System         | My Company            | I   |   |     | I
System         | Table Setup           | I   |   | I   | I
Time & Expense | Expense Report Entry  |     |   |     | I
Time & Expense | Time Entry            |     |   |     | I
"""

_TABLES = """
Agreements / Agreement Type    | I |   |   |
Company / Company Status       | I |   |   |
General / Currency             | I |   |   |
General Ledger / GL Accounts   |   |   |   | I
Invoicing / Billing Cycle      | I |   |   |
Invoicing / Billing Terms      | I |   |   | I
Products / Product Category    | I |   | I |
Products / Product Subcategory | I |   | I |
Products / Product Type        | I |   | I |
Products / UOM                 | I |   | I |
"""


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _boxes(permission: Permission, columns: Sequence[str], table: str = "") -> dict[Box, frozenset[Journey]]:
    """Each box of a row with the journeys that need it."""
    found: dict[Box, frozenset[Journey]] = {}
    for letter, act in _LETTERS.items():
        needed_by = {journey for journey, letters in zip(Journey, columns, strict=True) if letter in letters}
        if needed_by:
            found[Box(permission, act, table)] = frozenset(needed_by)
    return found


def _needs() -> dict[Box, frozenset[Journey]]:
    found: dict[Box, frozenset[Journey]] = {}
    for module, name, *columns in _cells(_ROWS):
        found |= _boxes(Permission(module, name), columns)
    for table, *columns in _cells(_TABLES):
        found |= _boxes(TABLE_SETUP, columns, table)
    return found


NEEDS: Mapping[Box, frozenset[Journey]] = _needs()
"""Every box that some journey needs, in the order of the published table, then the tables to customise. All at All."""


def boxes_for(journeys: Collection[Journey]) -> Sequence[Box]:
    """The boxes that these journeys need together."""
    return [box for box, needed_by in NEEDS.items() if needed_by & set(journeys)]


class Source(StrEnum):
    """How it was found out what a role grants."""

    SETTINGS = "settings"
    PROBES = "probes"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the role grants in a box; the level is None when nobody could tell, and `reason` says why."""

    level: Level | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoleGrants:
    """What was read of a role. `role` is its name, empty when ConnectWise does not show it to this member."""

    role: str
    source: Source
    grants: Mapping[Box, Grant]


class Verdict(StrEnum):
    """What a comparison says about a box."""

    GRANTED = "granted"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One needed box: who needs it, what is granted, and what to do."""

    box: Box
    journeys: frozenset[Journey]
    verdict: Verdict
    level: Level | None
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class PermissionReport:
    """Needed against granted, in the order of the published table."""

    role: str
    source: Source
    findings: Sequence[Finding]

    @property
    def missing(self) -> Sequence[Finding]:
        return [finding for finding in self.findings if finding.verdict is Verdict.MISSING]

    @property
    def unknown(self) -> Sequence[Finding]:
        return [finding for finding in self.findings if finding.verdict is Verdict.UNKNOWN]


def journeys_with(*, books: bool) -> frozenset[Journey]:
    """The journeys of a connection that has books, or none."""
    return ENABLED | {Journey.ACCOUNTING} if books else ENABLED


NOT_ASKED = "It was not asked for."


def compare(granted: RoleGrants, journeys: Collection[Journey] = ENABLED) -> PermissionReport:
    """What the journeys need against what the role grants."""
    findings = [_finding(box, frozenset(journeys), granted) for box in boxes_for(journeys)]
    return PermissionReport(granted.role, granted.source, findings)


def _finding(box: Box, journeys: frozenset[Journey], granted: RoleGrants) -> Finding:
    grant = granted.grants.get(box, Grant(None, NOT_ASKED))
    verdict = _verdict(grant.level)
    remedy = "" if verdict is Verdict.GRANTED else box.remedy(granted.role)
    return Finding(box, NEEDS[box] & journeys, verdict, grant.level, grant.reason, remedy)


def _verdict(level: Level | None) -> Verdict:
    """Bursar works for the whole company, so only All is enough where the level is known."""
    if level is None:
        return Verdict.UNKNOWN
    return Verdict.GRANTED if level in (Level.ALL, Level.SOME) else Verdict.MISSING
