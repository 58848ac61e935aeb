"""End Additions that people made by hand, because Bursar bills the same thing from now on (rule 99, decision 8)."""

from collections.abc import Collection, Iterable
from datetime import date

from bursar.domain.additions.drift import fields_of
from bursar.domain.identity import parse_marker
from bursar.domain.plan import Action, Blocked, Change, Plan, Resource
from bursar.domain.psa import Addition, Agreement, Company

ENDINGS_STAGE = 1


def end_by_hand(
    company: Company,
    agreement: Agreement,
    present: Iterable[Addition],
    wanted: Collection[int],
    ours: Collection[int],
    last_day: date,
) -> Plan:
    """Bill these Additions of an Agreement for the last time on `last_day`; what cannot be ended is blocked.

    `ours` are the Additions that Bursar bills: they end by their lines alone.
    """
    plan = Plan(stages=[[], [], []])
    there = {addition.id: addition for addition in present}
    for addition_id in sorted(wanted):
        outcome = _ending(company, agreement, there.get(addition_id), addition_id, ours, last_day)
        if isinstance(outcome, Blocked):
            plan.blocked.append(outcome)
        else:
            plan.stages[ENDINGS_STAGE].append(outcome)
    return plan


def _ending(
    company: Company,
    agreement: Agreement,
    found: Addition | None,
    addition_id: int,
    ours: Collection[int],
    last_day: date,
) -> Change | Blocked:
    subject = f"{company.name}: Addition {addition_id} on {agreement.name}"
    if found is None:
        return Blocked(
            subject,
            "addition_missing",
            "It is no longer in ConnectWise.",
            "Nothing is left to end.",
            company_id=company.id,
        )
    if addition_id in ours or parse_marker(found.marker):
        return Blocked(
            subject,
            "billed_by_bursar",
            "Bursar bills this Addition; it ends when its subscription does.",
            "Leave it out, or end it in ConnectWise.",
            company_id=company.id,
        )
    if found.effective and last_day < found.effective:
        return Blocked(
            subject,
            "cancelled_before_start",
            f"It starts {found.effective} and cannot end on {last_day}.",
            "Choose a later last day, or delete the Addition in ConnectWise if it should never have been billed.",
            company_id=company.id,
        )
    before = fields_of(found)
    ends_already = found.cancelled is not None and found.cancelled <= last_day
    return Change(
        key=f"{agreement.id}/addition {addition_id}",
        action=Action.LEAVE if ends_already else Action.CANCEL,
        resource=Resource.ADDITION,
        remote_id=addition_id,
        parent_id=agreement.id,
        company_id=company.id,
        before=before,
        after=before if ends_already else before | {"cancelled": last_day},
        notes=(f"Made by hand; it has ended {found.cancelled} already." if ends_already else "Made by hand.",),
    )
