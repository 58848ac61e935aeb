"""Additions made by hand that may bill the same thing (rule 99, decision 8)."""

from collections.abc import Iterable, Sequence
from datetime import date

from bursar.domain.additions.present import Present
from bursar.domain.additions.situation import overlap
from bursar.domain.additions.targets import AgreementTarget, is_active
from bursar.domain.additions.wanted import Wanted, block, plain
from bursar.domain.plan import Blocked
from bursar.domain.psa import Addition, Agreement


def possible_duplicate(
    wanted: Wanted, target: AgreementTarget, present: Present, since: date | None = None
) -> Blocked | None:
    """Ask before billing beside a similar Addition on any active Agreement of the company.

    With `since` only those that started later are suspicious.
    """
    if wanted.source.overrides.keep_both:
        return None
    for agreement in sorted(present.situation.agreements.values(), key=lambda a: (a != target, a.id)):
        if is_active(agreement, wanted.effective) and (similar := _similar(wanted, agreement, present, since)):
            return _blocked(wanted, agreement, similar, adoptable=agreement == target)
    return None


def _blocked(wanted: Wanted, agreement: Agreement, similar: Iterable[Addition], *, adoptable: bool) -> Blocked:
    evidence = "; ".join(
        f"Addition {a.id}, {plain(a.quantity)} × {plain(a.unit_price)} since {a.effective or 'the start'}"
        for a in similar
    )
    adopt = "Adopt" if adoptable else f"Choose Agreement {agreement.id} for the line and adopt"
    return block(
        wanted.source,
        "possible_duplicate",
        f"'{agreement.name}' already bills the same product by hand: {evidence}.",
        f"{adopt} that Addition, or say that both are wanted (keep both).",
    )


def _similar(wanted: Wanted, agreement: Agreement, present: Present, since: date | None) -> Sequence[Addition]:
    by_hand = [
        addition
        for addition in present.by_hand(agreement.id)
        if addition.product_id == wanted.source.product_id
        and addition.bill_customer == "Billable"
        and overlap(addition, wanted.effective, wanted.cancelled)
        and (since is None or (addition.effective is not None and addition.effective > since))
    ]
    if wanted.recurring:
        return by_hand
    return [a for a in by_hand if a.effective == wanted.effective and a.total == wanted.priced.total]
