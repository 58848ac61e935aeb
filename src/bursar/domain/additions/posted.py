"""Lines that were posted before: nothing to do, drift, or a correction to make (rules 39, 56, 72, 97, 102)."""

from decimal import Decimal

from bursar.domain.additions.accepted import stands_instead
from bursar.domain.additions.drift import (
    EXISTS,
    Edits,
    accepted_edits,
    amount_of,
    edits_of,
    fields_of,
    in_words,
    open_edits,
)
from bursar.domain.additions.situation import Link, MappedLine, Situation, Trace
from bursar.domain.additions.wanted import block, subject_of
from bursar.domain.money import Money, to_cents
from bursar.domain.plan import Action, Blocked, Change, Fields, Notice, Resource
from bursar.domain.psa import Addition

Outcome = tuple[Change | Blocked | None, list[Notice]]
"""None: nothing is left to bill, and the notice says so."""

MONEY = frozenset({"quantity", "unit_price", "bill_customer"})
"""The edits after which another amount is billed."""


def review(source: MappedLine, trace: Trace, situation: Situation) -> Outcome:
    """A posted line writes nothing unless somebody said to overwrite; what differs is reported."""
    on_agreement = situation.additions.get(trace.agreement_id, ())
    present = next((a for a in on_agreement if a.id == trace.addition_id), None)
    link = next((k for k in situation.links if k.addition_id == trace.addition_id), None)
    if present is None:
        return _gone(source, trace, link)
    if trace.changed_since:
        blocked = block(
            source,
            "changed_since_posting",
            f"The source changed this line after it was posted at {trace.money}.",
            "Correct the Addition in ConnectWise or post a correction line, then accept the change.",
        )
        return blocked, []
    if link is not None and link.last_month > situation.month:
        note = "Posted before; a later month uses the Addition now."
        return _left(source, trace, situation, present, trace.money, trace.money.amount, note), []
    edits = edits_of(present, link)
    if link is not None and edits and source.overrides.overwrite:
        return _written_back(source, trace, situation, present, edits), []
    return _reviewed(source, trace, situation, present, link)


def _gone(source: MappedLine, trace: Trace, link: Link | None) -> Outcome:
    if link is not None and link.accepted.get(EXISTS) is False:
        nothing = Money(Decimal(0), trace.money.currency)
        return None, [stands_instead(source, nothing, {EXISTS: (True, False)})]
    blocked = block(
        source,
        "deleted_in_connectwise",
        f"The Addition {trace.addition_id} that Bursar made was deleted in ConnectWise.",
        "Set the line to post again if it should be billed, or accept it on Review › Drift.",
    )
    return blocked, []


def _reviewed(source: MappedLine, trace: Trace, situation: Situation, present: Addition, link: Link | None) -> Outcome:
    """Left as it is. What was accepted counts with the amount that ConnectWise has."""
    accepted, undecided = accepted_edits(present, link), open_edits(present, link)
    amount = amount_of(present)
    stands = MONEY & accepted.keys() and not MONEY & undecided.keys()
    total = Money(amount, trace.money.currency) if stands else trace.money
    notices = [stands_instead(source, total, accepted)] if accepted else []
    if undecided:
        sentence = f"Addition {present.id} was edited in ConnectWise since Bursar wrote it: {in_words(undecided)}."
        notices.append(Notice(subject_of(source.line), "edited_in_connectwise", sentence))
    return _left(source, trace, situation, present, total, amount, "Posted before."), notices


def _left(
    source: MappedLine,
    trace: Trace,
    situation: Situation,
    present: Addition,
    total: Money,
    found: Decimal,
    note: str,
) -> Change:
    values = fields_of(present)
    return _change(source, trace, situation, present, Action.LEAVE, values, total, found=found, note=note)


def _written_back(
    source: MappedLine, trace: Trace, situation: Situation, present: Addition, edits: Edits
) -> Change | Blocked:
    """Bursar's values win, accepted edits included; the line stays with its Addition."""
    if "product_id" in edits:
        return block(
            source,
            "product_changed",
            f"Addition {present.id} has another product in ConnectWise, and a product cannot be exchanged.",
            "Delete that Addition in ConnectWise and set the line to post again.",
        )
    after = fields_of(present) | {name: written for name, (written, _) in edits.items()}
    total = Money(_worth(after), trace.money.currency) if MONEY & edits.keys() else trace.money
    note = "Writes back what was edited in ConnectWise."
    return _change(source, trace, situation, present, Action.UPDATE, after, total, note=note)


def _worth(fields: Fields) -> Decimal:
    quantity, price = fields["quantity"], fields["unit_price"]
    if not isinstance(quantity, Decimal) or not isinstance(price, Decimal):
        raise TypeError("a quantity and a unit price are numbers")
    return to_cents(quantity * price)


def _change(
    source: MappedLine,
    trace: Trace,
    situation: Situation,
    present: Addition,
    action: Action,
    after: Fields,
    total: Money,
    *,
    note: str,
    found: Decimal | None = None,
) -> Change:
    return Change(
        key=f"{trace.agreement_id}/{trace.marker}#{source.line.line_id}",
        action=action,
        resource=Resource.ADDITION,
        remote_id=present.id,
        parent_id=trace.agreement_id,
        company_id=situation.company.id,
        before=fields_of(present),
        after=after,
        lines=(source.line.line_id,),
        total=total,
        found=found,
        notes=(note,),
    )
