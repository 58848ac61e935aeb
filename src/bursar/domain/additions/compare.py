"""Wanted against present: create, update, cancel-and-create, leave, or blocked (rules 84-85, 89-99, decision 10)."""

from dataclasses import dataclass, replace

from bursar.domain.additions.accepted import with_accepted
from bursar.domain.additions.one_time import charge_once
from bursar.domain.additions.present import Present
from bursar.domain.additions.recurring import persist
from bursar.domain.additions.targets import AgreementTarget
from bursar.domain.additions.wanted import Wanted
from bursar.domain.plan import Blocked, Change


@dataclass(frozen=True, slots=True)
class Compared:
    """The changes of one line, and the line as they post it."""

    wanted: Wanted
    changes: list[Change]


def compare(wanted: Wanted, target: AgreementTarget, present: Present) -> Compared | Blocked:
    """The changes that turn what is there into what the line wants; a list of one LEAVE when it is so already."""
    merged = with_accepted(wanted, target, present)
    outcome = persist(merged, target, present) if wanted.recurring else wanted
    if isinstance(outcome, Blocked):
        return outcome
    if not isinstance(outcome, list):
        single = replace(wanted, marker=outcome.marker, cancelled=outcome.cancelled)
        merged = with_accepted(single, target, present)
        outcome = charge_once(merged, target, present)
    return outcome if isinstance(outcome, Blocked) else Compared(merged, outcome)
