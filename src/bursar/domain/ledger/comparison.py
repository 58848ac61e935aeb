"""Balances of two ledgers, side by side: per month, account and currency (reconciliation)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from bursar.domain.ledger.journal import Journal
from bursar.domain.money import ZERO
from bursar.domain.period import Month


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What a balance belongs to."""

    period: Month
    account: str
    currency: str


Balances: TypeAlias = Mapping[Place, Decimal]
"""Movement of each month, debit positive."""


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """One place where two ledgers disagree; a side that has nothing there counts as zero."""

    place: Place
    ours: Decimal
    theirs: Decimal

    @property
    def amount(self) -> Decimal:
        return self.ours - self.theirs


def balances_of(journals: Iterable[Journal]) -> dict[Place, Decimal]:
    """What journals move, per month, account and currency; places that come to zero are left out."""
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for journal in journals:
        for posting in journal.postings:
            sums[Place(Month.of(journal.day), posting.account, posting.currency)] += posting.amount
    return {place: sums[place] for place in sorted(sums) if sums[place]}


def compare_balances(ours: Balances, theirs: Balances) -> list[BalanceDifference]:
    """Every disagreement, in order of period and account; none when the two ledgers agree to the cent."""
    places = sorted(ours.keys() | theirs.keys())
    pairs = (BalanceDifference(place, ours.get(place, ZERO), theirs.get(place, ZERO)) for place in places)
    return [pair for pair in pairs if pair.amount]
