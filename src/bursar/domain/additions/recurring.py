"""A subscription's persistent Addition: start it, carry it on, change it (rules 89-93 and 96, decision 10)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bursar.domain.additions.changes import (
    CHARGE_FIELDS,
    create,
    differences,
    end,
    leave,
    update,
)
from bursar.domain.additions.duplicates import possible_duplicate
from bursar.domain.additions.matching import deleted, edited, find, was_deleted
from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, invoiced_already, next_period, period_of
from bursar.domain.additions.wanted import Wanted, as_one_time, block
from bursar.domain.period import Month, day_before
from bursar.domain.plan import Blocked, Change
from bursar.domain.psa import Agreement

_ONE_DAY = timedelta(days=1)


def persist(wanted: Wanted, target: AgreementTarget, present: Present) -> list[Change] | Blocked | Wanted:
    """The changes; or the line as a single charge, when a later month has gone on without it."""
    found = find(wanted, target, present)
    if isinstance(found, Blocked):
        return found
    if _is_late(wanted, target, found, present):
        return _late(wanted, found, present)
    gone = deleted(wanted, target, found, present)
    if gone is not None:
        return was_deleted(wanted, gone) or _start(wanted, target, found, present)
    if found is None or isinstance(target, NewAgreement):
        return _start(wanted, target, None, present)
    return edited(wanted, found) or _carry_on(wanted, target, found, present)


def _is_late(wanted: Wanted, target: AgreementTarget, found: Member | None, present: Present) -> bool:
    """Whether what is there was made for a later month than the line's."""
    month = present.situation.month
    if any(link.last_month > month for link in present.links(wanted.marker.series)):
        return True
    if found is None or isinstance(target, NewAgreement):
        return False
    boundary = max(wanted.effective, target.next_invoice or date.min)
    if found.start > Month.of(boundary).last or (wanted.cancelled is not None and wanted.cancelled < found.start):
        return True
    if found.link is not None or not CHARGE_FIELDS & set(differences(wanted, found)):
        return False
    return found.start > max(month.last, wanted.effective) or bool(_billed_as_wanted(wanted, present))


def _late(wanted: Wanted, found: Member | None, present: Present) -> list[Change] | Blocked | Wanted:
    """The line's day may be billed already by an Addition of its series; else it may become a single charge."""
    billing = [member for member in present.members(wanted.marker.series) if member.covers(wanted.effective)]
    if found and _moved_here(wanted, found, billing):
        return [leave(wanted, found)]
    if same := _billed_as_wanted(wanted, present):
        return [leave(wanted, same[-1])]
    if billing:
        return block(
            wanted.source,
            "later_period_posted",
            f"A later month has been posted, and Addition {billing[-1].addition.id} bills this one with other values.",
            "Enter the difference in ConnectWise, or post it as a correction line.",
        )
    if wanted.cancelled is not None:
        return as_one_time(wanted, present.scope)
    return block(
        wanted.source,
        "later_period_posted",
        "A later month of this subscription has been posted already.",
        "Give the line an end date of its own to post it as a one-time charge, or enter it in ConnectWise.",
    )


def _billed_as_wanted(wanted: Wanted, present: Present) -> list[Member]:
    """The Additions of the series that bill the line's first day with its product, quantity and price."""
    billing = [member for member in present.members(wanted.marker.series) if member.covers(wanted.effective)]
    return [member for member in billing if not CHARGE_FIELDS & set(differences(wanted, member))]


def _moved_here(wanted: Wanted, found: Member, billing: Sequence[Member]) -> bool:
    """Whether a forgotten Addition took this line over from another Agreement, after what that one had invoiced."""
    took_over = any(found.agreement_id != member.agreement_id and found.follows(member) for member in billing)
    return found.link is None and took_over and not differences(wanted, found)


def _has_ended(wanted: Wanted, found: Member, month: Month) -> bool:
    """Whether the subscription reappears after its Addition ended: history is not reopened (rule 96)."""
    last_day = found.addition.cancelled
    if last_day is None or last_day < wanted.effective:
        return last_day is not None
    goes_on = wanted.cancelled is None or wanted.cancelled > last_day
    return goes_on and last_day < month.first


def _start(wanted: Wanted, target: AgreementTarget, after: Member | None, present: Present) -> list[Change] | Blocked:
    """A new generation; the first one, or one that follows `after`."""
    agreement_id = None if isinstance(target, NewAgreement) else target.id
    since = after.addition.cancelled if after else None
    billed_until = [
        agreement.next_invoice
        for member in present.elsewhere(agreement_id, wanted.marker.series)
        if member.is_open
        and (agreement := present.situation.agreements.get(member.agreement_id))
        and agreement.next_invoice
    ]
    start = max([wanted.effective, *billed_until, *([since + _ONE_DAY] if since else [])])
    if wanted.cancelled is not None and wanted.cancelled < start:
        return _nothing_left(wanted, start)
    new = replace(wanted, effective=start)
    if blocked := possible_duplicate(new, target, present, since) or invoiced_already(new, target, start):
        return blocked
    return [create(new, target, present.next_marker(agreement_id, wanted.marker))]


def _carry_on(wanted: Wanted, agreement: Agreement, found: Member, present: Present) -> list[Change] | Blocked:
    """Nothing to do, new values in place, or an end and a new start (rule 93)."""
    if _has_ended(wanted, found, present.situation.month):
        return _start(wanted, agreement, found, present)
    if _bills_an_earlier_line(wanted, agreement, found, present):
        return _beside(wanted, agreement, found, present)
    different = differences(wanted, found)
    if not different:
        return [leave(wanted, found)]
    if not CHARGE_FIELDS & set(different):
        return [update(wanted, agreement, found, different)]
    next_invoice = agreement.next_invoice or date.min
    boundary = max(period_of(wanted.effective, agreement), next_invoice)
    nothing_between = max(found.start, next_invoice) >= boundary
    not_invoiced = max(wanted.effective, found.start) >= next_invoice
    if nothing_between and not_invoiced and "product_id" not in different:
        return [update(wanted, agreement, found, different)]
    return _split(wanted, agreement, found, boundary, present)


def _bills_an_earlier_line(wanted: Wanted, agreement: Agreement, found: Member, present: Present) -> bool:
    """Whether an earlier month's line waits to be billed from the same period on: a start rule may move it there."""
    if found.link is None or found.link.last_month >= present.situation.month:
        return False
    if found.start < max(period_of(wanted.effective, agreement), agreement.next_invoice or date.min):
        return False
    return not any(found.follows(member) for member in present.members(found.marker.series))


def _beside(wanted: Wanted, agreement: Agreement, found: Member, present: Present) -> list[Change]:
    """Bill the earlier line once, with its period, and this one from the same period on: no amount replaces another."""
    last_day = day_before(next_period(found.start, agreement))
    same_start = replace(wanted, effective=max(wanted.effective, found.start))
    new = create(same_start, agreement, present.next_marker(agreement.id, found.marker))
    if found.addition.cancelled is not None and found.addition.cancelled <= last_day:
        return [new]
    ending = end(found, last_day, "It bills an earlier month's line once; this month's line starts in the same period.")
    return [ending, replace(new, needs=(ending.key,))]


def _split(
    wanted: Wanted, agreement: Agreement, found: Member, boundary: date, present: Present
) -> list[Change] | Blocked:
    """End what was billed until now with the period before `boundary`, and start anew (decision 10).

    The boundary is a period's first day: two Additions within one period would both be billed for all of it.
    """
    start = max(wanted.effective, boundary)
    if wanted.cancelled is not None and wanted.cancelled < start:
        return _nothing_left(wanted, start)
    last_day = day_before(boundary)
    if last_day < found.start:
        return block(
            wanted.source,
            "product_changed",
            f"Addition {found.addition.id} bills another product in that period, and a product cannot be exchanged.",
            "Delete that Addition in ConnectWise and set the line to post again.",
        )
    following = max(present.next_marker(agreement.id, found.marker), found.marker.following, key=lambda m: m.generation)
    new = create(replace(wanted, effective=start), agreement, following)
    if found.addition.cancelled is not None and found.addition.cancelled <= last_day:
        return [new]
    ending = end(found, last_day, f"The new values apply from {start}.")
    return [ending, replace(new, needs=(ending.key,))]


def _nothing_left(wanted: Wanted, start: date) -> Blocked:
    return block(
        wanted.source,
        "already_invoiced",
        f"Everything before {start} has been invoiced or ended; nothing of this line's period is left to bill.",
        "Post the difference as a correction line, or enter it in ConnectWise.",
    )
