"""Runs as the pages list them, and what a run has to say, most pressing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Min, QuerySet, Sum, Value, When

from bursar.store.models import Connection, Posting, Run, RunNote, Worker

WEIGHT = {RunNote.Kind.ERROR: 0, RunNote.Kind.BLOCKED: 1, RunNote.Kind.WARNING: 2}
TROUBLE = (Posting.State.FAILED, Posting.State.UNKNOWN, Posting.State.BLOCKED)


def runs_matching(connection: Connection, *, state: str = "", verb: str = "") -> QuerySet[Run]:
    """Newest first; empty state and verb mean all."""
    rows = Run.objects.filter(connection=connection).order_by("-started_at", "-pk")
    if state:
        rows = rows.filter(state=state)
    return rows.filter(verb=verb) if verb else rows


def active_run(connection: Connection, verb: str) -> Run | None:
    """A run of this kind that has not ended."""
    return runs_matching(connection, verb=verb).filter(state__in=Run.ACTIVE).first()


def notes_by_weight(run: Run, code: str = "") -> QuerySet[RunNote]:
    """Errors, then what is blocked, then warnings; all, or those of one code."""
    weight = Case(*(When(kind=kind, then=Value(w)) for kind, w in WEIGHT.items()), output_field=IntegerField())
    notes = run.notes.filter(code=code) if code else run.notes.all()
    return notes.order_by(weight, "pk")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for which a run blocked something, and what it holds back."""

    code: str
    number: int
    remedy: str
    """Of one of them."""
    money: Sequence[tuple[str, Decimal]]
    """Currency and amount."""


def blocked_by_reason(run: Run) -> Sequence[Reason]:
    """What a run blocked, the most frequent reason first; in one query."""
    notes = run.notes.filter(kind=RunNote.Kind.BLOCKED).order_by("code", "currency")
    rows = notes.values_list("code", "currency").annotate(number=Count("pk"), sum=Sum("amount"), remedy=Min("remedy"))
    found: dict[str, Reason] = {}
    for code, currency, number, amount, remedy in rows:
        money = [(currency, amount)] if currency and amount is not None else []
        so_far = found.get(code, Reason(code, 0, remedy, []))
        found[code] = Reason(code, so_far.number + number, so_far.remedy, [*so_far.money, *money])
    return sorted(found.values(), key=lambda reason: (-reason.number, reason.code))


def writes_in_trouble(run: Run) -> QuerySet[Posting]:
    """Writes that failed, are unknown, or waited for one that failed."""
    return run.postings.filter(state__in=TROUBLE).order_by("pk")


def worker_of(run: Run) -> Worker | None:
    """The process that has the run, or had it last."""
    return Worker.objects.filter(pk=run.executor).first() if run.executor else None


def newest_run(connection: Connection, verb: str) -> Run | None:
    """The run of this kind that was asked for last, whatever its state."""
    return runs_matching(connection, verb=verb).first()
