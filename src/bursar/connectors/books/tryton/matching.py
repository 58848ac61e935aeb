"""Which payment settles which invoice, where Tryton only says that some lines settle one another. Pure.

Tryton reconciles whole groups of lines of one account. Within a group the oldest is paid first by what came in first,
so that the same group always gives the same parts, and they come to what each line owes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a group; `amount` debit positive, in the currency of the group."""

    id: int
    amount: Decimal
    day: date
    owner: int | None = None
    """The invoice it belongs to: of one invoice's own lines the ones are set against the others first."""


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one line settles one other."""

    settled: Item
    by: Item
    amount: Decimal


def matched(items: Iterable[Item]) -> list[Part]:
    """Parts of a group, oldest first. Lines of one invoice against one another come first."""
    group = sorted(items, key=lambda item: (item.day, item.id))
    left = {item.id: abs(item.amount) for item in group}
    debits = [item for item in group if item.amount > ZERO]
    payments = [item for item in group if item.amount < ZERO]
    parts: list[Part] = []
    for own in (True, False):
        for debit in debits:
            for payment in payments:
                if own and (debit.owner is None or debit.owner != payment.owner):
                    continue
                amount = min(left[debit.id], left[payment.id])
                if amount:
                    left[debit.id] -= amount
                    left[payment.id] -= amount
                    parts.append(Part(debit, payment, amount))
    return parts
