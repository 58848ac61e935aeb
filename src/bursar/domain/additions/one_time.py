"""A single charge: one Addition of its own, which is never carried on (rule 90)."""

from bursar.domain.additions.changes import create, differences, leave, update
from bursar.domain.additions.duplicates import possible_duplicate
from bursar.domain.additions.matching import deleted, edited, find, was_deleted
from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, invoiced_already, spans_periods
from bursar.domain.additions.wanted import Wanted, block
from bursar.domain.plan import Blocked, Change
from bursar.domain.psa import Agreement


def charge_once(wanted: Wanted, target: AgreementTarget, present: Present) -> list[Change] | Blocked:
    """Create the Addition of the line, correct it while it cannot have been invoiced, or leave it."""
    found = find(wanted, target, present)
    if isinstance(found, Blocked):
        return found
    if found is None or isinstance(target, NewAgreement):
        return _absent(wanted, target, present)
    return edited(wanted, found) or _adjust(wanted, target, found)


def _absent(wanted: Wanted, target: AgreementTarget, present: Present) -> list[Change] | Blocked:
    gone = deleted(wanted, target, None, present)
    if gone is not None and (blocked := was_deleted(wanted, gone)):
        return blocked
    agreement_id = None if isinstance(target, NewAgreement) else target.id
    if elsewhere := present.elsewhere(agreement_id, wanted.marker.series):
        return _on_another_agreement(wanted, elsewhere[0])
    if blocked := spans_periods(wanted, target) or invoiced_already(wanted, target, wanted.effective):
        return blocked
    if blocked := possible_duplicate(wanted, target, present):
        return blocked
    return [create(wanted, target, present.next_marker(agreement_id, wanted.marker))]


def _on_another_agreement(wanted: Wanted, other: Member) -> Blocked:
    return block(
        wanted.source,
        "on_another_agreement",
        f"Addition {other.addition.id} on Agreement {other.agreement_id} bills this charge already.",
        "Choose that Agreement for the line, or delete the Addition in ConnectWise and post again.",
    )


def _adjust(wanted: Wanted, agreement: Agreement, found: Member) -> list[Change] | Blocked:
    different = differences(wanted, found)
    if not different:
        return [leave(wanted, found)]
    if "product_id" in different:
        return block(
            wanted.source,
            "product_changed",
            f"Addition {found.addition.id} bills this charge with another product, and a product cannot be exchanged.",
            "Delete that Addition in ConnectWise and set the line to post again.",
        )
    if agreement.next_invoice is not None and found.start < agreement.next_invoice:
        return block(
            wanted.source,
            "already_invoiced",
            f"Addition {found.addition.id} of this charge may have been invoiced and is not rewritten.",
            "Correct it in ConnectWise, or post a correction line.",
        )
    return spans_periods(wanted, agreement) or [update(wanted, agreement, found, different)]
