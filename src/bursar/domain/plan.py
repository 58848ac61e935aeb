"""The plan: what Bursar would write to somebody else's system, and what it cannot and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bursar.domain.money import Money, Totals

FieldValue = str | int | Decimal | date | bool | None
Fields = Mapping[str, FieldValue]


class Action(StrEnum):
    """What a change does to the remote record."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"
    LEAVE = "leave"


class Resource(StrEnum):
    """Kinds of remote records that Bursar writes."""

    AGREEMENT = "agreement"
    ADDITION = "addition"
    PARTY = "party"
    """A customer or supplier in the books."""
    ITEM = "item"
    """An item in the books."""
    DOCUMENT = "document"
    """An invoice, credit, bill or journal in the books."""
    BATCH = "batch"
    """An accounting batch in ConnectWise."""
    PAYMENT = "payment"
    """A payment on an invoice in ConnectWise."""


@dataclass(frozen=True, slots=True)
class Change:
    """One intended write. `key` is the business key, unique per connection; `needs` names changes that go first."""

    key: str
    action: Action
    resource: Resource
    after: Fields
    before: Fields | None = None
    remote_id: int | None = None
    parent_id: int | None = None
    parent_key: str | None = None
    """The change that creates the parent, when it does not exist yet."""
    company_id: int | None = None
    lines: tuple[str, ...] = ()
    total: Money | None = None
    """What the lines behind this change come to; None for changes that carry no line."""
    found: Decimal | None = None
    """What the record that is left as it is comes to, as the other system says."""
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        return self.action is not Action.LEAVE

    @property
    def differences(self) -> dict[str, tuple[FieldValue, FieldValue]]:
        """Field → (before, after) for every field that this change would alter."""
        before = self.before or {}
        return {name: (before.get(name), value) for name, value in self.after.items() if before.get(name) != value}


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something that cannot be posted: a code for programs, one sentence and a remedy for people."""

    subject: str
    code: str
    sentence: str
    remedy: str
    lines: tuple[str, ...] = ()
    total: Money | None = None
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning that stops nothing."""

    subject: str
    code: str
    sentence: str


@dataclass(slots=True)
class Plan:
    """Changes in ordered stages, and what is blocked. A change in a later stage may need one in an earlier stage."""

    stages: list[list[Change]] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def changes(self) -> Iterable[Change]:
        return (change for stage in self.stages for change in stage)

    @property
    def writes(self) -> list[Change]:
        """The changes that would send something."""
        return [change for change in self.changes if change.writes]

    @property
    def is_empty(self) -> bool:
        """Whether posting this plan would write nothing."""
        return not self.writes

    def extend(self, other: "Plan") -> None:
        """Take in another company's plan, stage by stage."""
        for stage, changes in enumerate(other.stages):
            if stage == len(self.stages):
                self.stages.append([])
            self.stages[stage].extend(changes)
        self.blocked.extend(other.blocked)
        self.notices.extend(other.notices)

    def count(self, action: Action) -> int:
        return sum(change.action is action for change in self.changes)

    @property
    def planned(self) -> Totals:
        """What all planned and left changes come to, per currency."""
        return Totals(change.total for change in self.changes if change.total)

    @property
    def held(self) -> Totals:
        """What is blocked, per currency."""
        return Totals(blocked.total for blocked in self.blocked if blocked.total)
