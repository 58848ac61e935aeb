"""What people changed by hand in ConnectWise since Bursar last wrote (rule 97). The default is to report it.

A person may accept an edit: then it stands as long as ConnectWise still has the accepted value and the platform still
wants the value against which it was accepted (ADR 17).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bursar.domain.additions.situation import Link
from bursar.domain.money import to_cents
from bursar.domain.plan import Fields, FieldValue
from bursar.domain.psa import Addition

Edits = Mapping[str, tuple[FieldValue, FieldValue]]
"""Field → what Bursar wrote, what is there now."""

EXISTS = "exists"
"""Accepted as False: the Addition was deleted in ConnectWise, and that is right."""

KEY = "marker"
"""The one field that nobody can accept an edit of: it carries Bursar's key."""

OF_ONE_GENERATION = frozenset({"effective", "cancelled"})
"""Dates belong to one Addition; the one that follows it has its own."""


def fields_of(addition: Addition) -> dict[str, FieldValue]:
    """An Addition as change fields."""
    return {
        "product_id": addition.product_id,
        "quantity": addition.quantity,
        "unit_price": addition.unit_price,
        "unit_cost": addition.unit_cost,
        "effective": addition.effective,
        "cancelled": addition.cancelled,
        "description": addition.description,
        "bill_customer": addition.bill_customer,
        "marker": addition.marker,
    }


def amount_of(addition: Addition) -> Decimal:
    """What the Addition comes to per period, as ConnectWise says or as it computes it."""
    return to_cents(addition.quantity * addition.unit_price) if addition.total is None else addition.total


def edits_of(addition: Addition, link: Link | None) -> dict[str, tuple[FieldValue, FieldValue]]:
    """Every field that is not what Bursar wrote, accepted ones too; none when Bursar never wrote."""
    if link is None:
        return {}
    now = fields_of(addition)
    return {
        name: (written, now[name]) for name, written in link.written.items() if name in now and now[name] != written
    }


def accepted_edits(addition: Addition, link: Link | None) -> dict[str, tuple[FieldValue, FieldValue]]:
    """The edits that a person let stand, and that are still there as they were accepted."""
    return {name: edit for name, edit in edits_of(addition, link).items() if link and _stands(link, name, edit[1])}


def open_edits(addition: Addition, link: Link | None) -> dict[str, tuple[FieldValue, FieldValue]]:
    """The edits that nobody decided about."""
    accepted = accepted_edits(addition, link)
    return {name: edit for name, edit in edits_of(addition, link).items() if name not in accepted}


def _stands(link: Link, name: str, now: FieldValue) -> bool:
    return name in link.accepted and link.accepted[name] == now


def in_words(edits: Edits) -> str:
    """The edits as text, `field before → now`."""
    return ", ".join(
        "deleted" if name == EXISTS else f"{name.replace('_', ' ')} {said(written)} → {said(now)}"
        for name, (written, now) in edits.items()
    )


def said(value: FieldValue) -> str:
    """A field's value as a person reads it: numbers without padding, and a word for nothing."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "nothing" if value is None or value == "" else str(value)


def edited_by_hand(addition: Addition, link: Link | None) -> str:
    """The edits that nobody decided about, as text; empty when there are none or Bursar never wrote."""
    return in_words(open_edits(addition, link))


def ended_by_hand(addition: Addition, link: Link | None) -> date | None:
    """The last day that somebody set in ConnectWise, where Bursar wrote none or a later one."""
    written, now = edits_of(addition, link).get("cancelled", (None, None))
    if not isinstance(now, date) or (isinstance(written, date) and written <= now):
        return None
    return now


def remembered(fields: Fields, known: Link | None, addition_id: int) -> tuple[Fields, Fields]:
    """What a link says after these fields were written or found: written, and accepted.

    `known` is the link of the Addition, else of the generation before it. An accepted value that the fields still
    carry stays accepted, against the value that Bursar would have written.
    """
    if known is None:
        return fields, {}
    others: frozenset[str] = frozenset() if known.addition_id == addition_id else OF_ONE_GENERATION
    accepted = {
        name: value
        for name, value in known.accepted.items()
        if name in fields and name in known.written and name not in others and fields[name] == value
    }
    return {**fields, **{name: known.written[name] for name in accepted}}, accepted
