"""What is remarkable about a product's month, each with a sentence (rules 145, 147-149 and 151)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bursar.domain.additions.agreement_setup import setup_faults
from bursar.domain.additions.billed import Billed
from bursar.domain.additions.situation import BillingSettings, Situation
from bursar.domain.additions.variance import Charge, ProductMonth, Survey
from bursar.domain.additions.wanted import plain
from bursar.domain.identity import agreement_name, one_time_marker, recurring_marker
from bursar.domain.lines import ChargeType, InvoiceLine
from bursar.domain.money import ZERO, Money
from bursar.domain.plan import Blocked, Change, Resource

HUNDRED = Decimal(100)
AGREEMENT_CODES = frozenset(
    {
        *("company_without_contact", "agreement_ended", "agreement_not_of_company", "currency_mismatch"),
        *("before_billing_start", "prorated_twice"),
    }
)
"""Codes of what is blocked because no Agreement takes it."""


class Alert(StrEnum):
    """Why somebody should look. No name is a part of another."""

    OVER_BILLED = "over_billed"
    UNDER_BILLED = "under_billed"
    STILL_BILLED = "still_billed"
    NEW_WITHOUT_AGREEMENT = "new_without_agreement"
    QUANTITY_CHANGE = "quantity_change"
    PRICE_CHANGE = "price_change"
    AGREEMENT_SETUP = "agreement_setup"


Found = tuple[Alert, str]


@dataclass(frozen=True, slots=True)
class Variance:
    """One product's month and what is remarkable about it."""

    month: ProductMonth
    alerts: Mapping[Alert, str]


def variances(survey: Survey, settings: BillingSettings, months: Iterable[ProductMonth]) -> list[Variance]:
    """Each of the company's products with its alerts, in the order in which they should be read."""
    known = _Known(survey, settings)
    found = []
    for month in months:
        alerts: dict[Alert, list[str]] = {}
        for alert, sentence in known.about(month):
            alerts.setdefault(alert, []).append(sentence)
        found.append(Variance(month, {alert: " ".join(alerts[alert]) for alert in Alert if alert in alerts}))
    return found


class _Known:
    """What all products of a company have in common."""

    def __init__(self, survey: Survey, settings: BillingSettings) -> None:
        self.situation: Situation = survey.situation
        self.settings = settings
        self.held = {line_id: item for item in survey.postable.blocked for line_id in item.lines}
        self.refused = {line_id: item for item in survey.plan.blocked for line_id in item.lines}
        self.changes = {line_id: change for change in survey.plan.changes for line_id in change.lines}
        self.endings = _endings(survey.postable.changes)
        self.linked = {link.marker.series for link in survey.situation.links}
        self.names = {link.marker.series: link.subscription_name for link in survey.situation.links}
        self.series = {
            series
            for source in (*survey.situation.lines, *survey.by_hand)
            for series in _series_of(source.line, settings.scope)
        }
        self.last = {source.line.subscription_id for source in survey.last}

    def about(self, month: ProductMonth) -> Iterator[Found]:
        yield from self._difference(month)
        yield from self._still_billed(month)
        yield from self._new(month)
        yield from _quantity(month, self.settings.alert_share)
        yield from _prices(month, self.settings.alert_share)
        yield from self._setup(month)

    def _difference(self, month: ProductMonth) -> Iterator[Found]:
        difference = Money(abs(month.difference), month.currency)
        if month.difference > 0:
            yield Alert.OVER_BILLED, f"ConnectWise will bill {difference} more than the platform charges."
        elif month.difference < 0:
            yield Alert.UNDER_BILLED, f"ConnectWise will bill {difference} less than the platform charges."
            yield from ((Alert.UNDER_BILLED, sentence) for sentence in self._reasons(month))

    def _reasons(self, month: ProductMonth) -> Iterator[str]:
        """The first of what is blocked, and how many more."""
        held = [c.line.line_id for c in month.charges if c.line.line_id in self.held]
        if held:
            more = f" {_lines(len(held) - 1)} more cannot be posted." if len(held) > 1 else ""
            yield f"Line {held[0]} cannot be posted: {self.held[held[0]].sentence}{more}"

    def _still_billed(self, month: ProductMonth) -> Iterator[Found]:
        """An open Addition without a line (rule 149)."""
        for item in month.now:
            if item.goes_on and not item.lines and self._has_no_line(item, month):
                yield Alert.STILL_BILLED, self._still(item, month)

    def _has_no_line(self, item: Billed, month: ProductMonth) -> bool:
        return item.series not in self.series if item.series else not month.charges

    def _still(self, item: Billed, month: ProductMonth) -> str:
        agreement = self.situation.agreements.get(item.addition.agreement_id)
        where = f" on '{agreement.name}'" if agreement else ""
        who = self.names.get(item.series) or "the product" if item.series else "the product, made by hand,"
        money = Money(item.amount, month.currency) if month.currency else f"{item.amount:,.2f}"
        sentence = (
            f"Addition {item.addition.id}{where} still bills {who} at {money},"
            f" and the platform charges nothing for it in {self.situation.month}."
        )
        ending = self.endings.get(item.addition.id)
        return f"{sentence} This plan ends it on {ending.after['cancelled']}." if ending else sentence

    def _new(self, month: ProductMonth) -> Iterator[Found]:
        """A subscription that was not there last month, and for which there is no Agreement yet (rule 148)."""
        told: set[str] = set()
        for charge in month.charges:
            subscription = charge.line.subscription_id
            if not charge.line.recurring or not subscription or subscription in self.last | told:
                continue
            if recurring_marker(self.settings.scope, subscription).series in self.linked:
                continue
            if reason := self._without_agreement(charge.line.line_id):
                told.add(subscription)
                name = charge.line.subscription_name or subscription
                yield Alert.NEW_WITHOUT_AGREEMENT, f"{name} is new, and no Agreement takes it yet. {reason}"

    def _without_agreement(self, line_id: str) -> str:
        blocked: Blocked | None = self.refused.get(line_id)
        if blocked and blocked.code in AGREEMENT_CODES:
            return blocked.sentence
        change: Change | None = self.changes.get(line_id)
        return "This plan makes a new one." if change and change.parent_key else ""

    def _setup(self, month: ProductMonth) -> Iterator[Found]:
        """Agreements that lines go to, and whose settings a person should know about (rule 151)."""
        own = {charge.line.line_id for charge in month.charges}
        used = {item.addition.agreement_id for item in month.planned if own.intersection(item.lines)}
        used |= {charge.agreement_id for charge in month.charges if charge.agreement_id}
        ours = agreement_name(self.settings.agreement_type.name, self.situation.company.identifier, month.currency)
        for agreement in (self.situation.agreements[key] for key in sorted(used) if key in self.situation.agreements):
            made_by_bursar = agreement.name == ours
            for sentence in setup_faults(agreement, self.situation.month, made_by_bursar=made_by_bursar):
                yield Alert.AGREEMENT_SETUP, sentence


def _endings(changes: Iterable[Change]) -> dict[int, Change]:
    return {
        change.remote_id: change
        for change in changes
        if change.resource is Resource.ADDITION and change.remote_id and change.after.get("cancelled") and change.writes
    }


def _series_of(line: InvoiceLine, scope: str) -> Iterator[str]:
    yield one_time_marker(scope, line.line_id).series
    if line.subscription_id:
        yield recurring_marker(scope, line.subscription_id).series


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number} lines"


def _quantity(month: ProductMonth, share: Decimal) -> Iterator[Found]:
    """All subscriptions of the product together (rule 147)."""
    now, last = _subscriptions(month.charges), _subscriptions(month.last_charges)
    if not now or not last:
        return
    number, before = (sum((line.quantity for line in lines.values()), ZERO) for lines in (now, last))
    if _is_beyond(number, before, share):
        yield Alert.QUANTITY_CHANGE, f"The quantity is {plain(number)}, last month {_change(number, before)}."


def _prices(month: ProductMonth, share: Decimal) -> Iterator[Found]:
    """Each subscription against itself. A pro-rated Purchase Fee says nothing about a Cycle Fee (rules 92 and 147)."""
    last = _subscriptions(month.last_charges)
    for subscription, line in _subscriptions(month.charges).items():
        before = last.get(subscription)
        if before is None or (before.charge_type, before.billing_cycle) != (line.charge_type, line.billing_cycle):
            continue
        if _is_beyond(line.unit_price, before.unit_price, share):
            name = line.subscription_name or subscription
            change = _change(line.unit_price, before.unit_price)
            yield Alert.PRICE_CHANGE, f"{name} costs {plain(line.unit_price)} a unit, last month {change}."


def _subscriptions(charges: Iterable[Charge]) -> dict[str, InvoiceLine]:
    """The line that stands for each subscription: a Cycle Fee before others, then the one that starts last."""
    found: dict[str, InvoiceLine] = {}
    for charge in charges:
        line = charge.line
        if line.recurring and line.subscription_id:
            found[line.subscription_id] = max(found.get(line.subscription_id, line), line, key=_rank)
    return found


def _rank(line: InvoiceLine) -> tuple[bool, date, str]:
    return line.charge_type is ChargeType.CYCLE_FEE, line.charge_start, line.line_id


def _is_beyond(now: Decimal, before: Decimal, share: Decimal) -> bool:
    return abs(now - before) > share * abs(before)


def _change(now: Decimal, before: Decimal) -> str:
    """`10 (+25 %)`; without the share where there was nothing."""
    if not before:
        return plain(before)
    percent = ((now - before) / abs(before) * HUNDRED).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{plain(before)} ({percent:+f} %)"
