"""What the plans of all companies come to together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.cli.output import Listing, counted, money_column
from bursar.domain.money import ZERO, Totals
from bursar.domain.plan import Action, Plan
from bursar.usecases.plan_additions import MonthLines

NAMES = {
    "planned": "planned",
    "posted": "posted",
    "read_back": "read back",
    "held": "blocked",
    "excluded": "left out on purpose",
}
"""Kinds of totals as people call them, in the order of a table."""
INTENDED = {Action.CREATE: "to create", Action.UPDATE: "to update", Action.CANCEL: "to cancel"}
WRITTEN = {Action.CREATE: "created", Action.UPDATE: "updated", Action.CANCEL: "cancelled"}
"""The actions that write, as a plan and as a run speak of them."""


@dataclass(slots=True)
class PlanTally:
    """Counts of changes and sums per currency, taken in plan by plan."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*Action, "blocked"), 0))
    planned: Totals = field(default_factory=Totals)
    held: Totals = field(default_factory=Totals)
    excluded: Totals = field(default_factory=Totals)

    def add(self, plan: Plan) -> None:
        """Take one plan in."""
        for action in Action:
            self.counts[action] += plan.count(action)
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
    return sum(counts.get(action, 0) for action in INTENDED)


def counts_sentence(counts: Mapping[str, int], words: Mapping[Action, str] = INTENDED) -> str:
    """How many of what, nothing left out."""
    written = ", ".join(f"{counts.get(action, 0)} {word}" for action, word in words.items())
    kept = f"{counts.get('leave', 0)} as they should be, {counts.get('blocked', 0)} blocked"
    lines = f"{counted(counts.get('lines', 0), 'line')} ({counts.get('excluded', 0)} left out on purpose)"
    return f"{lines}: {written}, {kept}."


def show_totals(totals: Mapping[str, Mapping[str, Decimal]]) -> None:
    """One row per currency."""
    kinds = [kind for kind in NAMES if kind in totals]
    listing = Listing("Currency", *(money_column(NAMES[kind].capitalize()) for kind in kinds))
    for currency in sorted({currency for sums in totals.values() for currency in sums}):
        listing.row(currency, *(f"{totals[kind].get(currency, ZERO):z,.2f}" for kind in kinds))
    listing.show()
