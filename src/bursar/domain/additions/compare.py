"""Wanted against present: create, update, cancel-and-create, leave, or blocked (rules 84-85, 89-99, decision 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bursar.domain.additions.drift import amount_of, edited_by_hand, fields_of
from bursar.domain.additions.situation import Link, Situation, overlap
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, invoiced_already
from bursar.domain.additions.wanted import Wanted, block
from bursar.domain.identity import Marker, parse_marker
from bursar.domain.period import day_before
from bursar.domain.plan import Action, Blocked, Change, Fields, FieldValue, Resource
from bursar.domain.psa import Addition, Agreement

MONEY_FIELDS = frozenset({"quantity", "unit_price"})


@dataclass(frozen=True, slots=True)
class Found:
    """The newest generation of a series that is there, and the marker under which Bursar knows it."""

    addition: Addition
    marker: Marker


def fields_wanted(wanted: Wanted, marker: Marker, effective: date) -> dict[str, FieldValue]:
    """All fields of a new Addition. An unknown cost is left to ConnectWise."""
    fields: dict[str, FieldValue] = {
        "product_id": wanted.source.product_id,
        "quantity": wanted.priced.quantity,
        "unit_price": wanted.priced.unit_price,
        "effective": effective,
        "cancelled": wanted.cancelled,
        "description": wanted.description,
        "bill_customer": "Billable",
        "marker": str(marker),
    }
    if wanted.unit_cost is not None:
        fields["unit_cost"] = wanted.unit_cost
    return fields


def compare(wanted: Wanted, agreement: AgreementTarget, situation: Situation) -> list[Change] | Blocked:
    """The changes that turn what is there into what the line wants; a list of one LEAVE when it is so already."""
    if isinstance(agreement, NewAgreement):
        return [_create(wanted, agreement, wanted.marker, wanted.effective)]
    found = find(wanted, agreement, situation)
    if isinstance(found, Blocked):
        return found
    links = _links(wanted, agreement, situation.links)
    if any(link.last_month > situation.month for link in links):
        return block(
            wanted.source,
            "later_period_posted",
            "A later month of this subscription has been posted already.",
            "Give the line an end date of its own to post it as a one-time charge, or enter it in ConnectWise.",
        )
    if found is None:
        return _absent(wanted, agreement, situation, links)
    link = next((k for k in links if k.addition_id == found.addition.id), None)
    edits = edited_by_hand(found.addition, link)
    if edits and not wanted.source.overrides.overwrite:
        return block(
            wanted.source,
            "edited_in_connectwise",
            f"Addition {found.addition.id} was edited in ConnectWise since Bursar wrote it: {edits}.",
            "Set the line to overwrite, or post it by hand and exclude it.",
        )
    return _present(wanted, agreement, found)


def find(wanted: Wanted, agreement: Agreement, situation: Situation) -> Found | Blocked | None:
    """Match by stored id, then marker, never description (decision 7). Several open ones are an error (rule 98)."""
    additions = situation.additions.get(agreement.id, ())
    if wanted.source.overrides.adopt is not None:
        return _adopted(wanted, additions)
    known = {link.addition_id: link.marker for link in _links(wanted, agreement, situation.links)}
    series = [
        Found(addition, marker)
        for addition in additions
        if (marker := known.get(addition.id) or parse_marker(addition.marker)) and marker.series == wanted.marker.series
    ]
    generations = [found.marker.generation for found in series]
    still_open = [found for found in series if found.addition.cancelled is None]
    if len(set(generations)) < len(generations) or len(still_open) > 1:
        ids = ", ".join(str(found.addition.id) for found in series)
        return block(
            wanted.source,
            "ambiguous_additions",
            f"Several Additions carry the same key on '{agreement.name}': {ids}.",
            "Keep one of them in ConnectWise and clear the key of, or delete, the others.",
        )
    return max(series, key=lambda found: found.marker.generation, default=None)


def _adopted(wanted: Wanted, additions: Sequence[Addition]) -> Found | Blocked:
    chosen = next((a for a in additions if a.id == wanted.source.overrides.adopt), None)
    if chosen is None:
        return block(
            wanted.source,
            "adopted_addition_missing",
            f"Addition {wanted.source.overrides.adopt}, chosen for adoption, is not on the line's Agreement.",
            "Choose another Addition to adopt, or withdraw the adoption.",
        )
    ours = parse_marker(chosen.marker)
    if chosen.marker and (ours is None or ours.series != wanted.marker.series):
        return block(
            wanted.source,
            "marker_field_occupied",
            f"Addition {chosen.id} already carries '{chosen.marker}' in the field that would hold Bursar's key.",
            "Clear that field in ConnectWise, or keep both Additions.",
        )
    return Found(chosen, ours or wanted.marker)


def _links(wanted: Wanted, agreement: Agreement, links: Iterable[Link]) -> list[Link]:
    return [k for k in links if k.agreement_id == agreement.id and k.marker.series == wanted.marker.series]


def _absent(
    wanted: Wanted, agreement: Agreement, situation: Situation, links: Sequence[Link]
) -> list[Change] | Blocked:
    marker = wanted.marker
    if links:
        if not wanted.source.overrides.post_again:
            return block(
                wanted.source,
                "deleted_in_connectwise",
                f"The Addition {max(k.addition_id for k in links)} that Bursar made was deleted in ConnectWise.",
                "Set the line to post again if it should be billed, or exclude its offer or organization.",
            )
        marker = max((k.marker for k in links), key=lambda m: m.generation).following
    if similar := _similar(wanted, situation.additions.get(agreement.id, ())):
        return _possible_duplicate(wanted, agreement, similar)
    return _creation(wanted, agreement, marker, wanted.effective)


def _similar(wanted: Wanted, additions: Iterable[Addition]) -> list[Addition]:
    """Additions made by hand that may bill the same thing (rule 99)."""
    if wanted.source.overrides.keep_both:
        return []
    by_hand = [
        addition
        for addition in additions
        if parse_marker(addition.marker) is None
        and addition.product_id == wanted.source.product_id
        and addition.bill_customer == "Billable"
        and overlap(addition, wanted.effective, wanted.cancelled)
    ]
    if wanted.recurring:
        return by_hand
    return [a for a in by_hand if a.effective == wanted.effective and a.total == wanted.priced.total]


def _possible_duplicate(wanted: Wanted, agreement: Agreement, similar: Sequence[Addition]) -> Blocked:
    evidence = "; ".join(
        f"Addition {a.id}, {a.quantity:f} × {a.unit_price:f} since {a.effective or 'the start'}" for a in similar
    )
    return block(
        wanted.source,
        "possible_duplicate",
        f"'{agreement.name}' already bills the same product by hand: {evidence}.",
        "Adopt that Addition, or say that both are wanted (keep both).",
    )


def _present(wanted: Wanted, agreement: Agreement, found: Found) -> list[Change] | Blocked:
    present, marker = found.addition, found.marker
    if wanted.recurring and present.cancelled and present.cancelled < wanted.effective:
        return _creation(wanted, agreement, marker.following, wanted.effective)
    different = _differences(wanted, found)
    if not different:
        return [_leave(wanted, agreement, found)]
    if not wanted.recurring:
        return _change_one_time(wanted, agreement, found, different)
    return _change_recurring(wanted, agreement, found, different)


def _differences(wanted: Wanted, found: Found) -> dict[str, FieldValue]:
    """Fields to write. A persistent Addition keeps its effective date: history is never moved."""
    present = fields_of(found.addition)
    effective = found.addition.effective or wanted.effective
    target = fields_wanted(wanted, found.marker, effective if wanted.recurring else wanted.effective)
    return {name: value for name, value in target.items() if present[name] != value}


def _change_one_time(wanted: Wanted, agreement: Agreement, found: Found, different: Fields) -> list[Change] | Blocked:
    billed = agreement.next_invoice is not None and (found.addition.effective or date.min) < agreement.next_invoice
    if billed or "product_id" in different:
        return block(
            wanted.source,
            "already_invoiced",
            f"Addition {found.addition.id} of this charge may have been invoiced and is not rewritten.",
            "Correct it in ConnectWise, or post a correction line.",
        )
    return [_update(wanted, agreement, found, different)]


def _change_recurring(wanted: Wanted, agreement: Agreement, found: Found, different: Fields) -> list[Change] | Blocked:
    present = found.addition
    effective = present.effective or date.min
    next_invoice = agreement.next_invoice or date.min
    boundary = max(wanted.effective, next_invoice)
    if "product_id" not in different and not MONEY_FIELDS & set(different):
        return [_update(wanted, agreement, found, different)]
    if effective > boundary:
        return block(
            wanted.source,
            "later_period_posted",
            f"Addition {present.id} of this subscription starts {effective}, after this line.",
            "Give the line an end date of its own to post it as a one-time charge, or enter it in ConnectWise.",
        )
    untouched = max(effective, next_invoice) >= boundary if wanted.effective >= next_invoice else effective >= boundary
    if untouched and "product_id" not in different:
        return [_update(wanted, agreement, found, different)]
    return _split(wanted, agreement, found, max(boundary, effective))


def _split(wanted: Wanted, agreement: Agreement, found: Found, boundary: date) -> list[Change] | Blocked:
    """End what was billed until now and start anew (decision 10)."""
    if wanted.cancelled is not None and wanted.cancelled < boundary:
        return block(
            wanted.source,
            "already_invoiced",
            f"'{agreement.name}' has been invoiced up to {boundary}; nothing of this line's period is left to bill.",
            "Post the difference as a correction line, or enter it in ConnectWise.",
        )
    end = day_before(boundary)
    if found.addition.effective and end < found.addition.effective:
        return block(
            wanted.source,
            "product_changed",
            f"Addition {found.addition.id} bills another product from the same day, and a product cannot be exchanged.",
            "Delete that Addition in ConnectWise and set the line to post again.",
        )
    ending = Change(
        key=_key(agreement, found.marker),
        action=Action.CANCEL,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=agreement.id,
        company_id=agreement.company_id,
        before=fields_of(found.addition),
        after=fields_of(found.addition) | {"cancelled": end},
        notes=(f"The new values apply from {boundary}.",),
    )
    new = _create(wanted, agreement, found.marker.following, boundary)
    return [ending, replace(new, needs=(ending.key,))]


def _creation(wanted: Wanted, agreement: Agreement, marker: Marker, effective: date) -> list[Change] | Blocked:
    return invoiced_already(wanted, agreement, effective) or [_create(wanted, agreement, marker, effective)]


def _create(wanted: Wanted, agreement: AgreementTarget, marker: Marker, effective: date) -> Change:
    is_new = isinstance(agreement, NewAgreement)
    return Change(
        key=_key(agreement, marker),
        action=Action.CREATE,
        resource=Resource.ADDITION,
        parent_id=None if isinstance(agreement, NewAgreement) else agreement.id,
        parent_key=agreement.key if isinstance(agreement, NewAgreement) else None,
        company_id=None if isinstance(agreement, NewAgreement) else agreement.company_id,
        after=fields_wanted(wanted, marker, effective),
        lines=(wanted.line.line_id,),
        total=wanted.money,
        needs=(agreement.key,) if isinstance(agreement, NewAgreement) else (),
        notes=("On a new Agreement.",) if is_new else (),
    )


def _update(wanted: Wanted, agreement: Agreement, found: Found, different: Fields) -> Change:
    before = fields_of(found.addition)
    return Change(
        key=_key(agreement, found.marker),
        action=Action.UPDATE,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=agreement.id,
        company_id=agreement.company_id,
        before=before,
        after=before | dict(different),
        lines=(wanted.line.line_id,),
        total=wanted.money,
        notes=("Adopts an Addition made by hand.",) if "marker" in different else (),
    )


def _leave(wanted: Wanted, agreement: Agreement, found: Found) -> Change:
    values = fields_of(found.addition)
    return Change(
        key=_key(agreement, found.marker),
        action=Action.LEAVE,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=agreement.id,
        company_id=agreement.company_id,
        before=values,
        after=values,
        lines=(wanted.line.line_id,),
        total=wanted.money,
        found=amount_of(found.addition),
    )


def _key(agreement: AgreementTarget, marker: Marker) -> str:
    return f"{agreement.key if isinstance(agreement, NewAgreement) else agreement.id}/{marker}"
