"""Did what was planned arrive? Three totals per currency, and the differences by key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from bursar.domain.money import Money, Totals


@dataclass(frozen=True, slots=True)
class Expectation:
    """One planned amount, what the write's receipt said, and what a fresh read says. None: nothing was said."""

    key: str
    planned: Money
    posted: Decimal | None
    read_back: Decimal | None

    @property
    def agrees(self) -> bool:
        return self.posted == self.planned.amount == self.read_back


@dataclass(slots=True)
class Reconciliation:
    """Planned = posted = read back, per currency, or the list of what differs."""

    planned: Totals = field(default_factory=Totals)
    posted: Totals = field(default_factory=Totals)
    read_back: Totals = field(default_factory=Totals)
    differences: list[Expectation] = field(default_factory=list)

    def add(self, expectations: Iterable[Expectation]) -> None:
        """Take in more amounts; only those that differ are kept."""
        for item in expectations:
            self.planned.add(item.planned)
            currency = item.planned.currency
            self.posted.add(Money(item.posted or Decimal(0), currency))
            self.read_back.add(Money(item.read_back or Decimal(0), currency))
            if not item.agrees:
                self.differences.append(item)

    @property
    def balanced(self) -> bool:
        return not self.differences

    @property
    def verdict(self) -> str:
        """*balanced*, or *differs by …* for each currency in which a record differs."""
        if self.balanced:
            return "balanced"
        off = Totals(
            Money(self.planned[currency] - self.read_back[currency], currency)
            for currency in sorted({item.planned.currency for item in self.differences})
        )
        return f"differs by {off} in {len(self.differences)} record(s)"
