"""Where a plan stands: shown, being made, come to nothing, or replaced."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bursar.store.models import Connection, Run
from bursar.store.queries.plans import newest_made, plans_alike
from bursar.usecases.plan_state import month_plans, newest_attempt
from bursar.web.runs.account import PLANS


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the plan of a month, or one plan, stands."""

    plan: Run | None = None
    """The one that is looked at, made to its end."""
    making: Run | None = None
    """An attempt that has not ended."""
    failed: Run | None = None
    """The newest attempt, when it came to no plan."""
    newest: Run | None = None
    """The plan to look at instead of the one that was asked for."""
    gone: bool = False
    """The lists of the plan that was asked for have been removed, because a newer one replaced it."""

    @classmethod
    def of_month(cls, connection: Connection, month: str) -> "Moment":
        """With the newest plan of the month."""
        alike = month_plans(connection, month)
        attempt = newest_attempt(alike)
        plan = attempt if _is_made(attempt) else newest_made(alike)
        if plan is not None:
            plan.connection = connection
        return cls(plan, *_to_come(attempt))

    @classmethod
    def of_plan(cls, asked: Run) -> "Moment":
        """With this very plan."""
        alike = plans_alike(asked)
        if not _is_made(asked):
            return cls(None, *_to_come(asked), newest=newest_made(alike))
        attempt = newest_attempt(alike)
        if attempt == asked:
            return cls(asked)
        newest = _other(alike, asked)
        return cls(asked, *_to_come(attempt), newest=newest, gone=newest is not None and not asked.plan.exists())

    @property
    def shown(self) -> Run | None:
        """The plan whose lists are there to be shown."""
        return None if self.gone else self.plan

    @property
    def settled(self) -> bool:
        """Whether it may be posted or made again: nothing newer is there or on its way."""
        return self.making is None and self.newest is None


def _is_made(attempt: Run | None) -> bool:
    return attempt is not None and attempt.state == Run.State.DONE


def _to_come(attempt: Run | None) -> tuple[Run | None, Run | None]:
    """The attempt as one under way, or as one that came to nothing."""
    if attempt is None or _is_made(attempt):
        return None, None
    return (attempt, None) if attempt.active else (None, attempt)


def _other(alike: QuerySet[Run], asked: Run) -> Run | None:
    newest = newest_made(alike)
    return None if newest == asked else newest


def plan_at(connection: Connection, plan_id: UUID) -> Run:
    """A run that makes a plan, whatever came of it. Raises Http404."""
    plan = get_object_or_404(Run, pk=plan_id, connection=connection, verb__in=PLANS)
    plan.connection = connection
    return plan


def made_plan_at(connection: Connection, plan_id: UUID) -> Run:
    """A plan that has been made to its end. Raises Http404."""
    plan = plan_at(connection, plan_id)
    if not _is_made(plan):
        raise Http404
    return plan
