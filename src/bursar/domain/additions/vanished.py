"""Subscriptions missing from a complete month: cancel their Additions, with guards (rules 94-96, decision 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.domain.additions.drift import fields_of
from bursar.domain.additions.situation import BillingSettings, Link, Situation
from bursar.domain.identity import AdditionKind
from bursar.domain.lines import ChargeType
from bursar.domain.period import Month
from bursar.domain.plan import Action, Blocked, Change, Notice, Resource
from bursar.domain.psa import Addition
from bursar.domain.rules import ChargeRules


@dataclass(frozen=True, slots=True)
class _Open:
    """One of our persistent Additions that still bills."""

    link: Link
    addition: Addition


def cancel_vanished(
    situation: Situation, settings: BillingSettings
) -> tuple[list[Change], list[Blocked], list[Notice]]:
    """Cancel what vanished from the month, and what is billed to another company from now on."""
    end = _cancel_date(situation.month.previous, settings.rules)
    ours = _open_additions(situation, end)
    absent = [item for item in ours if item.link.marker.series not in situation.seen]
    missing = absent if situation.complete else []
    missing += [item for item in ours if _went_to_another_company(item.link, situation)]
    notices = [_incomplete(situation, absent)] if absent and not situation.complete else []
    if not missing:
        return [], [], notices
    if _too_many(len(missing), len(ours), settings.mass_cancel_share) and not situation.cancellations_confirmed:
        return [], [_mass_cancellation(situation, missing, len(ours), settings.mass_cancel_share)], notices
    changes: list[Change] = []
    blocked: list[Blocked] = []
    for item in missing:
        if item.addition.effective and end < item.addition.effective:
            blocked.append(_not_started(situation, item, end))
        else:
            changes.append(_cancel(situation, item, end))
    sentence = f"No longer billed here in {situation.month}: {_names(missing)}."
    return changes, blocked, [*notices, Notice(situation.company.name, "subscription_vanished", sentence)]


def _cancel_date(previous: Month, rules: ChargeRules) -> date:
    """The last day of the previous invoice month, or what the Cycle Fee end-date rule says for that month."""
    rule = rules.end.get(ChargeType.CYCLE_FEE)
    return rule.date_for(previous) if rule else previous.last


def _open_additions(situation: Situation, end: date) -> list[_Open]:
    return [
        _Open(link, addition)
        for link in situation.links
        if link.marker.kind is AdditionKind.RECURRING and link.last_month <= situation.month
        for addition in situation.additions.get(link.agreement_id, ())
        if addition.id == link.addition_id and _bills_beyond(addition, end)
    ]


def _bills_beyond(addition: Addition, end: date) -> bool:
    """Whether it goes on after `end`; one that starts later and has an end of its own was meant that way."""
    if addition.cancelled is None:
        return True
    return addition.cancelled > end and (addition.effective is None or addition.effective <= end)


def _went_to_another_company(link: Link, situation: Situation) -> bool:
    """Its line of this month is mapped elsewhere, and was not posted here before that."""
    series = link.marker.series
    return series in situation.seen & situation.moved_away and link.last_month < situation.month


def _incomplete(situation: Situation, absent: Sequence[_Open]) -> Notice:
    sentence = f"{len(absent)} subscription(s) are missing, but the month was not loaded completely: none is cancelled."
    return Notice(situation.company.name, "month_incomplete", sentence)


def _names(items: Sequence[_Open]) -> str:
    return ", ".join(sorted(item.link.subscription_name or str(item.addition.id) for item in items))


def _too_many(missing: int, total: int, share: Decimal) -> bool:
    return Decimal(missing) > share * total


def _mass_cancellation(situation: Situation, missing: Sequence[_Open], total: int, share: Decimal) -> Blocked:
    return Blocked(
        situation.company.name,
        "mass_cancellation",
        f"{len(missing)} of {total} subscriptions are missing from {situation.month}, more than {share:.0%}:"
        f" {_names(missing)}.",
        "Check with the platform that they really ended, then confirm the cancellations for this customer.",
        company_id=situation.company.id,
    )


def _not_started(situation: Situation, item: _Open, end: date) -> Blocked:
    return Blocked(
        f"{situation.company.name}: {item.link.subscription_name}",
        "cancelled_before_start",
        f"Addition {item.addition.id} starts {item.addition.effective} and cannot be cancelled by {end}.",
        "Delete the Addition in ConnectWise if it should never have been billed, else set its cancelled date there.",
        company_id=situation.company.id,
    )


def _why(link: Link, situation: Situation) -> str:
    elsewhere = link.marker.series in situation.moved_away
    return "is billed to another company now" if elsewhere else f"is missing from {situation.month}"


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
        notes=(f"{item.link.subscription_name or 'The subscription'} {_why(item.link, situation)}.",),
    )
