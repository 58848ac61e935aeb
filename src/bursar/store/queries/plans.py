"""Plans as they were made: the newest of a month, and its entries."""

from django.db.models import QuerySet

from bursar.domain.plan import Action
from bursar.store.models import Connection, PlanEntry, Run

PLAN_VERB = "plan lines"


def newest_plan(connection: Connection, month: str | None = None, verb: str = PLAN_VERB) -> Run | None:
    """The plan asked for last, of a month or of any, that has been made to its end; None when there is none."""
    plans = Run.objects.filter(connection=connection, verb=verb)
    return newest_made(plans if month is None else plans.filter(month=month))


def plans_alike(plan: Run) -> QuerySet[Run]:
    """This plan and all others of the same: of one month, or of the end of the same Additions on the same day.

    The newest of them that was made to its end replaces the others.
    """
    alike = Run.objects.filter(connection=plan.connection_id, verb=plan.verb, month=plan.month)
    return alike if plan.verb == PLAN_VERB else alike.filter(request=plan.request)


def newest_made(alike: QuerySet[Run]) -> Run | None:
    """The plan asked for last that has been made to its end."""
    return alike.filter(state=Run.State.DONE).order_by("-started_at").first()


def changes_of(plan: Run) -> QuerySet[PlanEntry]:
    """What would be created, changed, cancelled, or is left as it is."""
    return PlanEntry.objects.filter(run=plan, kind=PlanEntry.Kind.CHANGE)


def writes_of(plan: Run) -> QuerySet[PlanEntry]:
    """The changes that send something."""
    return changes_of(plan).exclude(action=Action.LEAVE)


def blocked_of(plan: Run) -> QuerySet[PlanEntry]:
    """What cannot be posted, and why."""
    return PlanEntry.objects.filter(run=plan, kind=PlanEntry.Kind.BLOCKED)


def warnings_of(plan: Run) -> QuerySet[PlanEntry]:
    """What stops nothing but should be known."""
    return PlanEntry.objects.filter(run=plan, kind=PlanEntry.Kind.WARNING)
