"""When an agreement is invoiced: its billing cycle cut into periods."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from psa_sandbox.state.record import day, flag, target, text
from psa_sandbox.state.store import Record, Store

MONTHS = {"Monthly": 1, "BiMonthly": 2, "Quarterly": 3, "SemiAnnual": 6, "Yearly": 12}
DAYS = {"Weekly": 7, "BiWeekly": 14}
ONE_TIME = "NotRecurring"
DEFAULT_OPTION = "Monthly"
_ONE_DAY = timedelta(days=1)
_FIRST_MONDAY = date(1, 1, 1)


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both inclusive."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has, both ends counted."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Slice:
    """The part of one full billing period that something was active in."""

    active: Period
    full: Period

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the full period is missing."""
        return self.active == self.full


@dataclass(frozen=True)
class Cycle:
    """A billing option [spec: BillingCycle.billingOptions] laid over the calendar or over the contract.

    A calendar cycle cuts at months, quarters, half years and years, weeks at Monday; a contract cycle
    counts from `anchor`, the billing start. BiMonthly is read as every second month.
    """

    option: str
    on_calendar: bool
    anchor: date

    @property
    def is_one_time(self) -> bool:
        """Whether there is only one period, without an end."""
        return self.option == ONE_TIME

    def full_period(self, moment: date) -> Period:
        """The whole period that holds a day."""
        if self.is_one_time:
            return Period(min(self.anchor, moment), date.max)
        if self.option in DAYS:
            return self._days_around(moment, DAYS[self.option])
        return self._months_around(moment, MONTHS[self.option])

    def slices(self, active: Period) -> Iterator[Slice]:
        """The active days, cut at the borders of the periods."""
        start = active.start
        while start <= active.end:
            full = self.full_period(start)
            end = min(full.end, active.end)
            yield Slice(Period(start, end), full)
            if end == date.max:
                return
            start = end + _ONE_DAY

    def _days_around(self, moment: date, length: int) -> Period:
        anchor = _FIRST_MONDAY if self.on_calendar else self.anchor
        start = moment - timedelta(days=(moment - anchor).days % length)
        return Period(start, start + timedelta(days=length - 1))

    def _months_around(self, moment: date, length: int) -> Period:
        anchor = date(self.anchor.year, 1, 1) if self.on_calendar else self.anchor
        months = (moment.year - anchor.year) * 12 + moment.month - anchor.month
        blocks = months // length
        if add_months(anchor, blocks * length) > moment:
            blocks -= 1
        start, following = (add_months(anchor, count * length) for count in (blocks, blocks + 1))
        return Period(start, following - _ONE_DAY)


def add_months(moment: date, months: int) -> date:
    """The same day some months later (or earlier), the month's last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(moment.day, last))


def billing_start(agreement: Record) -> date | None:
    """The first day an agreement bills for: billStartDate, else startDate."""
    return day(agreement, "billStartDate") or day(agreement, "startDate")


def billing_end(agreement: Record) -> date | None:
    """The last day an agreement bills for: endDate unless noEndingDateFlag, dateCancelled once cancelled."""
    ends = []
    if not flag(agreement, "noEndingDateFlag"):
        ends.append(day(agreement, "endDate"))
    if flag(agreement, "cancelledFlag"):
        ends.append(day(agreement, "dateCancelled"))
    return min((end for end in ends if end is not None), default=None)


def cycle_of(store: Store, agreement: Record) -> Cycle:
    """The cycle of an agreement; monthly on the calendar when it names none. Raises ValueError when the
    agreement has no billing start."""
    start = billing_start(agreement)
    if start is None:
        raise ValueError("an agreement without a billing start has no billing cycle")
    return Cycle(_option(store, agreement), text(agreement, "invoicingCycle") != "ContractYear", start)


def next_period(store: Store, agreement: Record) -> Period | None:
    """What the next invoice covers: from nextInvoiceDate to the end of that full period.

    None when the agreement bills for nothing any more.
    """
    start, last = day(agreement, "nextInvoiceDate"), billing_end(agreement)
    if start is None or (last is not None and start > last):
        return None
    return Period(start, cycle_of(store, agreement).full_period(start).end)


def _option(store: Store, agreement: Record) -> str:
    if flag(agreement, "billOneTimeFlag"):
        return ONE_TIME
    return text(target(store, agreement, "billingCycle", "billingCycle"), "billingOptions") or DEFAULT_OPTION
