"""One company, one month → one Plan. Pure: the same situation always gives the same plan."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bursar.domain.additions.accepted import stands_instead
from bursar.domain.additions.compare import Compared, compare
from bursar.domain.additions.moves import move
from bursar.domain.additions.posted import review
from bursar.domain.additions.present import Present
from bursar.domain.additions.situation import BillingSettings, MappedLine, Situation, Trace
from bursar.domain.additions.targets import AgreementTarget, NewAgreement, creation, first_day_of, target_of
from bursar.domain.additions.vanished import cancel_vanished
from bursar.domain.additions.wanted import Wanted, block, one_per_series, subject_of, want
from bursar.domain.identity import AdditionKind, one_time_marker
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
    present = Present(situation, settings.scope)
    _plan_wanted(_wanted(situation, settings, present, plan), present, settings, plan)
    changes, blocked, notices = cancel_vanished(situation, settings)
    plan.stages[ENDINGS].extend(changes)
    plan.blocked.extend(blocked)
    plan.notices.extend(notices)
    return plan


def _company_deleted(situation: Situation) -> list[Blocked]:
    sentence = f"{situation.company.name} was deleted in ConnectWise."
    remedy = "Map the organization to another company, or exclude it."
    return [block(source, "company_deleted", sentence, remedy) for source in situation.lines]


def _wanted(situation: Situation, settings: BillingSettings, present: Present, plan: Plan) -> list[Wanted]:
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
    return _persist_one(_adopt_once(found, plan), present)


def _add_reviewed(source: MappedLine, trace: Trace, situation: Situation, plan: Plan) -> None:
    outcome, notices = review(source, trace, situation)
    plan.notices.extend(notices)
    if isinstance(outcome, Blocked):
        plan.blocked.append(outcome)
    elif outcome is not None:
        plan.stages[ADDITIONS].append(outcome)


def _adopt_once(found: Sequence[Wanted], plan: Plan) -> list[Wanted]:
    """An Addition cannot be adopted for two charges (rule 99)."""
    chosen = Counter(item.source.overrides.adopt for item in found)
    twice = [item for item in found if item.source.overrides.adopt and chosen[item.source.overrides.adopt] > 1]
    plan.blocked.extend(
        block(
            item.source,
            "adopted_twice",
            f"Addition {item.source.overrides.adopt} was chosen for adoption by several lines.",
            "Keep the adoption on one line and withdraw it from the others.",
        )
        for item in twice
    )
    return [item for item in found if item not in twice]


def _persist_one(found: Sequence[Wanted], present: Present) -> list[Wanted]:
    """Give each subscription one persistent Addition (ADR 6).

    A series whose persistent Addition was posted from another line of this month leaves only one-time charges, and a
    line that has its one-time Addition keeps it.
    """
    taken = {
        source.trace.marker.series
        for source in present.situation.lines
        if source.trace and source.trace.marker.kind is AdditionKind.RECURRING and not source.overrides.post_again
    }
    single = {
        item.line.line_id
        for item in found
        if item.recurring and present.members(one_time_marker(present.scope, item.line.line_id).series)
    }
    return one_per_series(found, present.scope, present.products(), taken, single)


def _plan_wanted(wanted: Sequence[Wanted], present: Present, settings: BillingSettings, plan: Plan) -> None:
    new: dict[NewAgreement, list[Wanted]] = {}
    for item in wanted:
        home = present.home_of(item.marker.series, item.line.currency) if item.recurring else None
        target = target_of(item, present.situation, settings, home)
        outcome = target if isinstance(target, Blocked) else _changes(item, target, present)
        if isinstance(outcome, Blocked):
            plan.blocked.append(outcome)
            continue
        if isinstance(target, NewAgreement) and any(change.parent_key for change in outcome.changes):
            new.setdefault(target, []).append(outcome.wanted)
        _stage(outcome.changes, present.situation, plan)
        _warn_of_late_start(item, outcome.changes, plan)
        _tell_what_stands(outcome, plan)
    plan.stages[AGREEMENTS].extend(
        creation(target, first_day_of(items), present.situation, settings) for target, items in new.items()
    )


def _changes(item: Wanted, target: AgreementTarget, present: Present) -> Compared | Blocked:
    compared = compare(item, target, present)
    if isinstance(compared, Blocked):
        return compared
    changes = move(compared.wanted, target, compared.changes, present)
    return changes if isinstance(changes, Blocked) else replace(compared, changes=changes)


def _stage(changes: Sequence[Change], situation: Situation, plan: Plan) -> None:
    for change in changes:
        placed = replace(change, company_id=situation.company.id)
        plan.stages[ENDINGS if change.action is Action.CANCEL else ADDITIONS].append(placed)


def _warn_of_late_start(item: Wanted, changes: Sequence[Change], plan: Plan) -> None:
    """New values that start after the line does leave a difference that no Addition bills."""
    for change in changes:
        start = change.after["effective"]
        if change.action is Action.CREATE and isinstance(start, date) and start > item.effective:
            sentence = (
                f"The line starts {item.effective}, but its values are billed from {start}: until then is invoiced."
            )
            plan.notices.append(Notice(subject_of(item.line), "billed_later", sentence))


def _tell_what_stands(compared: Compared, plan: Plan) -> None:
    """Say which values of the line do not apply, because edits in ConnectWise were accepted (rule 97)."""
    billed = [change.total for change in compared.changes if change.total]
    if compared.wanted.kept and billed:
        plan.notices.append(stands_instead(compared.wanted.source, billed[-1], compared.wanted.kept))


def repeated_keys(plan: Plan) -> list[str]:
    """Keys that more than one change carries; always empty, and checked before anything is posted."""
    return [key for key, times in Counter(change.key for change in plan.changes).items() if times > 1]
