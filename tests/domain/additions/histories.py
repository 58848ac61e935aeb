"""Random histories: subscriptions that appear, change, vanish and come back over several months."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bursar.domain.additions.situation import MappedLine
from bursar.domain.lines import ChargeType
from bursar.domain.period import Month
from tests.domain.samples import AGREEMENT, BACKUP, CYCLE_FEE, JAN, LICENCE, OTHER, mapped

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no reason to fail."""

QUANTITIES = st.sampled_from([Decimal(text) for text in ("0", "1", "2", "7", "2.5")])
PRICES = st.sampled_from([Decimal(text) for text in ("0", "9.99", "10", "0.0333", "12.34567")])
TOTALS = st.integers(-5000, 50000).map(lambda cents: Decimal(cents) / 100)


@dataclass(frozen=True, slots=True)
class Shape:
    """What may differ from history to history."""

    months: int = 4
    subscriptions: int = 3
    from_the_first: bool = True
    """Lines start on the first of the month; otherwise every subscription has a day of its own."""
    agreements: tuple[int | None, ...] = (None, AGREEMENT.id, OTHER.id)
    may_vanish: bool = True


class Step(NamedTuple):
    """One month: its lines, and whether everything is invoiced after it was posted."""

    month: Month
    lines: tuple[MappedLine, ...]
    invoiced: bool

    def __repr__(self) -> str:
        """Short, so that a counterexample can be read."""
        lines = "; ".join(_short(item) for item in self.lines)
        return f"<{self.month}: {lines}{' then invoiced' if self.invoiced else ''}>"


def _short(item: MappedLine) -> str:
    line = item.line
    where = f"product {item.product_id} on {item.agreement_id or 'ours'}"
    return f"{line.line_id} {line.charge_start} {line.quantity}×{line.unit_price}={line.total} {where}"


@st.composite
def recurring_line(draw: st.DrawFn, subscription: int, month: Month, day: int, shape: Shape) -> MappedLine:
    quantity, price = draw(QUANTITIES), draw(PRICES)
    computed = (quantity * price).quantize(Decimal("0.01"))
    start = month.first.replace(day=day)
    line = replace(
        CYCLE_FEE,
        line_id=f"{month}/{subscription}",
        invoice_date=month.last,
        subscription_id=f"S{subscription}",
        charge_type=draw(st.sampled_from([ChargeType.CYCLE_FEE, ChargeType.PURCHASE_FEE])),
        charge_start=start,
        charge_end=month.last,
        quantity=quantity,
        unit_price=price,
        total=draw(st.one_of(st.just(computed), TOTALS)),
    )
    return mapped(line, draw(st.sampled_from(shape.agreements)), draw(st.sampled_from([LICENCE, BACKUP])))


@st.composite
def single_line(draw: st.DrawFn, month: Month, number: int) -> MappedLine:
    kind = draw(st.sampled_from([ChargeType.USAGE_FEE, ChargeType.CORRECTION, ChargeType.ONE_TIME_FEE]))
    line = replace(
        CYCLE_FEE,
        line_id=f"{month}/once/{number}",
        invoice_date=month.last,
        charge_type=kind,
        subscription_id=draw(st.sampled_from(["S1", None])),
        charge_start=month.first,
        charge_end=month.last,
        quantity=Decimal(1),
        total=draw(TOTALS),
    )
    return mapped(line, product_id=LICENCE)


@st.composite
def histories(draw: st.DrawFn, shape: Shape) -> list[Step]:
    """Months in a row. Nothing of a month is invoiced before the month was posted."""
    days = [1 if shape.from_the_first else draw(st.integers(1, 28)) for _ in range(shape.subscriptions)]
    steps: list[Step] = []
    month = JAN
    for _ in range(draw(st.integers(1, shape.months))):
        there = [not shape.may_vanish or draw(st.integers(0, 3)) > 0 for _ in days]
        lines = [
            draw(recurring_line(number, month, day, shape))
            for number, (day, present) in enumerate(zip(days, there, strict=True))
            if present
        ]
        once = [draw(single_line(month, number)) for number in range(draw(st.integers(0, 1)))]
        steps.append(Step(month, (*lines, *once), draw(st.booleans())))
        month = month.next
    return steps
