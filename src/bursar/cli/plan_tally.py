"""Counts and totals of plans and runs, as a person reads them."""

from collections.abc import Mapping
from decimal import Decimal

from bursar.cli.output import Listing, counted, money_column
from bursar.domain.money import ZERO
from bursar.domain.plan import Action

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
