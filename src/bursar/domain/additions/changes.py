"""The writes on one Addition, and the fields they carry (rules 75 and 81)."""

from datetime import date

from bursar.domain.additions.drift import amount_of, fields_of
from bursar.domain.additions.present import Member
from bursar.domain.additions.targets import AgreementTarget, NewAgreement
from bursar.domain.additions.wanted import Wanted
from bursar.domain.identity import Marker
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.domain.plan import Action, Change, Fields, FieldValue, Resource
from bursar.domain.psa import Agreement

MONEY_FIELDS = frozenset({"quantity", "unit_price"})
CHARGE_FIELDS = MONEY_FIELDS | {"product_id"}
"""What cannot change within a period that may have been invoiced."""


def fields_wanted(wanted: Wanted, marker: Marker) -> dict[str, FieldValue]:
    """All fields of a new Addition. An unknown cost is left to ConnectWise."""
    fields: dict[str, FieldValue] = {
        "product_id": wanted.source.product_id,
        "quantity": wanted.priced.quantity,
        "unit_price": wanted.priced.unit_price,
        "effective": wanted.effective,
        "cancelled": wanted.cancelled,
        "description": wanted.description,
        "bill_customer": "Billable",
        "marker": str(marker),
    }
    if wanted.unit_cost is not None:
        fields["unit_cost"] = wanted.unit_cost
    return fields | {name: stands for name, (_, stands) in wanted.kept.items()}


def differences(wanted: Wanted, found: Member) -> dict[str, FieldValue]:
    """Fields to write. A persistent Addition keeps its effective date: history is never moved."""
    present = fields_of(found.addition)
    target = fields_wanted(wanted, found.marker)
    if wanted.recurring:
        target["effective"] = found.addition.effective
        if _keeps_its_end(wanted, found):
            target["cancelled"] = found.addition.cancelled
    return {name: value for name, value in target.items() if present[name] != value}


def _keeps_its_end(wanted: Wanted, found: Member) -> bool:
    """An end is not taken back when the line's month is billed anyway, or when Bursar does not remember setting it."""
    end = found.addition.cancelled
    if end is None:
        return False
    if wanted.cancelled is not None:
        return found.link is None and wanted.cancelled < end
    return found.link is None or end >= max(wanted.line.month, Month.of(wanted.effective)).last


def create(wanted: Wanted, target: AgreementTarget, marker: Marker, *notes: str) -> Change:
    """A new Addition; on a new Agreement it waits for that."""
    is_new = isinstance(target, NewAgreement)
    return Change(
        key=key_on(target, marker),
        action=Action.CREATE,
        resource=Resource.ADDITION,
        parent_id=None if isinstance(target, NewAgreement) else target.id,
        parent_key=target.key if isinstance(target, NewAgreement) else None,
        after=fields_wanted(wanted, marker),
        lines=(wanted.line.line_id,),
        total=wanted.money,
        needs=(target.key,) if isinstance(target, NewAgreement) else (),
        notes=("On a new Agreement.", *notes) if is_new else notes,
    )


def update(wanted: Wanted, agreement: Agreement, found: Member, different: Fields) -> Change:
    """New values on an Addition that stays."""
    before = fields_of(found.addition)
    return Change(
        key=key_on(agreement, found.marker),
        action=Action.UPDATE,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=agreement.id,
        before=before,
        after=before | dict(different),
        lines=(wanted.line.line_id,),
        total=wanted.money,
        notes=("Adopts an Addition made by hand.",) if "marker" in different else (),
    )


def leave(wanted: Wanted, found: Member) -> Change:
    """The line is billed by an Addition that is as it should be, or as somebody accepted it to be."""
    values = fields_of(found.addition)
    amount = amount_of(found.addition)
    return Change(
        key=_key(found),
        action=Action.LEAVE,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=found.agreement_id,
        before=values,
        after=values,
        lines=(wanted.line.line_id,),
        total=Money(amount, wanted.line.currency) if wanted.kept else wanted.money,
        found=amount,
    )


def end(found: Member, last_day: date, *notes: str) -> Change:
    """Bill an Addition for the last time on `last_day`."""
    before = fields_of(found.addition)
    return Change(
        key=_key(found),
        action=Action.CANCEL,
        resource=Resource.ADDITION,
        remote_id=found.addition.id,
        parent_id=found.agreement_id,
        before=before,
        after=before | {"cancelled": last_day},
        notes=notes,
    )


def key_on(target: AgreementTarget, marker: Marker) -> str:
    """The business key of an Addition that a plan makes or changes."""
    return f"{target.key if isinstance(target, NewAgreement) else target.id}/{marker}"


def _key(found: Member) -> str:
    return f"{found.agreement_id}/{found.marker}"
