"""What a new plan takes the place of: attempts that came to nothing at once, earlier plans when it is made (ADR 18)."""

from collections.abc import Collection
from uuid import UUID

from bursar.store.models import Connection, Drift, HandAddition, PlanEntry, Run, Variance
from bursar.store.queries.plans import plans_alike

FOUND_BESIDE = (HandAddition, Drift, Variance)


def forget_attempts(run: Run) -> None:
    """What this run, or another one for the same plan, kept before it failed, was stopped or was left."""
    attempts = set(plans_alike(run).exclude(state=Run.State.DONE).values_list("pk", flat=True))
    PlanEntry.objects.filter(run__in=attempts).delete()
    _forget_found(attempts)


def forget_replaced(plan: Run) -> None:
    """What this plan replaces; call in the transaction that says that it has been made.

    Entries of a plan that somebody agreed to stay, as the record of that. What was found beside a plan of all customers
    (made by hand, edited, variances) stays until another plan has looked for it.
    """
    Connection.objects.select_for_update().get(pk=plan.connection_id)  # nobody agrees to an earlier plan meanwhile
    earlier = plans_alike(plan).exclude(pk=plan.pk).filter(started_at__lt=plan.started_at)
    replaced = set(earlier.values_list("pk", flat=True))
    agreed = PlanEntry.objects.filter(run__in=replaced, agreed_in__isnull=False).values_list("run", flat=True)
    PlanEntry.objects.filter(run__in=replaced - set(agreed.distinct())).delete()
    if plan.request.get("survey") is True:
        _forget_found(replaced)


def _forget_found(runs: Collection[UUID]) -> None:
    for kept in FOUND_BESIDE:
        kept.objects.filter(run__in=runs).delete()
