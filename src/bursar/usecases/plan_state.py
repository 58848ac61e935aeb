"""How a month's plan stands: which months there are, what is being made, and what has changed since it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bursar.store.models import AuditEntry, Connection, Load, Run
from bursar.store.queries.plans import newest_plan
from bursar.usecases.run_requests import plan_options_of
from bursar.usecases.runs import DAILY_SYNC, PLAN_LINES, POST_LINES

WITHOUT_EFFECT = (
    *("plan agreed to", "run requested", "run stopped", "permissions checked", "connections exported"),
    *("connection renamed", "integration disconnected", "default connection chosen"),
)
"""What the audit trail tells of a connection and no plan depends on."""
RUNS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Since:
    """Something that happened after a plan was asked for, and may make it another one."""

    at: datetime
    actor: str
    what: str


def loaded_months(connection: Connection) -> list[str]:
    """Months of which something was loaded, the newest first. Reads one small row per load."""
    months = Load.objects.filter(connection=connection).order_by().values_list("months", flat=True)
    return sorted({month for some in months for month in some}, reverse=True)


def month_plans(connection: Connection, month: str) -> QuerySet[Run]:
    """All plans of a month, whatever came of them."""
    return Run.objects.filter(connection=connection, verb=PLAN_LINES, month=month)


def newest_attempt(plans: QuerySet[Run]) -> Run | None:
    """The one of these plans that was asked for last, whatever came of it."""
    return plans.order_by("-started_at").first()


def plans_of(connection: Connection) -> Sequence[Run]:
    """The newest plan of each month that has been made to its end, the newest month first."""
    made = Run.objects.filter(connection=connection, verb=PLAN_LINES, state=Run.State.DONE).order_by("started_at")
    return sorted({run.month: run for run in made}.values(), key=lambda run: run.month, reverse=True)


def changed_since(plan: Run) -> Since | None:
    """The newest thing since a plan was asked for that it may not know: a load, a decision of people, a posting."""
    found = [since for since in (_decided(plan), _loaded(plan), _posted(plan)) if since]
    return max(found, key=lambda since: since.at, default=None)


def still_confirmed(connection: Connection, month: str) -> frozenset[int]:
    """Companies whose many cancellations somebody confirmed in the newest plan: as long as nothing was loaded since."""
    plan = newest_plan(connection, month)
    if plan is None or _loaded(plan) is not None:
        return frozenset()
    return plan_options_of(plan).confirm_cancellations_of


def _decided(plan: Run) -> Since | None:
    entries = AuditEntry.objects.filter(connection=plan.connection.name).exclude(action__in=WITHOUT_EFFECT)
    newest = entries.order_by("-number").first()
    if newest is None or newest.at <= plan.started_at:
        return None
    return Since(newest.at, newest.actor, f"{newest.action} ({newest.subject})")


def _loaded(plan: Run) -> Since | None:
    later = Load.objects.filter(connection=plan.connection, loaded_at__gt=plan.started_at)
    months = later.order_by("-loaded_at").values_list("loaded_at", "months")
    return next((Since(at, "", "lines loaded") for at, some in months if plan.month in some), None)


def _posted(plan: Run) -> Since | None:
    """A posting of something else than this plan. Runs of a connection are carried out in the order they came in."""
    runs = Run.objects.filter(
        connection=plan.connection, verb__in=(POST_LINES, DAILY_SYNC), started_at__gt=plan.started_at
    ).order_by("-started_at")[:RUNS_LOOKED_AT]
    for run in runs:
        if run.ended_at is not None and run.request.get("plan") != str(plan.pk) and run.counts:
            return Since(run.started_at, run.requested_by, f"{run.verb} {run.month}".strip())
    return None
