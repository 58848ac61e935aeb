"""Lines that were posted before: nothing to do, drift, or a correction to make (rules 39, 56, 72, 97, 102)."""

from bursar.domain.additions.drift import amount_of, edited_by_hand, fields_of
from bursar.domain.additions.situation import Link, MappedLine, Situation, Trace
from bursar.domain.additions.wanted import block, subject_of
from bursar.domain.plan import Action, Blocked, Change, Notice, Resource
from bursar.domain.psa import Addition

Outcome = tuple[Change | Blocked, list[Notice]]


def review(source: MappedLine, trace: Trace, situation: Situation) -> Outcome:
    """A posted line writes nothing; what differs is reported."""
    on_agreement = situation.additions.get(trace.agreement_id, ())
    present = next((a for a in on_agreement if a.id == trace.addition_id), None)
    if present is None:
        blocked = block(
            source,
            "deleted_in_connectwise",
            f"The Addition {trace.addition_id} that Bursar made was deleted in ConnectWise.",
            "Set the line to post again if it should be billed.",
        )
        return blocked, []
    if trace.changed_since:
        blocked = block(
            source,
            "changed_since_posting",
            f"The source changed this line after it was posted at {trace.money}.",
            "Correct the Addition in ConnectWise or post a correction line, then accept the change.",
        )
        return blocked, []
    link = next((k for k in situation.links if k.addition_id == trace.addition_id), None)
    superseded = link is not None and link.last_month > situation.month
    notices = [] if superseded else _drift(source, present, link)
    values = fields_of(present)
    change = Change(
        key=f"{trace.agreement_id}/{trace.marker}#{source.line.line_id}",
        action=Action.LEAVE,
        resource=Resource.ADDITION,
        remote_id=present.id,
        parent_id=trace.agreement_id,
        company_id=situation.company.id,
        before=values,
        after=values,
        lines=(source.line.line_id,),
        total=trace.money,
        found=trace.money.amount if superseded else amount_of(present),
        notes=("Posted before; a later month uses the Addition now." if superseded else "Posted before.",),
    )
    return change, notices


def _drift(source: MappedLine, present: Addition, link: Link | None) -> list[Notice]:
    edits = edited_by_hand(present, link)
    if not edits:
        return []
    sentence = f"Addition {present.id} was edited in ConnectWise since Bursar wrote it: {edits}."
    return [Notice(subject_of(source.line), "edited_in_connectwise", sentence)]
