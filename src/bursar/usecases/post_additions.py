"""Post a month: settle, plan, post and reconcile, company batch by company batch, as the connection's only writer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bursar.domain.additions.planner import repeated_keys
from bursar.domain.errors import BursarError
from bursar.domain.money import Totals
from bursar.domain.plan import Action, Blocked, Change, Notice, Plan
from bursar.domain.psa import Addition
from bursar.domain.reconcile import Expectation, Reconciliation
from bursar.ports import Clock, Psa
from bursar.store.models import Connection, Posting, Run, RunNote
from bursar.store.queries import journal
from bursar.store.writer_lock import sole_writer
from bursar.usecases.plan_additions import MonthLines, MonthPlanner, PlanOptions
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.record_additions import record_additions, record_left

CHANGES_AT_ONCE = 2000
"""Changes that are posted together: enough to keep every connection busy, few enough to hold in memory."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a caller follows a run: the number of lines there are, then lines that are done."""

    lines: Callable[[int], None] = lambda _count: None
    done: Callable[[int], None] = lambda _count: None


@dataclass(slots=True)
class RunReport:
    """The end of a run: what was written, what was left, what is blocked, and whether the money agrees."""

    run: Run
    reconciliation: Reconciliation
    counts: dict[str, int] = field(default_factory=dict)
    held: Totals = field(default_factory=Totals)
    recovered: int = 0
    """Writes of an earlier, interrupted run that proved to have arrived."""

    @property
    def troubled(self) -> int:
        """How many things wait for a person."""
        return sum(self.counts.get(name, 0) for name in ("blocked", "failed", "unknown"))


def post_additions(
    connection: Connection, psa: Psa, clock: Clock, options: PlanOptions, watch: Watch | None = None
) -> RunReport:
    """Post one month of lines; once more writes nothing. Raises BursarError when nothing can be planned."""
    with sole_writer(connection):
        _close_interrupted(connection, clock)
        run = Run.objects.create(connection=connection, verb="post lines", month=str(options.month))
        journey = _Journey(connection, psa, clock, options, watch or Watch(), run)
        try:
            report = journey.go()
        except BursarError as error:
            _note(run, RunNote.Kind.ERROR, error.code, "The run", error.sentence, error.remedy)
            _end(run, clock, Run.State.FAILED, error.sentence)
            raise
        _end(run, clock, Run.State.DONE, report.reconciliation.verdict)
        return report


def _close_interrupted(connection: Connection, clock: Clock) -> None:
    """No other process holds the lock, so whatever still says *running* was interrupted."""
    Run.objects.filter(connection=connection, state=Run.State.RUNNING).update(
        state=Run.State.INTERRUPTED, ended_at=clock.now(), verdict="The process ended before the run did."
    )


def _end(run: Run, clock: Clock, state: Run.State, verdict: str) -> None:
    run.state, run.ended_at, run.verdict = state, clock.now(), verdict[:200]
    run.save()


def _note(run: Run, kind: RunNote.Kind, code: str, subject: str, sentence: str, remedy: str = "") -> None:
    RunNote.objects.create(run=run, kind=kind, code=code, subject=subject, sentence=sentence, remedy=remedy)


class _Journey:
    """One run of the billing journey."""

    def __init__(
        self, connection: Connection, psa: Psa, clock: Clock, options: PlanOptions, watch: Watch, run: Run
    ) -> None:
        self._connection = connection
        self._psa = psa
        self._clock = clock
        self._options = options
        self._watch = watch
        self._run = run
        self._report = RunReport(run, Reconciliation())

    def go(self) -> RunReport:
        earlier = journal.unsettled(self._connection)
        self._report.recovered = settle_earlier(earlier, self._psa, self._clock, self._record)
        planner = MonthPlanner(self._connection, self._psa, self._options)
        lines = planner.sort_lines()
        self._watch.lines(lines.count - lines.excluded)
        with Poster(self._run, self._psa, self._clock, self._record, self._watch.done) as poster:
            for plan in _joined(item.plan for item in planner.plans(lines)):
                self._post_batch(plan, poster)
        self._finish(lines)
        return self._report

    def _record(self, posted: Sequence[Posted]) -> None:
        record_additions(self._connection, self._clock.now(), posted)

    def _post_batch(self, plan: Plan, poster: Poster) -> None:
        if repeated := repeated_keys(plan):
            raise BursarError(f"Two changes share the key {repeated[0]}; nothing of this batch was posted.")
        self._save_notes(plan)
        self._watch.done(sum(len(blocked.lines) for blocked in plan.blocked))
        rows = poster.post(plan)
        with transaction.atomic():
            record_left(self._connection, self._clock.now(), plan.changes)
        self._reconcile(plan, rows)
        self._count(plan, rows)
        self._watch.done(sum(len(change.lines) for change in plan.changes if not change.writes))

    def _save_notes(self, plan: Plan) -> None:
        RunNote.objects.bulk_create([_blocked_note(self._run, item) for item in plan.blocked], batch_size=500)
        RunNote.objects.bulk_create([_warning_note(self._run, item) for item in plan.notices], batch_size=500)
        self._report.held.merge(plan.held)

    def _reconcile(self, plan: Plan, rows: Mapping[str, Posting]) -> None:
        """Read back every agreement that was written to; compare planned, posted and remote amounts."""
        written = {row.parent_id for row in rows.values() if row.parent_id and row.state == Posting.State.POSTED}
        remote = {addition.id: addition for _, additions in self._psa.additions(written) for addition in additions}
        self._report.reconciliation.add(
            _expectation(change, rows.get(change.key), remote) for change in plan.changes if change.total
        )

    def _count(self, plan: Plan, rows: Mapping[str, Posting]) -> None:
        counts = self._report.counts
        for row in rows.values():
            name = row.action if row.state == Posting.State.POSTED else row.state
            counts[name] = counts.get(name, 0) + 1
        counts["leave"] = counts.get("leave", 0) + plan.count(Action.LEAVE)
        counts["blocked"] = counts.get("blocked", 0) + len(plan.blocked)

    def _finish(self, lines: MonthLines) -> None:
        self._report.counts |= {"lines": lines.count, "excluded": lines.excluded}
        self._run.counts = dict(self._report.counts)
        result = self._report.reconciliation
        totals = {
            "planned": result.planned,
            "posted": result.posted,
            "read_back": result.read_back,
            "held": self._report.held,
            "excluded": lines.excluded_totals,
        }
        self._run.totals = {kind: {c: f"{a:f}" for c, a in sums.items()} for kind, sums in totals.items()}
        for item in result.differences:
            if item.posted is None:
                continue  # the write that failed says why itself
            sentence = f"Planned {item.planned}, posted {item.posted}, read back {item.read_back}."
            _note(self._run, RunNote.Kind.ERROR, "differs", item.key, sentence)


def _joined(plans: Iterable[Plan]) -> Iterator[Plan]:
    """Plans of whole companies, joined stage by stage until they are worth posting together."""
    joined = Plan()
    for plan in plans:
        joined.extend(plan)
        if sum(map(len, joined.stages)) + len(joined.blocked) >= CHANGES_AT_ONCE:
            yield joined
            joined = Plan()
    yield joined


def _blocked_note(run: Run, item: Blocked) -> RunNote:
    return RunNote(
        run=run,
        kind=RunNote.Kind.BLOCKED,
        code=item.code,
        subject=item.subject,
        sentence=item.sentence,
        remedy=item.remedy,
        lines=list(item.lines),
        amount=item.total.amount if item.total else None,
        currency=item.total.currency if item.total else "",
    )


def _warning_note(run: Run, item: Notice) -> RunNote:
    return RunNote(run=run, kind=RunNote.Kind.WARNING, code=item.code, subject=item.subject, sentence=item.sentence)


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
