"""What the plans of all companies come to together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.domain.money import Totals
from bursar.domain.plan import Action, Plan
from bursar.usecases.plan_additions import MonthLines

WRITES = (Action.CREATE, Action.UPDATE, Action.CANCEL)
"""The actions that send something, in the order in which people read them."""


@dataclass(slots=True)
class PlanTally:
    """Counts of changes and sums per currency, taken in plan by plan."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*(a.value for a in Action), "blocked"), 0))
    planned: Totals = field(default_factory=Totals)
    held: Totals = field(default_factory=Totals)
    excluded: Totals = field(default_factory=Totals)

    def add(self, plan: Plan) -> None:
        """Take one plan in."""
        for action in Action:
            self.counts[action.value] += plan.count(action)
        self.counts["blocked"] += len(plan.blocked)
        self.planned.merge(plan.planned)
        self.held.merge(plan.held)

    def finish(self, lines: MonthLines) -> None:
        """Take in what no plan speaks of."""
        self.counts |= {"lines": lines.count, "excluded": lines.excluded}
        self.excluded.merge(lines.excluded_totals)

    @property
    def writes(self) -> int:
        """How many writes there would be."""
        return written_in(self.counts)

    @property
    def totals(self) -> Mapping[str, Mapping[str, Decimal]]:
        """Per kind, a sum for each currency."""
        return {"planned": self.planned, "held": self.held, "excluded": self.excluded}


def written_in(counts: Mapping[str, int]) -> int:
    """How many writes the counts speak of."""
    return sum(counts.get(action, 0) for action in WRITES)
