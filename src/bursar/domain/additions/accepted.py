"""Edits that a person accepted: they stand field by field, until the platform says something new (rule 97, ADR 17)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bursar.domain.additions.changes import differences, fields_wanted
from bursar.domain.additions.drift import (
    KEY,
    OF_ONE_GENERATION,
    Edits,
    accepted_edits,
    ended_by_hand,
    fields_of,
    in_words,
)
from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.situation import MappedLine
from bursar.domain.additions.targets import AgreementTarget, NewAgreement
from bursar.domain.additions.wanted import Wanted, block, subject_of
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.domain.plan import Blocked, Notice


def with_accepted(wanted: Wanted, target: AgreementTarget, present: Present) -> Wanted:
    """The line with accepted values in place of those it would write, where the platform still wants what it did then.

    They go over to the Addition that follows; an edit of one that had ended concerned that one alone.
    """
    found = None if isinstance(target, NewAgreement) else _newest(wanted, target.id, present)
    if found is None or wanted.source.overrides.overwrite:
        return wanted
    wants = fields_wanted(wanted, found.marker)
    own = frozenset({KEY}) | (OF_ONE_GENERATION if wanted.recurring else frozenset())
    kept = {
        name: edit
        for name, edit in accepted_edits(found.addition, found.link).items()
        if name not in own and wants.get(name) == edit[0]
    }
    return _keeping(wanted, kept) if kept else wanted


def _newest(wanted: Wanted, agreement_id: int, present: Present) -> Member | None:
    members = present.on(agreement_id, wanted.marker.series)
    newest = members[-1] if members else None
    if newest and (newest.is_open or not wanted.recurring or newest.covers(wanted.effective)):
        return newest
    return None


def _keeping(wanted: Wanted, kept: Edits) -> Wanted:
    quantity, price = (kept.get(name, (None, None))[1] for name in ("quantity", "unit_price"))
    priced = replace(
        wanted.priced,
        quantity=quantity if isinstance(quantity, Decimal) else wanted.priced.quantity,
        unit_price=price if isinstance(price, Decimal) else wanted.priced.unit_price,
    )
    return replace(wanted, priced=priced, kept=kept)


def conflicts(wanted: Wanted, found: Member) -> Edits:
    """Accepted fields for which the platform says something new: what it says → what is there."""
    now = fields_of(found.addition)
    accepted = accepted_edits(found.addition, found.link)
    return {name: (value, now[name]) for name, value in differences(wanted, found).items() if name in accepted}


def undecided(wanted: Wanted, found: Member) -> Blocked | None:
    """An acceptance that does not answer this line: the subscription was ended there, or the platform moved on."""
    end = ended_by_hand(found.addition, found.link)
    if wanted.recurring and end is not None and end < max(wanted.line.month, Month.of(wanted.effective)).last:
        return _ended(wanted, found, end)
    against = conflicts(wanted, found)
    if not against:
        return None
    return block(
        wanted.source,
        "accepted_edit_conflict",
        f"An edit of Addition {found.addition.id} was accepted, and the platform says something new since:"
        f" {in_words(against)}.",
        "Accept what is in ConnectWise once more, or overwrite it, on Review › Drift.",
    )


def _ended(wanted: Wanted, found: Member, end: date) -> Blocked:
    return block(
        wanted.source,
        "ended_in_connectwise",
        f"Addition {found.addition.id} was ended in ConnectWise on {end}, which was accepted, and the platform charges"
        " the subscription still.",
        "Mark the line as billed by hand if it should not be billed, or set it to post again.",
    )


def stands_instead(source: MappedLine, billed: Money, edits: Edits) -> Notice:
    """What the line says, and what is billed instead: nothing is different in silence."""
    return Notice(
        subject_of(source.line),
        "accepted_edit",
        f"The line says {source.line.money}; {billed} is billed, as accepted in ConnectWise: {in_words(edits)}.",
    )
