"""Drift: what people changed in ConnectWise after Bursar wrote it, and what is decided about it (rule 97, ADR 17).

A decision writes nothing to ConnectWise. It changes what the next plan says, and that plan is looked at before it is
posted.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.additions.drift import EXISTS, KEY
from bursar.domain.additions.drifted import FoundDrift, find_drifts
from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.domain.plan import FieldValue
from bursar.store.field_json import Json, from_json, to_json
from bursar.store.models import AdditionLink, Connection, Drift, Line, Posting, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.variances import newest_review
from bursar.usecases.audit import record
from bursar.usecases.edit_lines import OverrideValue, edit_line
from bursar.usecases.plan_additions import CompanyPlan, MonthPlanner
from bursar.usecases.refusals import ChangedMeanwhile

DECIDED = "drift decided"


class Decision(StrEnum):
    """What a person says about an edit in ConnectWise."""

    ACCEPT = "accept"
    """It is right as it is there."""
    OVERWRITE = "overwrite"
    """Write back what Bursar says."""
    RECREATE = "recreate"
    """Bill it by a new Addition."""


class DriftState(StrEnum):
    """Where the decision stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    OVERWRITE = "overwrite"
    RECREATE = "recreate"
    POSTED = "posted"
    """Bursar has written to the Addition since the plan that found the edit."""


FITTING: Mapping[str, Sequence[Decision]] = {
    Drift.Kind.EDITED: (Decision.ACCEPT, Decision.OVERWRITE),
    Drift.Kind.ENDED: (Decision.ACCEPT, Decision.OVERWRITE, Decision.RECREATE),
    Drift.Kind.DELETED: (Decision.ACCEPT, Decision.RECREATE),
}
"""What can be said about which kind of edit."""


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """A row with what has become of it since the plan."""

    row: Drift
    line: Line | None
    state: DriftState
    version: str
    """Send it back with a decision, so that nobody's is overwritten unseen."""

    @property
    def decisions(self) -> Sequence[Decision]:
        """What can still be decided."""
        if self.state is DriftState.POSTED:
            return ()
        fitting = [d for d in FITTING[self.row.kind] if d is Decision.ACCEPT or self.line is not None]
        return [d for d in fitting if d is not Decision.ACCEPT or KEY not in self.row.edits]


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What became of the selected rows."""

    decided: int = 0
    left: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why some stay as they were → how many."""


def drifts_of(connection: Connection) -> QuerySet[Drift]:
    """What the newest whole plan found; nothing before the first."""
    plan = newest_review(connection)
    found = Drift.objects.filter(run=plan) if plan else Drift.objects.none()
    return found.select_related("link", "run")


def keep_drifts(run: Run, planner: MonthPlanner, plans: Sequence[CompanyPlan]) -> None:
    """Keep what was edited at these companies, beside the plan (a reviewer of `make_plan`)."""
    found = [
        (item, drift)
        for item in plans
        if item.situation is not None
        for drift in find_drifts(item.situation, planner.settings, item.plan)
    ]
    if not found:
        return
    ids = [drift.link.addition_id for _, drift in found]
    links = {
        row.addition_id: row for row in AdditionLink.objects.filter(connection=run.connection, addition_id__in=ids)
    }
    newest = _newest_lines([links[drift.link.addition_id].pk for _, drift in found if not drift.line_id])
    rows = [_row(run, item, drift, links[drift.link.addition_id], newest) for item, drift in found]
    Drift.objects.bulk_create(rows, batch_size=500)


def _newest_lines(links: Collection[int]) -> Mapping[int, str]:
    """The newest line that was posted to each of these."""
    found: dict[int, str] = {}
    for some in chunks(links):
        rows = Line.objects.filter(link__in=some).order_by("month", "pk")
        found |= dict(rows.values_list("link_id", "line_id"))
    return found


def _row(run: Run, item: CompanyPlan, drift: FoundDrift, link: AdditionLink, newest: Mapping[int, str]) -> Drift:
    situation = item.situation
    agreement = situation.agreements.get(link.agreement_id) if situation else None
    return Drift(
        run=run,
        link=link,
        kind=drift.kind.value,
        company_id=link.company_id,
        company_name=item.company.name[:160] if item.company else "",
        agreement_name=agreement.name[:120] if agreement else "",
        edits=_stored(drift.edits),
        line_id=drift.line_id or newest.get(link.pk, ""),
    )


def _stored(edits: Mapping[str, tuple[FieldValue, FieldValue]]) -> dict[str, list[Json]]:
    wrote, now = to_json({n: edit[0] for n, edit in edits.items()}), to_json({n: edit[1] for n, edit in edits.items()})
    return {name: [wrote[name], now[name]] for name in edits}


def facts_of(connection: Connection, rows: Sequence[Drift]) -> Sequence[DriftFacts]:
    """The rows with their lines and their decisions, in two queries."""
    wanted = [row.line_id for row in rows if row.line_id]
    lines = {line.line_id: line for line in Line.objects.filter(connection=connection, line_id__in=wanted)}
    written = _written_since(connection, rows)
    return [_facts(row, lines.get(row.line_id), written=row.link.addition_id in written) for row in rows]


def _written_since(connection: Connection, rows: Sequence[Drift]) -> Collection[int]:
    """Additions that a posting wrote to after the plan."""
    if not rows:
        return ()
    since = min(row.run.started_at for row in rows)
    runs = list(Run.objects.filter(connection=connection, started_at__gt=since).values_list("pk", flat=True))
    ids = [row.link.addition_id for row in rows]
    written = Posting.objects.filter(run__in=runs, remote_id__in=ids, state=Posting.State.POSTED)
    return {remote_id for remote_id in written.values_list("remote_id", flat=True) if remote_id}


def _facts(row: Drift, line: Line | None, *, written: bool) -> DriftFacts:
    moved_on = line is not None and line.link_id not in {None, row.link_id}
    state = DriftState.POSTED if written or moved_on else _decision_on(row, line)
    return DriftFacts(row, line, state, _version(row.link, line))


def _decision_on(row: Drift, line: Line | None) -> DriftState:
    if line is not None and line.overwrite:
        return DriftState.OVERWRITE
    if line is not None and line.post_again:
        return DriftState.RECREATE
    accepted, written = from_json(row.link.accepted), from_json(row.link.written)
    stands = all(name in accepted and accepted[name] == now for name, (_, now) in _edits(row))
    against = all(name == EXISTS or written.get(name) == wrote for name, (wrote, _) in _edits(row))
    return DriftState.ACCEPTED if stands and against else DriftState.OPEN


def _edits(row: Drift) -> Sequence[tuple[str, tuple[FieldValue, FieldValue]]]:
    wrote = from_json({name: edit[0] for name, edit in row.edits.items()})
    now = from_json({name: edit[1] for name, edit in row.edits.items()})
    return [(name, (wrote[name], now[name])) for name in row.edits]


def _version(link: AdditionLink, line: Line | None) -> str:
    """A digest of everything that decisions change."""
    flags = [line.overwrite, line.post_again, line.by_hand, line.link_id] if line else []
    text = json.dumps([link.written, link.accepted, flags], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_drift(connection: Connection, addition_id: int) -> Drift:
    """The row of the newest whole plan. Raises InvalidInput."""
    row = drifts_of(connection).filter(link__addition_id=addition_id).first()
    if row is None:
        raise InvalidInput(
            f"The newest plan found no edit of Addition {addition_id}.",
            remedy="Make the plan of the month again, and look at Review › Drift.",
        )
    return row


def decide(connection: Connection, addition_id: int, decision: Decision, *, shown: str | None = None) -> DriftFacts:
    """Decide about one Addition. Raises InvalidInput when that cannot be said about it.

    Raises ChangedMeanwhile when somebody decided, or something was written, since it was `shown` with that version.
    """
    with transaction.atomic():
        row = find_drift(connection, addition_id)
        row.link = AdditionLink.objects.select_for_update().get(pk=row.link_id)
        line = Line.objects.select_for_update().filter(connection=connection, line_id=row.line_id).first()
        facts = _facts(row, line, written=bool(_written_since(connection, [row])))
        if shown is not None and shown != facts.version:
            raise ChangedMeanwhile(f"decision about Addition {addition_id}")
        _must_fit(facts, decision)
        before = _said(facts)
        if decision is Decision.ACCEPT:
            _accept(connection, facts)
        else:
            _have_written(connection, facts, decision)
        after = facts_of(connection, [find_drift(connection, addition_id)])[0]
        if _said(after) != before:
            subject = f"Addition {addition_id}"
            record(DECIDED, subject, connection=connection, before=before, after={**_said(after), "edits": row.edits})
    return after


def decide_many(connection: Connection, rows: QuerySet[Drift], decision: Decision) -> DecisionReport:
    """Decide the same about each of these; those of which it cannot be said stay as they are."""
    reasons: Counter[str] = Counter()
    ids = list(rows.order_by("pk").values_list("link__addition_id", flat=True))
    for addition_id in ids:
        try:
            decide(connection, addition_id, decision)
        except InvalidInput as refusal:
            reasons[refusal.remedy] += 1
    return DecisionReport(len(ids) - reasons.total(), reasons.total(), dict(reasons))


def _said(facts: DriftFacts) -> dict[str, object]:
    return {"decision": facts.state.value, "accepted": facts.row.link.accepted}


def _must_fit(facts: DriftFacts, decision: Decision) -> None:
    row = facts.row
    name = f"Addition {row.link.addition_id}"
    if facts.state is DriftState.POSTED:
        raise InvalidInput(f"Bursar has written {name} since that plan.", remedy="Make the plan again, and look anew.")
    if decision is Decision.ACCEPT and KEY in row.edits:
        raise InvalidInput(
            f"Bursar's key was taken off {name}, and without it the Addition could be billed twice.",
            remedy="Overwrite it: that puts the key back.",
        )
    if decision not in FITTING[row.kind]:
        remedy = "Overwrite or accept it." if row.kind == Drift.Kind.EDITED else "Recreate or accept it."
        raise InvalidInput(f"{name} was {row.kind}; that cannot be settled by {decision.value}.", remedy=remedy)
    if decision is not Decision.ACCEPT and facts.line is None:
        raise InvalidInput(f"No invoice line is behind {name}.", remedy="Accept the edit, or undo it in ConnectWise.")
    if decision is Decision.RECREATE and _bills_its_month(facts):
        raise InvalidInput(
            f"{name} bills the month of its line to the end: nothing of it is left to recreate.",
            remedy="Accept the end, or overwrite it; the next month's line is asked about when it is loaded.",
        )


def _bills_its_month(facts: DriftFacts) -> bool:
    end = dict(_edits(facts.row)).get("cancelled", (None, None))[1]
    line = facts.line
    if facts.row.kind != Drift.Kind.ENDED or line is None or not isinstance(end, date):
        return False
    return line.link_id is not None and end >= Month.parse(line.month).last


def _accept(connection: Connection, facts: DriftFacts) -> None:
    """Both sides as they are now. A line that waits for an Addition that ended or is gone is left to people."""
    row, link, line = facts.row, facts.row.link, facts.line
    link.accepted = {**link.accepted, **{name: now for name, (_, now) in row.edits.items()}}
    link.written = {**link.written, **{name: wrote for name, (wrote, _) in row.edits.items() if name != EXISTS}}
    link.save(update_fields=["accepted", "written"])
    if line is None:
        return
    values: dict[str, OverrideValue] = {"overwrite": False, "post_again": False}
    if line.link_id is None and row.kind != Drift.Kind.EDITED:
        values["by_hand"] = True
    _set(connection, line, values)


def _have_written(connection: Connection, facts: DriftFacts, decision: Decision) -> None:
    line = facts.line
    if line is None:
        raise ValueError("a line was asked for before")
    overwrite = decision is Decision.OVERWRITE
    values: dict[str, OverrideValue] = {"overwrite": overwrite, "post_again": not overwrite}
    if line.link_id is None:
        values["by_hand"] = False
    _set(connection, line, values)


def _set(connection: Connection, line: Line, values: Mapping[str, OverrideValue]) -> None:
    """Set it, and take away why the line was blocked: the next plan says anew."""
    edit_line(connection, line.line_id, values)
    Line.objects.filter(pk=line.pk).update(blocked_code="", blocked_reason="", blocked_remedy="")
