"""Of a plan for the books only what people agreed to, document by document, and what those documents need."""

from collections.abc import Mapping
from dataclasses import dataclass

from bursar.domain.agreed import fingerprint_of
from bursar.domain.plan import Blocked, Change, Plan, Resource


@dataclass(frozen=True, slots=True)
class RestrictedDocuments:
    """What may be posted, and how many documents nobody asked for."""

    plan: Plan
    left_out: int


def restrict_documents(plan: Plan, agreed: Mapping[str, str]) -> RestrictedDocuments:
    """Keep documents whose key was agreed to with exactly this fingerprint; hold back what became another change."""
    kept = Plan(stages=[], blocked=list(plan.blocked), notices=list(plan.notices))
    wanted: set[str] = set()
    left_out = 0
    for change in plan.changes:
        if change.resource is not Resource.DOCUMENT or not change.writes or not change.lines:
            continue
        shown = agreed.get(change.lines[0])
        if shown is None:
            left_out += 1
        elif shown != fingerprint_of(change):
            kept.blocked.append(_changed(change))
        else:
            wanted |= {change.key, *change.needs}
    kept.stages = [[change for change in stage if change.key in wanted or not change.writes] for stage in plan.stages]
    return RestrictedDocuments(kept, left_out)


def _changed(change: Change) -> Blocked:
    return Blocked(
        change.lines[0],
        "changed_since_preview",
        "What would be posted is not what the documents showed any more.",
        "Export again, look at this document, and post it.",
        change.lines,
        change.total,
    )
