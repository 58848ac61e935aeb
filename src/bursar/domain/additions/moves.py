"""A subscription that is billed on another Agreement of the company from now on ends on the old one."""

from dataclasses import replace
from datetime import date

from bursar.domain.additions.changes import end
from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, period_of
from bursar.domain.additions.wanted import Wanted, block
from bursar.domain.period import day_before
from bursar.domain.plan import Action, Blocked, Change


def move(wanted: Wanted, target: AgreementTarget, changes: list[Change], present: Present) -> list[Change] | Blocked:
    """The changes with the endings on other Agreements before them.

    A move is known, not guessed from absence, so the guards of vanished subscriptions do not apply.
    """
    start = _start_of(wanted, changes)
    left = [member for member in _elsewhere(wanted, target, start, present) if _is_left(member, start, changes)]
    if any(change.parent_id in {member.agreement_id for member in left} for change in changes):
        return changes
    endings: list[Change] = []
    for member in left:
        last_day = day_before(period_of(start, present.situation.agreements.get(member.agreement_id)))
        if last_day < member.start:
            return _cannot_end(wanted, member, start)
        endings.append(end(member, last_day, f"Billed on another Agreement from {start}."))
    keys = tuple(ending.key for ending in endings)
    return [*endings, *(_after(change, keys) for change in changes)]


def _elsewhere(wanted: Wanted, target: AgreementTarget, start: date, present: Present) -> list[Member]:
    """What is billed on other Agreements when the line starts, and was not posted for a later month."""
    target_id = None if isinstance(target, NewAgreement) else target.id
    month = present.situation.month
    return [
        member
        for member in present.elsewhere(target_id, wanted.marker.series)
        if (member.is_open or member.covers(start)) and (member.link is None or member.link.last_month <= month)
    ]


def _is_left(member: Member, start: date, changes: list[Change]) -> bool:
    """A line that changes nothing does not end what started after it: the subscription moved on since."""
    return member.start <= start or any(change.writes for change in changes)


def _after(change: Change, keys: tuple[str, ...]) -> Change:
    """What is billed waits for the endings; other endings do not."""
    if change.action in {Action.CANCEL, Action.LEAVE}:
        return change
    return replace(change, needs=(*change.needs, *keys))


def _start_of(wanted: Wanted, changes: list[Change]) -> date:
    starts = (change.after["effective"] for change in changes if change.action is not Action.CANCEL)
    return max([wanted.effective, *(start for start in starts if isinstance(start, date))])


def _cannot_end(wanted: Wanted, member: Member, start: date) -> Blocked:
    return block(
        wanted.source,
        "cannot_move",
        f"Addition {member.addition.id} on Agreement {member.agreement_id} bills this subscription from {member.start},"
        f" so it cannot end before {start}, when the line's Agreement would take over.",
        "Delete that Addition in ConnectWise, or choose its Agreement for the line.",
    )
