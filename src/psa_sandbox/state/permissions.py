"""What a security role lets a caller do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.record import flag, reference
from psa_sandbox.state.store import Record, Store

Action = Literal["add", "edit", "delete", "inquire"]
Level = Literal["None", "My", "All"]

DENIED = "You do not have security permission to perform this action."


@dataclass(frozen=True)
class Caller:
    """Who makes a request: a member's identifier, and the id of the security role."""

    identifier: str
    role_id: int | None

    def level(self, store: Store, function: str, action: Action) -> Level:
        """How far the role goes on a line such as "Agreements"; an admin role goes all the way."""
        role = store.get("securityRole", self.role_id) if self.role_id is not None else None
        if role is None or flag(role, "inactiveFlag"):
            return "None"
        if flag(role, "adminFlag"):
            return "All"
        settings = store.rows("securityRoleSetting", securityRoleId=self.role_id)
        line = next((row for row in settings if row.get("moduleFunctionName") == function), {})
        return _level(line.get(f"{action}Level"))

    def demand(self, store: Store, function: str, action: Action) -> Level:
        """The level, at least My. Raises Refusal 403 with the vendor's message."""
        level = self.level(store, function, action)
        if level == "None":
            raise denied()
        return level

    def owns(self, record: Record) -> bool:
        """Whether a record counts as "My": the caller entered it (our reading)."""
        info = record.get("_info")
        return isinstance(info, dict) and info.get("enteredBy") == self.identifier


def caller_for(member: Record) -> Caller:
    """The caller that a member or API member is."""
    return Caller(str(member.get("identifier")), reference(member, "securityRole"))


def denied() -> Refusal:
    """403 as the vendor words it [guide]."""
    return Refusal(403, "Security", DENIED)


def _level(value: object) -> Level:
    if value == "All":
        return "All"
    return "My" if value == "My" else "None"
