"""What of a plan can still be posted, and what a choice of its entries comes to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from bursar.domain.plan import Action
from bursar.store.models import PlanEntry, Run
from bursar.store.queries.plans import writes_of


@dataclass(frozen=True, slots=True)
class Choice:
    """Some entries of a plan: what posting them would write, and what of them it would leave out."""

    counts: Mapping[str, int]
    """Writes by action; all three actions are there."""
    money: Mapping[str, Decimal]
    """What the lines behind these writes come to, per currency."""
    customers: int
    preview_only: int
    posted: int
    under_way: int
    """Writes that a posting which has not ended was asked for."""
    others: int
    """Entries that write nothing at all."""

    @property
    def writes(self) -> int:
        """How many entries would be posted."""
        return sum(self.counts.values())


def open_writes(plan: Run) -> QuerySet[PlanEntry]:
    """Writes that may be asked for now: neither for preview only, nor posted, nor being posted."""
    return writes_of(plan).filter(preview_only=False, posted=False).exclude(agreed_in__state__in=Run.ACTIVE)


def choice_of(plan: Run, entries: QuerySet[PlanEntry]) -> Choice:
    """What posting these entries of the plan comes to, in a constant number of queries."""
    chosen = entries.order_by()
    may_go = open_writes(plan).filter(pk__in=chosen.values("pk"))
    counts = dict.fromkeys((Action.CREATE.value, Action.UPDATE.value, Action.CANCEL.value), 0)
    money: dict[str, Decimal] = {}
    for action, currency, number, amount in (
        may_go.values_list("action", "currency").annotate(number=Count("pk"), sum=Sum("amount")).order_by("currency")
    ):
        counts[action] += number
        if currency:
            money[currency] = money.get(currency, Decimal(0)) + (amount or Decimal(0))
    customers = may_go.aggregate(customers=Count("company_id", distinct=True))["customers"]
    total, withheld, posted, active = _left_out(plan, chosen)
    writes = sum(counts.values())
    return Choice(counts, money, customers, withheld, posted, active, total - writes - withheld - posted - active)


def _left_out(plan: Run, chosen: QuerySet[PlanEntry]) -> tuple[int, int, int, int]:
    """How many entries there are, and how many of their writes cannot go: each counted under its first reason."""
    writes = writes_of(plan).filter(pk__in=chosen.values("pk"))
    posted = writes.filter(posted=True)
    withheld = writes.filter(posted=False, preview_only=True)
    active = writes.filter(posted=False, preview_only=False, agreed_in__state__in=Run.ACTIVE)
    return chosen.count(), withheld.count(), posted.count(), active.count()


def sums_by_action(entries: QuerySet[PlanEntry]) -> list[tuple[str, str, int, Decimal | None]]:
    """Action, currency, number and sum of these changes."""
    rows = entries.order_by().values_list("action", "currency").annotate(number=Count("pk"), sum=Sum("amount"))
    return list(rows.order_by("currency", "action"))


def counts_by_code(plan: Run, kind: str) -> list[tuple[str, int]]:
    """How many entries of a kind carry each code, the most frequent first."""
    rows = PlanEntry.objects.filter(run=plan, kind=kind).values_list("code").annotate(number=Count("pk"))
    return list(rows.order_by("-number", "code"))


def chosen_writes(
    plan: Run,
    *,
    entries: Collection[int] | None = None,
    company_ids: Collection[int] | None = None,
    actions: Collection[str] | None = None,
) -> QuerySet[PlanEntry]:
    """The writes of a plan that every list which is given holds."""
    rows = writes_of(plan)
    given = {"pk__in": entries, "company_id__in": company_ids, "action__in": actions}
    return rows.filter(**{name: list(values) for name, values in given.items() if values is not None})
