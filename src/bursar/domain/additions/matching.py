"""Which Addition is a line's own: by stored id, then marker, never description (decision 7, rules 84 and 97-99)."""

from collections import Counter
from collections.abc import Sequence

from bursar.domain.additions.accepted import undecided
from bursar.domain.additions.drift import edited_by_hand, ended_by_hand
from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.targets import AgreementTarget, NewAgreement
from bursar.domain.additions.wanted import Wanted, block
from bursar.domain.identity import parse_marker
from bursar.domain.plan import Blocked
from bursar.domain.psa import Addition, Agreement


def find(wanted: Wanted, target: AgreementTarget, present: Present) -> Member | Blocked | None:
    """The newest generation of the line's series on the Agreement, or the Addition that a person chose to adopt."""
    series = wanted.marker.series
    agreement_id = None if isinstance(target, NewAgreement) else target.id
    if several := _ambiguous(present.members(series), agreement_id):
        return _several(wanted, several)
    if isinstance(target, NewAgreement):
        return None if wanted.source.overrides.adopt is None else _adopted_is_missing(wanted)
    members = present.on(target.id, series)
    newest = members[-1] if members else None
    adopt = wanted.source.overrides.adopt
    if adopt is None or (newest and newest.addition.id == adopt):
        return newest
    return _adopted(wanted, target, newest, present)


def _ambiguous(members: Sequence[Member], agreement_id: int | None) -> Sequence[Member]:
    """Members that exclude each other (rule 98): one generation twice on an Agreement, or two billed without an end.

    An open one on another Agreement is no contradiction when Bursar made it: the subscription moved.
    """
    generations = Counter((member.agreement_id, member.marker) for member in members)
    if twins := [member for member in members if generations[member.agreement_id, member.marker] > 1]:
        return twins
    still_open = [member for member in members if member.is_open]
    agreements = Counter(member.agreement_id for member in still_open)
    if max(agreements.values(), default=0) > 1:
        return still_open
    copied = agreements[agreement_id or 0] and any(m.link is None for m in still_open if m.agreement_id != agreement_id)
    return still_open if copied else []


def _several(wanted: Wanted, members: Sequence[Member]) -> Blocked:
    ids = ", ".join(f"{member.addition.id} on Agreement {member.agreement_id}" for member in members)
    return block(
        wanted.source,
        "ambiguous_additions",
        f"Several Additions carry the key of this charge: {ids}.",
        "Keep one of them in ConnectWise and clear the key of, or delete, the others.",
    )


def _adopted(wanted: Wanted, agreement: Agreement, newest: Member | None, present: Present) -> Member | Blocked:
    on_agreement = present.situation.additions.get(agreement.id, ())
    chosen = next((a for a in on_agreement if a.id == wanted.source.overrides.adopt), None)
    if chosen is None:
        return _adopted_is_missing(wanted)
    if _belongs_to_another(chosen, wanted, present):
        return block(
            wanted.source,
            "marker_field_occupied",
            f"Addition {chosen.id} already carries '{chosen.marker}' in the field that would hold Bursar's key.",
            "Clear that field in ConnectWise, or keep both Additions.",
        )
    if newest and (chosen.cancelled is not None or not present.made_by_hand(chosen)):
        return newest  # the adoption was carried out, and a later generation took over
    adopted = Member(agreement.id, chosen, present.next_marker(agreement.id, wanted.marker))
    return _several(wanted, [newest, adopted]) if newest and newest.is_open else adopted


def _belongs_to_another(chosen: Addition, wanted: Wanted, present: Present) -> bool:
    if link := present.link_to(chosen.id):
        return link.marker.series != wanted.marker.series
    ours = parse_marker(chosen.marker)
    return bool(chosen.marker) and (ours is None or ours.series != wanted.marker.series)


def _adopted_is_missing(wanted: Wanted) -> Blocked:
    return block(
        wanted.source,
        "adopted_addition_missing",
        f"Addition {wanted.source.overrides.adopt}, chosen for adoption, is not on the line's Agreement.",
        "Choose another Addition to adopt, or withdraw the adoption.",
    )


def edited(wanted: Wanted, found: Member) -> Blocked | None:
    """Our Addition was edited in ConnectWise, and nobody said what shall be (rule 97)."""
    overrides = wanted.source.overrides
    if overrides.overwrite or (overrides.post_again and ended_by_hand(found.addition, found.link)):
        return None
    edits = edited_by_hand(found.addition, found.link)
    if not edits:
        return undecided(wanted, found)
    return block(
        wanted.source,
        "edited_in_connectwise",
        f"Addition {found.addition.id} was edited in ConnectWise since Bursar wrote it: {edits}.",
        "Accept or overwrite it on Review › Drift, set the line to overwrite, or undo the edit in ConnectWise.",
    )


def deleted(wanted: Wanted, target: AgreementTarget, found: Member | None, present: Present) -> int | None:
    """The id of the newest Addition that Bursar made for the series there, when it is gone from ConnectWise."""
    if isinstance(target, NewAgreement) or (found and found.is_open) or wanted.source.overrides.adopt is not None:
        return None
    links = [link for link in present.links(wanted.marker.series) if link.agreement_id == target.id]
    newest = max(links, key=lambda link: link.marker.generation, default=None)
    if newest is None or (found and newest.marker.generation <= found.marker.generation):
        return None
    return newest.addition_id


def was_deleted(wanted: Wanted, addition_id: int) -> Blocked | None:
    """Report the deletion, unless a person said to post again (rule 97)."""
    if wanted.source.overrides.post_again:
        return None
    return block(
        wanted.source,
        "deleted_in_connectwise",
        f"The Addition {addition_id} that Bursar made was deleted in ConnectWise.",
        "Set the line to post again if it should be billed, or exclude its offer or organization.",
    )
