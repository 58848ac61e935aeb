"""What a plan is about, in a person's words: a month's lines, or the end of Additions made by hand (rule 99)."""

from collections.abc import Sequence
from dataclasses import dataclass

from bursar.domain.plan import Action
from bursar.store.models import Run
from bursar.usecases.run_requests import endings_of
from bursar.usecases.runs import PLAN_ENDINGS


@dataclass(frozen=True, slots=True)
class Subject:
    """The words for one plan."""

    name: str
    title: str
    lead: str
    actions: Sequence[Action]
    """What it may come to."""
    facts: Sequence[str] = ()
    """What was asked for."""


def month_subject(month: str) -> Subject:
    """Of a month's plan, made or not."""
    lead = "What posting would write to ConnectWise. Nothing is written before you post."
    return Subject(month, f"Plan {month}", lead, (Action.CREATE, Action.UPDATE, Action.CANCEL))


def subject_of(plan: Run) -> Subject:
    """Of any plan."""
    if plan.verb != PLAN_ENDINGS:
        return month_subject(plan.month)
    places, last_day = endings_of(plan)
    number = f"{len(places):,} {'Addition' if len(places) == 1 else 'Additions'}"
    return Subject(
        "endings",
        "Plan of endings",
        "What posting would end in ConnectWise. Nothing is written before you post.",
        (Action.CANCEL,),
        (f"Last day {last_day}", number),
    )
