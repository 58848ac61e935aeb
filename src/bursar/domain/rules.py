"""Charge-date and naming rules: what would be sent is derived from the line and today's settings (decision 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from bursar.domain.period import Month


class EndRule(StrEnum):
    """How a charge end date is set (rule 18)."""

    LAST_DAY_OF_INVOICE_MONTH = "Last day of invoice month"
    FIRST_DAY_OF_FOLLOWING_MONTH = "First day of following month"

    def date_for(self, invoice_month: Month) -> date:
        return invoice_month.last if self is EndRule.LAST_DAY_OF_INVOICE_MONTH else invoice_month.next.first


class StartRule(StrEnum):
    """How a charge start date is moved (rule 19)."""

    FIRST_DAY_OF_NEXT_MONTH = "First day of next month"

    def date_for(self, start: date) -> date:
        """A start that is already the first of a month stays (rule 20, decision 6)."""
        return start if start.day == 1 else Month.of(start).next.first


class Badge(StrEnum):
    """Where a shown value comes from (rule 62)."""

    NONE = ""
    SYSTEM = "System Updated"
    USER = "User Updated"


@dataclass(frozen=True, slots=True)
class ChargeRules:
    """The configuration of dates and names. One rule per charge type and per billing cycle at most."""

    end: Mapping[ChargeType, EndRule] = field(default_factory=dict)
    start: Mapping[BillingCycle, StartRule] = field(default_factory=dict)
    names: Mapping[ChargeType, str] = field(default_factory=dict)

    def sent_name(self, charge_type: ChargeType) -> str:
        """The charge type's name for ConnectWise; a blank custom name restores the default (rule 21)."""
        return self.names.get(charge_type.for_rules, "").strip() or charge_type.for_rules.value


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person set on one line by hand. None or False: nothing was set."""

    company_id: int | None = None
    product_id: int | None = None
    agreement_id: int | None = None
    charge_start: date | None = None
    charge_end: date | None = None
    approved: bool = False
    """Post although a setting withholds such lines for review."""
    adopt: int | None = None
    """Take over this existing Addition instead of creating one (rule 99)."""
    keep_both: bool = False
    """A similar Addition that a person made is something else: create ours beside it."""
    overwrite: bool = False
    """Write although our Addition was edited in ConnectWise (rule 97)."""
    post_again: bool = False
    """Create a new Addition although ours was deleted in ConnectWise (rule 97)."""
    by_hand: bool = False
    """A person bills it in ConnectWise without Bursar."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The values that would be sent, each with its badge."""

    effective: date
    cancelled: date | None
    charge_name: str
    start_badge: Badge = Badge.NONE
    end_badge: Badge = Badge.NONE
    name_badge: Badge = Badge.NONE

    @property
    def reversed(self) -> bool:
        """Whether the dates exclude each other (rule 68)."""
        return self.cancelled is not None and self.cancelled < self.effective


def derive(line: InvoiceLine, overrides: Overrides, rules: ChargeRules) -> Derived:
    """Manual beats rule beats default (rules 63 and 65-67, decision 5).

    A recurring charge of a longer cycle ends with the month it starts in: left open, a monthly Agreement would bill the
    whole term's price every month (ADR 11).
    """
    effective, start_badge = _start(line, overrides, rules)
    cancelled, end_badge = _end(line, overrides, rules, effective)
    name = rules.sent_name(line.charge_type)
    renamed = name != line.charge_type.for_rules.value
    return Derived(effective, cancelled, name, start_badge, end_badge, Badge.SYSTEM if renamed else Badge.NONE)


def _start(line: InvoiceLine, overrides: Overrides, rules: ChargeRules) -> tuple[date, Badge]:
    if overrides.charge_start:
        return overrides.charge_start, Badge.USER
    if rule := rules.start.get(line.billing_cycle):
        return rule.date_for(line.charge_start), Badge.SYSTEM
    return line.charge_start, Badge.NONE


def _end(line: InvoiceLine, overrides: Overrides, rules: ChargeRules, effective: date) -> tuple[date | None, Badge]:
    if overrides.charge_end:
        return overrides.charge_end, Badge.USER
    if rule := rules.end.get(line.charge_type.for_rules):
        return rule.date_for(line.month), Badge.SYSTEM
    if not line.recurring:
        return line.charge_end, Badge.NONE
    return (None if line.billing_cycle is BillingCycle.MONTHLY else Month.of(effective).last), Badge.NONE
