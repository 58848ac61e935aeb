"""The end of a run that writes: counts, totals, verdict, and what it has to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bursar.domain.money import Totals
from bursar.domain.plan import Action, Blocked, Notice
from bursar.domain.reconcile import Reconciliation
from bursar.store.models import Run, RunNote


@dataclass(slots=True)
class RunReport:
    """The end of a run: what was written, what was left, what is blocked, and whether the money agrees."""

    run: Run
    reconciliation: Reconciliation
    counts: dict[str, int] = field(default_factory=dict)
    held: Totals = field(default_factory=Totals)
    recovered: int = 0
    """Writes of an earlier, interrupted run or attempt that proved to have arrived."""
    stopped: bool = False
    remarks: list[str] = field(default_factory=list)
    """What else is off, beyond single amounts; empty when nothing is."""

    @property
    def troubled(self) -> int:
        """How many things wait for a person."""
        return sum(self.counts.get(name, 0) for name in ("blocked", "failed", "unknown"))

    @property
    def verdict(self) -> str:
        """Whether the money agrees; of a run that was stopped, how far it got."""
        if not self.stopped:
            amounts = [] if self.remarks and self.reconciliation.balanced else [self.reconciliation.verdict]
            return "; ".join([*amounts, *self.remarks])
        written = sum(self.counts.get(action.value, 0) for action in Action if action is not Action.LEAVE)
        told = self.run.month and self.run.expected is not None  # runs without a month count steps, not lines
        lines = f"; {self.run.done} of {self.run.expected} lines are through" if told else ""
        lost = f"; {self.counts['unknown']} still without an answer" if self.counts.get("unknown") else ""
        return f"stopped after {written} writes{lines}{lost}"


def save_blocked(run: Run, blocked: Iterable[Blocked]) -> None:
    """Keep what could not be written with the run."""
    notes = [
        RunNote(
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
        for item in blocked
    ]
    RunNote.objects.bulk_create(notes, batch_size=500)


def save_warnings(run: Run, notices: Iterable[Notice]) -> None:
    """Keep warnings with the run."""
    notes = [
        RunNote(run=run, kind=RunNote.Kind.WARNING, code=item.code, subject=item.subject, sentence=item.sentence)
        for item in notices
    ]
    RunNote.objects.bulk_create(notes, batch_size=500)


def finish(report: RunReport, further: Mapping[str, Totals]) -> None:
    """Put the totals and the verdict on the run (unsaved), and keep a note for each amount that did not arrive."""
    run, result = report.run, report.reconciliation
    totals: dict[str, Totals] = {
        "planned": result.planned,
        "posted": result.posted,
        "read_back": result.read_back,
        "held": report.held,
        **further,
    }
    run.totals = {kind: {c: f"{a:f}" for c, a in sums.items()} for kind, sums in totals.items()}
    run.result = {**run.result, "balanced": result.balanced and not report.remarks and not report.stopped}
    if report.stopped:
        return  # what was not sent or not read back is no difference
    for item in result.differences:
        if item.posted is None:
            continue  # the write that failed says why itself
        sentence = f"Planned {item.planned}, posted {item.posted}, read back {item.read_back}."
        RunNote.objects.create(run=run, kind=RunNote.Kind.ERROR, code="differs", subject=item.key, sentence=sentence)
