"""Which of our Additions somebody changed, ended or deleted in ConnectWise, for people to decide about (rule 97)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bursar.domain.additions.accepted import conflicts
from bursar.domain.additions.drift import EXISTS, Edits, edits_of, ended_by_hand, open_edits
from bursar.domain.additions.present import Member
from bursar.domain.additions.situation import BillingSettings, Link, MappedLine, Situation
from bursar.domain.additions.wanted import Wanted, want
from bursar.domain.identity import AdditionKind, one_time_marker, recurring_marker
from bursar.domain.plan import Plan
from bursar.domain.psa import Addition

CONFLICT = "accepted_edit_conflict"
WAITING = frozenset({"edited_in_connectwise", "ended_in_connectwise", "deleted_in_connectwise", CONFLICT})
"""Codes of lines that wait for a decision about drift."""


class DriftKind(StrEnum):
    """What happened to an Addition of ours."""

    EDITED = "edited"
    ENDED = "ended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class FoundDrift:
    """One Addition that is not as Bursar wrote it, and nobody accepted that."""

    link: Link
    kind: DriftKind
    edits: Edits
    """Field → Bursar's value, what is there now. Bursar's value is what it wrote, or what the platform says since."""
    line_id: str = ""
    """The month's line behind it, or that waits for it; empty when there is none this month."""


def find_drifts(situation: Situation, settings: BillingSettings, plan: Plan) -> list[FoundDrift]:
    """Everything that waits for a decision in a company's month, as the plan of that month sees it."""
    lines = _Lines(situation, settings, plan)
    return [found for link in situation.links if _matters(link, situation) and (found := _drift(link, lines))]


def _matters(link: Link, situation: Situation) -> bool:
    """History that Bursar ended itself is no drift, unless its end was taken back or moved on."""
    if _was_ended_before(link, situation):
        addition = _addition_of(link, situation)
        return addition is not None and "cancelled" in edits_of(addition, link) and not ended_by_hand(addition, link)
    return link.marker.kind is AdditionKind.RECURRING or link.last_month >= situation.month.previous


def _was_ended_before(link: Link, situation: Situation) -> bool:
    """Whether a later Addition took over, or its end lies before the month and the month before."""
    if link.marker.kind is not AdditionKind.RECURRING:
        return False
    others = [k for k in situation.links if k.marker.series == link.marker.series and k is not link]
    if any(_age(other) > _age(link) for other in others):
        return True
    end = link.written.get("cancelled")
    return isinstance(end, date) and end < situation.month.previous.first


def _age(link: Link) -> tuple[object, int]:
    return (link.last_month, link.marker.generation)


def _addition_of(link: Link, situation: Situation) -> Addition | None:
    return next((a for a in situation.additions.get(link.agreement_id, ()) if a.id == link.addition_id), None)


def _drift(link: Link, lines: "_Lines") -> FoundDrift | None:
    situation = lines.situation
    line_id = lines.behind(link)
    addition = _addition_of(link, situation)
    if addition is None:
        unread = link.agreement_id in situation.agreements and link.agreement_id not in situation.additions
        silent = unread or link.accepted.get(EXISTS) is False
        return None if silent else FoundDrift(link, DriftKind.DELETED, {EXISTS: (True, False)}, line_id)
    undecided = open_edits(addition, link)
    if undecided:
        ended = "cancelled" in undecided and ended_by_hand(addition, link)
        return FoundDrift(link, DriftKind.ENDED if ended else DriftKind.EDITED, edits_of(addition, link), line_id)
    against = lines.conflicts(link, addition)
    return FoundDrift(link, DriftKind.EDITED, against, line_id) if against else None


class _Lines:
    """The month's lines by the Addition they stand for, as far as their own identities say."""

    def __init__(self, situation: Situation, settings: BillingSettings, plan: Plan) -> None:
        self.situation = situation
        self._settings = settings
        self._waiting = {i: blocked.code for blocked in plan.blocked for i in blocked.lines if blocked.code in WAITING}
        self._posted: dict[int, MappedLine] = {}
        self._open: dict[str, list[MappedLine]] = {}
        for source in situation.lines:
            if source.trace:
                self._posted[source.trace.addition_id] = source
            for series in _series(source, settings.scope):
                self._open.setdefault(series, []).append(source)

    def behind(self, link: Link) -> str:
        """The line that waits for a decision, else the one that was posted to the Addition."""
        own = self._open.get(link.marker.series, ())
        waiting = [source for source in own if source.line.line_id in self._waiting]
        posted = self._posted.get(link.addition_id)
        chosen = next(iter(waiting), posted or next((source for source in own if source.trace is None), None))
        return chosen.line.line_id if chosen else ""

    def conflicts(self, link: Link, addition: Addition) -> Edits:
        """What the platform says against accepted edits, on the line that the plan holds back for it."""
        for source in self._held(link.marker.series):
            wanted = want(source, self._settings, self.situation.products)
            if isinstance(wanted, Wanted):
                return conflicts(wanted, Member(link.agreement_id, addition, link.marker, link))
        return {}

    def _held(self, series: str) -> Iterator[MappedLine]:
        own: Sequence[MappedLine] = self._open.get(series, ())
        return (source for source in own if self._waiting.get(source.line.line_id) == CONFLICT)


def _series(source: MappedLine, scope: str) -> Collection[str]:
    line = source.line
    single = one_time_marker(scope, line.line_id).series
    if line.recurring and line.subscription_id:
        return (recurring_marker(scope, line.subscription_id).series, single)
    return (single,)
