"""What the API member's own security role grants: its settings where they can be read, else probes (rule 11)."""

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from bursar.connectors.connectwise.permission_probes import Probe
from bursar.connectors.connectwise.query import field
from bursar.connectors.connectwise.reader import Reader
from bursar.connectors.connectwise.resources import API_MEMBERS, MEMBERS, ROLE_SETTINGS, SECURITY_ROLES
from bursar.connectors.connectwise.session import Session, read_as
from bursar.connectors.connectwise.wire import (
    MEMBER_LIST,
    ROLE,
    ROLE_SETTING_LIST,
    Reference,
    RoleRecord,
    RoleSettingRecord,
)
from bursar.domain.errors import NotFound, NotPermitted
from bursar.domain.permissions import TABLE_SETUP, Act, Box, Grant, Level, Permission, RoleGrants, Source

NO_ROW = "The settings of the role have no row of this name."
NOT_THIS_ROLE = (
    "The settings of this role say otherwise than ConnectWise's answer to a request: "
    "check that the Member ID belongs to the keys of this connection."
)
_LEVELS = {level.value.casefold(): level for level in (Level.NONE, Level.MY, Level.ALL)}
_INQUIRE_SETUP = Box(TABLE_SETUP, Act.INQUIRE)


@dataclass(frozen=True, slots=True)
class RoleReader:
    """Reads the role of one PSA's API member. ConnectWise does not say whose keys are used, so a person names it."""

    session: Session
    reader: Reader
    pool: Executor

    def granted(self, boxes: Collection[Box], member: str) -> RoleGrants:
        """What the role grants in these boxes. Raises NotFound when nobody has this Member ID."""
        role = self._role_of(member.strip()) if member.strip() else None
        settings = self._settings(role, boxes) if role else None
        if role is None or settings is None:
            return RoleGrants(role.name if role else "", Source.PROBES, self._probed(boxes))
        readable = self._probed([box for box in boxes if box.act is Act.INQUIRE])
        grants = {box: _agreed(settings.get(box), readable.get(box)) for box in boxes}
        return RoleGrants(role.name, Source.SETTINGS, grants)

    def _role_of(self, member: str) -> Reference | None:
        """The role of the member; None when members may not be read."""
        query = {"conditions": str(field("identifier").is_(member))}
        try:
            for endpoint in (API_MEMBERS, MEMBERS):
                for record in self.reader.walk(endpoint, MEMBER_LIST, query):
                    return record.role
        except NotPermitted:
            return None
        raise NotFound(
            f"ConnectWise has no API member with the Member ID {member}.",
            remedy="Use the Member ID that stands on System > Members > API Members, or leave it empty.",
        )

    def _settings(self, role: Reference, boxes: Collection[Box]) -> Mapping[Box, Grant] | None:
        """What the settings say; None when they may not be read."""
        if role.id is None:
            return None
        try:
            answer = self.session.get(SECURITY_ROLES, SECURITY_ROLES.at(record=role.id))
            record = read_as(ROLE, answer, SECURITY_ROLES)
            rows = list(self.reader.walk(ROLE_SETTINGS, ROLE_SETTING_LIST, parent=role.id))
        except NotPermitted:
            return None
        by_row = {_row(row.module, row.function): row for row in rows}
        return {box: _set(box, record, by_row) for box in boxes if not box.table}

    def _probed(self, boxes: Collection[Box]) -> dict[Box, Grant]:
        asked = [box for box in boxes if box != _INQUIRE_SETUP]
        grants = dict(zip(asked, self.pool.map(Probe(self.session), asked), strict=True))
        if _INQUIRE_SETUP in boxes:
            grants[_INQUIRE_SETUP] = _any_table([grant for box, grant in grants.items() if box.table])
        return grants


def _any_table(tables: Collection[Grant]) -> Grant:
    """Table Setup may be inquired when one of its tables was read; none at all means that the box itself is off."""
    if any(grant.level is Level.SOME for grant in tables):
        return Grant(Level.SOME)
    doubtful = next((grant for grant in tables if grant.level is None), None)
    return doubtful or Grant(Level.NONE if tables else None, "" if tables else "No table was asked for.")


def _set(box: Box, role: RoleRecord, rows: Mapping[tuple[str, str], RoleSettingRecord]) -> Grant:
    if role.inactive:
        return Grant(Level.NONE, "The role is inactive.")
    if role.administrator:
        return Grant(Level.ALL)
    row = rows.get(_row_of(box.permission))
    if row is None:
        return Grant(None, NO_ROW)
    text = {Act.ADD: row.add, Act.EDIT: row.edit, Act.DELETE: row.delete, Act.INQUIRE: row.inquire}[box.act]
    level = _LEVELS.get(text.casefold())
    return Grant(level, "" if level else f"The settings say '{text}'.")


def _agreed(written: Grant | None, tried: Grant | None) -> Grant:
    """The settings count, unless a request to ConnectWise went otherwise. Tables stand in no settings."""
    if written is None:
        return tried or Grant(None, NO_ROW)
    if tried is None or tried.level is None or written.level is None:
        return written
    contradicted = (tried.level is Level.NONE) is not (written.level is Level.NONE)
    return Grant(None, NOT_THIS_ROLE) if contradicted else written


def _row(module: str, function: str) -> tuple[str, str]:
    return module.casefold(), function.casefold()


def _row_of(permission: Permission) -> tuple[str, str]:
    return _row(permission.module, permission.name)
