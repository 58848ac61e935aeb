"""Post a month: settle, plan, post and reconcile, company batch by company batch, as the connection's only writer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction

from bursar.domain.additions.planner import repeated_keys
from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.plan import Change, Notice, Plan
from bursar.domain.psa import Addition
from bursar.domain.reconcile import Expectation, Reconciliation
from bursar.ports import Clock, Psa
from bursar.store.models import Connection, Posting, Run, RunNote
from bursar.store.queries import journal
from bursar.usecases.agreed_plan import LOOK_AGAIN, AgreedPlan
from bursar.usecases.blocked_lines import note_blocked
from bursar.usecases.carry_out_at_once import carry_out_at_once
from bursar.usecases.make_plan import Planner, planner_of
from bursar.usecases.plan_additions import CompanyPlan, MonthLines, MonthPlanner, PlanOptions
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.record_additions import record_left
from bursar.usecases.record_receipts import record_receipts
from bursar.usecases.run_report import RunReport, finish, save_blocked, save_warnings
from bursar.usecases.run_requests import plan_of, plan_options_of, post_request
from bursar.usecases.runs import POST_LINES
from bursar.usecases.watch import Watch

CHANGES_AT_ONCE = 2000
"""Changes that are posted together: enough to keep every connection busy, few enough to hold in memory."""


def post_additions(
    connection: Connection, psa: Psa, clock: Clock, options: PlanOptions, watch: Watch | None = None
) -> RunReport:
    """Post one month of lines at once, without a queue; once more writes nothing. Raises BursarError."""
    request, month = post_request(options), str(options.month)
    return carry_out_at_once(
        connection, clock, POST_LINES, request, month, lambda run: post_run(run, psa, clock, watch or Watch())
    )


def post_run(run: Run, psa: Psa, clock: Clock, watch: Watch) -> RunReport:
    """The work of a posting that has begun; call as sole writer. A later attempt goes on where the last one ended.

    With a plan, only what people agreed to in it is written. Raises InvalidInput when that plan is gone.
    """
    if run.request.get("plan"):
        return _post_agreed(run, psa, clock, watch)
    return post_months(run, psa, clock, [plan_options_of(run)], watch)


def post_months(
    run: Run, psa: Psa, clock: Clock, months: Sequence[PlanOptions], watch: Watch, notices: Sequence[Notice] = ()
) -> RunReport:
    """Everything of several months in turn, oldest first, counted together; `notices` are kept with the run."""
    planners = [MonthPlanner(run.connection, psa, options) for options in months]
    return _Journey(run, psa, clock, planners, watch).go(notices)


def _post_agreed(run: Run, psa: Psa, clock: Clock, watch: Watch) -> RunReport:
    plan = plan_of(run)
    if plan is None:
        raise InvalidInput("The plan of this posting is gone.", remedy=LOOK_AGAIN)
    agreed = AgreedPlan.of(run)
    companies = None if agreed.everything else frozenset(agreed.by_company)
    return _Journey(run, psa, clock, [planner_of(plan, psa, companies)], watch, agreed).go()


class _Journey:
    """One attempt of a run of the billing journey."""

    def __init__(
        self,
        run: Run,
        psa: Psa,
        clock: Clock,
        planners: Sequence[Planner],
        watch: Watch,
        agreed: AgreedPlan | None = None,
    ) -> None:
        self._run = run
        self._connection = run.connection
        self._psa = psa
        self._clock = clock
        self._planners = planners
        self._watch = watch
        self._agreed = agreed
        self._report = RunReport(run, Reconciliation(), recovered=int(run.result.get("recovered", 0)))
        self._lines = MonthLines()
        self._left = 0
        self._written_earlier: set[int] = set()

    def go(self, notices: Sequence[Notice] = ()) -> RunReport:
        self._settle_earlier()
        save_warnings(self._run, notices)
        try:
            for planner in self._planners:
                if not self._report.stopped:
                    self._post_month(planner)
        finally:
            self._count()
        finish(self._report, {"excluded": self._lines.excluded_totals})
        return self._report

    def _post_month(self, planner: Planner) -> None:
        lines = planner.sort_lines()
        through = self._lines.count - self._lines.excluded
        self._lines.count += lines.count
        self._lines.excluded += lines.excluded
        self._lines.excluded_totals.merge(lines.excluded_totals)
        self._watch.lines(self._lines.count - self._lines.excluded)
        self._watch.done(through)
        self._post_all(planner, lines)

    def _settle_earlier(self) -> None:
        """Nothing is planned before everything that was left open is settled, be it of this run or of another."""
        self._run.notes.all().delete()
        journal.begin_again(self._run)
        earlier = journal.unsettled(self._connection)
        found = settle_earlier(earlier, self._psa, self._clock, self._record, self._watch.stopped)
        self._report.recovered += found
        self._run.result = {**self._run.result, "recovered": self._report.recovered}
        self._run.save(update_fields=["result"])
        self._written_earlier = journal.additions_written(self._run)

    def _post_all(self, planner: Planner, lines: MonthLines) -> None:
        with Poster(self._run, self._psa, self._clock, self._record, self._watch) as poster:
            for plan in _joined(map(self._permitted, _until_stopped(planner, lines, poster))):
                if not poster.stops():
                    self._post_batch(plan, poster)
            self._report.stopped = poster.stops()
            if poster.refusal is not None:
                raise poster.refusal

    def _permitted(self, item: CompanyPlan) -> Plan:
        """What of a company's plan may be written: pilot mode, and what people agreed to."""
        if self._agreed is None:
            return item.postable
        before = self._agreed.left_out
        plan = self._agreed.restricted(item.company.id if item.company else None, item.postable)
        self._watch.done(self._agreed.left_out - before)
        return plan

    def _record(self, posted: Sequence[Posted]) -> None:
        record_receipts(self._connection, self._clock.now(), posted)

    def _post_batch(self, plan: Plan, poster: Poster) -> None:
        if repeated := repeated_keys(plan):
            raise BursarError(f"Two changes share the key {repeated[0]}; nothing of this batch was posted.")
        self._save_notes(plan)
        self._watch.done(sum(len(blocked.lines) for blocked in plan.blocked))
        rows = poster.post(plan)
        with transaction.atomic():
            record_left(self._connection, self._clock.now(), plan.changes)
            note_blocked(self._connection, plan)
            if self._agreed:
                self._agreed.note_posted(_arrived(plan, rows))
        self._reconcile(plan, rows, read_back=not poster.stops())
        left = [change for change in plan.changes if not change.writes]
        self._left += sum(change.remote_id not in self._written_earlier for change in left)
        self._watch.done(sum(len(change.lines) for change in left))

    def _save_notes(self, plan: Plan) -> None:
        save_blocked(self._run, plan.blocked)
        save_warnings(self._run, plan.notices)
        self._report.held.merge(plan.held)

    def _reconcile(self, plan: Plan, rows: Mapping[str, Posting], *, read_back: bool) -> None:
        """Read back every agreement that was written to; compare planned, posted and remote amounts."""
        written = {row.parent_id for row in rows.values() if row.parent_id and row.state == Posting.State.POSTED}
        agreements = self._psa.additions(written) if read_back else ()
        remote = {addition.id: addition for _, additions in agreements for addition in additions}
        self._report.reconciliation.add(
            _expectation(change, rows.get(change.key), remote) for change in plan.changes if change.total
        )

    def _count(self) -> None:
        """Over all attempts, from the journal and the notes: what an earlier attempt wrote is found as it should be."""
        counts = journal.outcome_counts(self._run)
        counts["leave"] = self._left
        counts["blocked"] = counts.get("blocked", 0) + self._run.notes.filter(kind=RunNote.Kind.BLOCKED).count()
        self._report.counts = counts | {"lines": self._lines.count, "excluded": self._lines.excluded}
        if self._agreed:
            self._report.counts["not_selected"] = self._agreed.left_out
        self._run.counts = dict(self._report.counts)


def _until_stopped(planner: Planner, lines: MonthLines, poster: Poster) -> Iterator[CompanyPlan]:
    """The companies' plans, as long as nobody has stopped the run."""
    plans: Iterator[CompanyPlan] = planner.plans(lines)
    while not poster.stops() and (item := next(plans, None)) is not None:
        yield item


def _arrived(plan: Plan, rows: Mapping[str, Posting]) -> Iterator[Change]:
    """The changes that are in ConnectWise now."""
    for change in plan.changes:
        row = rows.get(change.key)
        if not change.writes or (row is not None and row.state == Posting.State.POSTED):
            yield change


def _joined(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Plans of whole companies, joined stage by stage until they are worth posting together."""
    joined = Plan()
    for plan in plans:
        joined.extend(plan)
        if sum(map(len, joined.stages)) + len(joined.blocked) >= CHANGES_AT_ONCE:
            yield joined
            joined = Plan()
    yield joined


def _expectation(change: Change, row: Posting | None, remote: Mapping[int, Addition]) -> Expectation:
    planned = change.total
    if planned is None:
        raise ValueError(f"{change.key} carries no money to reconcile")
    if row is None:
        return Expectation(change.key, planned, change.found, change.found)
    addition = remote.get(row.remote_id or 0)
    posted = row.posted_amount if row.state == Posting.State.POSTED else None
    read_back = addition.total if addition else None
    return Expectation(change.key, planned, posted, read_back)
