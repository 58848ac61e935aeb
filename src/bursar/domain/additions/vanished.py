"""Subscriptions missing from a complete month: cancel their Additions, with guards (rules 94-96, decision 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.domain.additions.drift import fields_of
from bursar.domain.additions.situation import BillingSettings, Link, Situation
from bursar.domain.identity import AdditionKind
from bursar.domain.lines import ChargeType
from bursar.domain.plan import Action, Blocked, Change, Notice, Resource
from bursar.domain.psa import Addition
from bursar.domain.rules import ChargeRules


@dataclass(frozen=True, slots=True)
class _Open:
    """One of our persistent Additions that still bills."""

    link: Link
    addition: Addition


def cancel_vanished(
    situation: Situation, settings: BillingSettings, moved: frozenset[str]
) -> tuple[list[Change], list[Blocked], list[Notice]]:
    """Cancel what vanished. `moved` are series that this month's plan bills on another agreement of the company."""
    end = _cancel_date(situation, settings.rules)
    ours = _open_additions(situation, end)
    missing = [item for item in ours if _is_missing(item, situation, moved)]
    if not missing:
        return [], [], []
    if not situation.complete:
        sentence = (
            f"{len(missing)} subscription(s) are missing, but the month was not loaded completely: none is cancelled."
        )
        return [], [], [Notice(situation.company.name, "month_incomplete", sentence)]
    if _too_many(len(missing), len(ours), settings.mass_cancel_share) and not situation.cancellations_confirmed:
        return [], [_mass_cancellation(situation, missing, len(ours), settings.mass_cancel_share)], []
    changes: list[Change] = []
    blocked: list[Blocked] = []
    for item in missing:
        if item.addition.effective and end < item.addition.effective:
            blocked.append(_not_started(situation, item, end))
        else:
            changes.append(_cancel(situation, item, end))
    names = ", ".join(item.link.subscription_name or str(item.addition.id) for item in missing)
    notice = Notice(situation.company.name, "subscription_vanished", f"Missing from {situation.month}: {names}.")
    return changes, blocked, [notice]


def _cancel_date(situation: Situation, rules: ChargeRules) -> date:
    """The last day of the previous invoice month, or what the Cycle Fee end-date rule says for that month."""
    previous = situation.month.previous
    rule = rules.end.get(ChargeType.CYCLE_FEE)
    return rule.date_for(previous) if rule else previous.last


def _open_additions(situation: Situation, end: date) -> list[_Open]:
    return [
        _Open(link, addition)
        for link in situation.links
        if link.marker.kind is AdditionKind.RECURRING and link.last_month <= situation.month
        for addition in situation.additions.get(link.agreement_id, ())
        if addition.id == link.addition_id and (addition.cancelled is None or addition.cancelled > end)
    ]


def _is_missing(item: _Open, situation: Situation, moved: frozenset[str]) -> bool:
    series = item.link.marker.series
    gone = series not in situation.seen or series in situation.moved_away
    return gone or f"{series}@{item.link.agreement_id}" in moved


def _too_many(missing: int, total: int, share: Decimal) -> bool:
    return Decimal(missing) > share * total


def _mass_cancellation(situation: Situation, missing: Sequence[_Open], total: int, share: Decimal) -> Blocked:
    names = ", ".join(item.link.subscription_name or str(item.addition.id) for item in missing)
    return Blocked(
        situation.company.name,
        "mass_cancellation",
        f"{len(missing)} of {total} subscriptions are missing from {situation.month}, more than {share:.0%}: {names}.",
        "Check with the platform that they really ended, then confirm the cancellations for this customer.",
        company_id=situation.company.id,
    )


def _not_started(situation: Situation, item: _Open, end: date) -> Blocked:
    return Blocked(
        f"{situation.company.name}: {item.link.subscription_name}",
        "cancelled_before_start",
        f"Addition {item.addition.id} starts {item.addition.effective} and cannot be cancelled by {end}.",
        "Delete the Addition in ConnectWise if it should never have been billed.",
        company_id=situation.company.id,
    )


def _cancel(situation: Situation, item: _Open, end: date) -> Change:
    before = fields_of(item.addition)
    return Change(
        key=f"{item.link.agreement_id}/{item.link.marker}",
        action=Action.CANCEL,
        resource=Resource.ADDITION,
        remote_id=item.addition.id,
        parent_id=item.link.agreement_id,
        company_id=situation.company.id,
        before=before,
        after=before | {"cancelled": end},
        notes=(f"{item.link.subscription_name or 'The subscription'} is missing from {situation.month}.",),
    )
