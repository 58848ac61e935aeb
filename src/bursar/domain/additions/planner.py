"""One company, one month → one Plan. Pure: the same situation always gives the same plan."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bursar.domain.additions.compare import compare
from bursar.domain.additions.posted import review
from bursar.domain.additions.situation import BillingSettings, MappedLine, Situation, Trace
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, creation, first_day_of, target_of
from bursar.domain.additions.vanished import cancel_vanished
from bursar.domain.additions.wanted import Wanted, block, one_per_series, subject_of, want
from bursar.domain.identity import AdditionKind
from bursar.domain.lines import BillingCycle
from bursar.domain.plan import Action, Blocked, Change, Notice, Plan

AGREEMENTS, ENDINGS, ADDITIONS = 0, 1, 2
"""The stages: what Additions hang on, what ends, what is billed."""


def plan_company(situation: Situation, settings: BillingSettings) -> Plan:
    """Plan one company's month. Every line ends in one change, one Blocked, or one skip notice."""
    plan = Plan(stages=[[], [], []])
    if situation.company.deleted:
        plan.blocked.extend(_company_deleted(situation))
        return plan
    if situation.company.status not in settings.active_statuses:
        sentence = f"The company's status is {situation.company.status}; its mapping still points to it."
        plan.notices.append(Notice(situation.company.name, "company_not_active", sentence))
    wanted = _wanted(situation, settings, plan)
    planned = _plan_wanted(wanted, situation, settings, plan)
    moved = _moved(planned, situation)
    changes, blocked, notices = cancel_vanished(situation, settings, moved)
    plan.stages[ENDINGS].extend(changes)
    plan.blocked.extend(blocked)
    plan.notices.extend(notices)
    _order_moves(plan, changes, moved)
    return plan


def _company_deleted(situation: Situation) -> list[Blocked]:
    sentence = f"{situation.company.name} was deleted in ConnectWise."
    remedy = "Map the organization to another company, or exclude it."
    return [block(source, "company_deleted", sentence, remedy) for source in situation.lines]


def _wanted(situation: Situation, settings: BillingSettings, plan: Plan) -> list[Wanted]:
    found: list[Wanted] = []
    for source in situation.lines:
        if source.trace and not source.overrides.post_again:
            _add_reviewed(source, source.trace, situation, plan)
        elif settings.skip_zero_lines and source.line.total == 0:
            plan.notices.append(Notice(subject_of(source.line), "zero_line_skipped", "A setting skips zero lines."))
        else:
            item = want(source, settings, situation.products)
            if isinstance(item, Blocked):
                plan.blocked.append(item)
            else:
                found.append(item)
    return _persist_one(found, situation, settings)


def _add_reviewed(source: MappedLine, trace: Trace, situation: Situation, plan: Plan) -> None:
    outcome, notices = review(source, trace, situation)
    plan.notices.extend(notices)
    if isinstance(outcome, Blocked):
        plan.blocked.append(outcome)
    else:
        plan.stages[ADDITIONS].append(outcome)


def _persist_one(found: Sequence[Wanted], situation: Situation, settings: BillingSettings) -> list[Wanted]:
    """Series whose persistent Addition was posted from another line of this month leave only one-time charges."""
    taken = {
        source.trace.marker.series
        for source in situation.lines
        if source.trace and source.trace.marker.kind is AdditionKind.RECURRING and not source.overrides.post_again
    }
    in_force = {
        link.marker.series: product
        for link in situation.links
        if isinstance(product := link.written.get("product_id"), int)
    }
    return one_per_series(found, settings.scope, in_force, taken)


def _plan_wanted(
    wanted: Sequence[Wanted], situation: Situation, settings: BillingSettings, plan: Plan
) -> Mapping[str, AgreementTarget]:
    """Plan each wanted Addition; returns where each persistent series is billed."""
    billed_on: dict[str, AgreementTarget] = {}
    new: dict[NewAgreement, list[Wanted]] = {}
    for item in wanted:
        agreement = target_of(item, situation, settings)
        if isinstance(agreement, Blocked):
            plan.blocked.append(agreement)
            continue
        outcome = compare(item, agreement, situation)
        if isinstance(outcome, Blocked):
            plan.blocked.append(outcome)
            continue
        if isinstance(agreement, NewAgreement):
            new.setdefault(agreement, []).append(item)
        if item.recurring:
            billed_on[item.marker.series] = agreement
        _stage(outcome, situation, plan)
        _warn_of_long_cycle(item, plan)
    plan.stages[AGREEMENTS].extend(
        creation(agreement, first_day_of(items), situation, settings) for agreement, items in new.items()
    )
    return billed_on


def _stage(changes: Sequence[Change], situation: Situation, plan: Plan) -> None:
    for change in changes:
        placed = replace(change, company_id=situation.company.id)
        plan.stages[ENDINGS if change.action is Action.CANCEL else ADDITIONS].append(placed)


def _warn_of_long_cycle(item: Wanted, plan: Plan) -> None:
    cycle = item.line.billing_cycle
    if item.recurring and item.cancelled is None and cycle not in {BillingCycle.MONTHLY, BillingCycle.ONE_TIME}:
        sentence = (
            f"A {cycle} charge without an end date is billed in every period of the Agreement until it is cancelled."
        )
        plan.notices.append(Notice(subject_of(item.line), "long_cycle", sentence))


def _moved(billed_on: Mapping[str, AgreementTarget], situation: Situation) -> frozenset[str]:
    """`series@agreement` of Additions whose subscription is now billed on another Agreement."""
    return frozenset(
        f"{link.marker.series}@{link.agreement_id}"
        for link in situation.links
        if (target := billed_on.get(link.marker.series)) is not None
        and (isinstance(target, NewAgreement) or target.id != link.agreement_id)
    )


def _order_moves(plan: Plan, cancelled: Sequence[Change], moved: frozenset[str]) -> None:
    """A subscription that moves starts on the new Agreement only when it has ended on the old one."""
    if not moved:
        return
    endings = {_series(change): change.key for change in cancelled}
    plan.stages[ADDITIONS] = [
        replace(change, needs=(*change.needs, endings[_series(change)]))
        if change.action is Action.CREATE and _series(change) in endings
        else change
        for change in plan.stages[ADDITIONS]
    ]


def _series(change: Change) -> str:
    return str(change.after.get("marker", "")).rpartition(":")[0]


def repeated_keys(plan: Plan) -> list[str]:
    """Keys that more than one change carries; always empty, and checked before anything is posted."""
    return [key for key, times in Counter(change.key for change in plan.changes).items() if times > 1]
