"""Make a plan for people to look at: read ConnectWise, keep every change, everything blocked, every warning.

Nothing is written there. What was kept is what people agree to (`agreed_plan.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

from django.db import transaction

from bursar.domain.additions.situation import BillingSettings
from bursar.domain.additions.wanted import subject_of
from bursar.domain.agreed import fingerprint_of
from bursar.domain.identity import parse_marker
from bursar.domain.money import Totals
from bursar.domain.plan import Action, Blocked, Change, Notice, Resource
from bursar.ports import Psa
from bursar.store.field_json import to_json
from bursar.store.models import Connection, PlanEntry, Run
from bursar.usecases.blocked_lines import note_blocked
from bursar.usecases.plan_additions import CompanyPlan, MonthLines, MonthPlanner
from bursar.usecases.plan_endings import EndingsPlanner
from bursar.usecases.replaced_plans import forget_attempts
from bursar.usecases.review_adoption import keep_hand_additions
from bursar.usecases.review_drift import keep_drifts
from bursar.usecases.review_variance import keep_variances
from bursar.usecases.run_requests import endings_of, plan_options_of
from bursar.usecases.runs import PLAN_ENDINGS
from bursar.usecases.watch import Watch

COMPANIES_AT_ONCE = 100

Reviewer = Callable[[Run, MonthPlanner, Sequence[CompanyPlan]], None]
"""Keeps what it finds about a batch of companies beside the plan; called in the transaction that keeps their plans."""

REVIEWERS: tuple[Reviewer, ...] = (keep_hand_additions, keep_drifts, keep_variances)


class Planner(Protocol):
    """What makes a plan, company by company."""

    @property
    def connection(self) -> Connection: ...

    @property
    def settings(self) -> BillingSettings: ...

    @property
    def complete(self) -> bool:
        """Whether everything that should be planned is known."""

    def sort_lines(self) -> MonthLines: ...

    def plans(self, lines: MonthLines, /) -> Iterator[CompanyPlan]: ...


def planner_of(plan: Run, psa: Psa, companies: frozenset[int] | None = None) -> Planner:
    """The planner that a plan asks for, for all its companies or for some. Raises NotConfigured, InvalidInput."""
    if plan.verb == PLAN_ENDINGS:
        places, last_day = endings_of(plan)
        asked = [place for place in places if companies is None or place.company_id in companies]
        return EndingsPlanner(plan.connection, psa, asked, last_day)
    options = plan_options_of(plan)
    if companies is not None:
        options = replace(options, company_ids=companies, survey=False)
    return MonthPlanner(plan.connection, psa, options)


@dataclass(slots=True)
class PlanReport:
    """The end of making a plan."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*map(str, Action), "blocked", "warnings"), 0))
    planned: Totals = field(default_factory=Totals)
    held: Totals = field(default_factory=Totals)
    excluded: Totals = field(default_factory=Totals)
    preview_only: int = 0
    stopped: bool = False

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped: the plan is not finished"
        writes = sum(self.counts[action] for action in Action if action is not Action.LEAVE)
        return f"{writes} to write, {self.counts[Action.LEAVE]} as they should be, {self.counts['blocked']} blocked"


def make_plan(run: Run, psa: Psa, watch: Watch) -> PlanReport:
    """Keep the plan that the run asks for; call as sole writer. A later attempt begins again. Raises BursarError."""
    planner = planner_of(run, psa)
    forget_attempts(run)
    lines = planner.sort_lines()
    watch.lines(lines.count - lines.excluded)
    report = PlanReport()
    reviewers = REVIEWERS if isinstance(planner, MonthPlanner) and planner.options.survey else ()
    plans = planner.plans(lines)
    while batch := list(islice(plans, COMPANIES_AT_ONCE)):
        if watch.stopped():
            report.stopped = True
            break
        with transaction.atomic():
            _keep(run, batch)
            if isinstance(planner, MonthPlanner):
                for review in reviewers:
                    review(run, planner, batch)
        _count(report, batch)
        watch.done(sum(_lines_in(item) for item in batch))
    _finish(run, report, lines, complete=planner.complete)
    return report


def _keep(run: Run, batch: Sequence[CompanyPlan]) -> None:
    entries = [entry for item in batch for entry in _entries(run, item)]
    PlanEntry.objects.bulk_create(entries, batch_size=500)
    for item in batch:
        note_blocked(run.connection, item.plan)


def _entries(run: Run, item: CompanyPlan) -> Iterator[PlanEntry]:
    told = _Teller(run, item)
    yield from sorted(map(told.change, item.plan.changes), key=_by_agreement)
    for blocked in item.plan.blocked:
        yield told.blocked(blocked)
    for notice in item.plan.notices:
        yield told.warning(notice)


def _by_agreement(entry: PlanEntry) -> tuple[bool, str, str, int]:
    """A new Agreement first, with what goes to it; the planner's order within one: what ends before what begins."""
    new = entry.parent_key or (entry.key if entry.agreement_id is None else "")
    return not new, entry.agreement_name, new, entry.agreement_id or 0


class _Teller:
    """Puts one company's plan in a person's words."""

    def __init__(self, run: Run, item: CompanyPlan) -> None:
        self._run = run
        self._item = item
        situation = item.situation
        self._subjects = {m.line.line_id: subject_of(m.line) for m in situation.lines} if situation else {}
        self._names = {a.id: a.name for a in situation.agreements.values()} if situation else {}
        self._names_of_new = {
            change.key: str(change.after.get("name", ""))
            for change in item.plan.changes
            if change.resource is Resource.AGREEMENT
        }

    def change(self, change: Change) -> PlanEntry:
        is_agreement = change.resource is Resource.AGREEMENT
        entry = self._entry(PlanEntry.Kind.CHANGE, self._subject(change), change.lines)
        entry.action, entry.resource, entry.key = change.action, change.resource, change.key
        entry.fingerprint = fingerprint_of(change) if change.writes else ""
        entry.parent_key, entry.needs = change.parent_key or "", list(change.needs)
        entry.agreement_id = change.remote_id if is_agreement else change.parent_id
        entry.agreement_name = self._agreement(change)[:120]
        entry.remote_id = change.remote_id
        entry.before = to_json(change.before) if change.before is not None else None
        entry.after = to_json(change.after)
        entry.sentence = " ".join(change.notes)
        entry.preview_only = self._item.preview_only and change.writes
        if change.total:
            entry.amount, entry.currency = change.total.amount, change.total.currency
        return entry

    def blocked(self, blocked: Blocked) -> PlanEntry:
        entry = self._entry(PlanEntry.Kind.BLOCKED, blocked.subject, blocked.lines)
        entry.code, entry.sentence, entry.remedy = blocked.code, blocked.sentence, blocked.remedy
        entry.company_id = entry.company_id or blocked.company_id
        if blocked.total:
            entry.amount, entry.currency = blocked.total.amount, blocked.total.currency
        return entry

    def warning(self, notice: Notice) -> PlanEntry:
        entry = self._entry(PlanEntry.Kind.WARNING, notice.subject, ())
        entry.code, entry.sentence = notice.code, notice.sentence
        return entry

    def _entry(self, kind: PlanEntry.Kind, subject: str, lines: Iterable[str]) -> PlanEntry:
        company = self._item.company
        return PlanEntry(
            connection_id=self._run.connection_id,
            run=self._run,
            kind=kind,
            subject=subject,
            lines=list(lines),
            company_id=company.id if company else None,
            company_name=company.name[:160] if company else "",
        )

    def _subject(self, change: Change) -> str:
        if change.resource is Resource.AGREEMENT:
            return f"New Agreement {self._names_of_new[change.key]}"
        for line_id in change.lines:
            if line_id in self._subjects:
                return self._subjects[line_id]
        return self._name_of_subscription(change) or str(
            change.after.get("description") or f"Addition {change.remote_id}"
        )

    def _name_of_subscription(self, change: Change) -> str:
        """Of an Addition that ends without a line."""
        marker = parse_marker(str(change.after.get("marker") or ""))
        links = self._item.situation.links if self._item.situation else ()
        return next((k.subscription_name for k in links if marker and k.marker.series == marker.series), "")

    def _agreement(self, change: Change) -> str:
        if change.resource is Resource.AGREEMENT:
            return self._names_of_new[change.key]
        return self._names_of_new.get(change.parent_key or "", "") or self._names.get(change.parent_id or 0, "")


def _lines_in(item: CompanyPlan) -> int:
    behind = [*(change.lines for change in item.plan.changes), *(blocked.lines for blocked in item.plan.blocked)]
    return sum(map(len, behind))


def _count(report: PlanReport, batch: Iterable[CompanyPlan]) -> None:
    for item in batch:
        for action in Action:
            report.counts[action] += item.plan.count(action)
        report.counts["blocked"] += len(item.plan.blocked)
        report.counts["warnings"] += len(item.plan.notices)
        report.planned.merge(item.plan.planned)
        report.held.merge(item.plan.held)
        report.preview_only += len(item.plan.writes) if item.preview_only else 0


def _finish(run: Run, report: PlanReport, lines: MonthLines, *, complete: bool) -> None:
    report.excluded.merge(lines.excluded_totals)
    run.counts = {**report.counts, "lines": lines.count, "excluded": lines.excluded}
    totals: Mapping[str, Totals] = {"planned": report.planned, "held": report.held, "excluded": report.excluded}
    run.totals = {kind: {c: f"{amount:f}" for c, amount in sums.items()} for kind, sums in totals.items()}
    run.result = {"complete": complete, "preview_only": report.preview_only}
