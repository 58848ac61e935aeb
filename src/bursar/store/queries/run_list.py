"""Runs as the pages list them, and what a run has to say, most pressing first."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

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


def notes_by_weight(run: Run) -> QuerySet[RunNote]:
    """Errors, then what is blocked, then warnings."""
    weight = Case(*(When(kind=kind, then=Value(w)) for kind, w in WEIGHT.items()), output_field=IntegerField())
    return run.notes.order_by(weight, "pk")


def writes_in_trouble(run: Run) -> QuerySet[Posting]:
    """Writes that failed, are unknown, or waited for one that failed."""
    return run.postings.filter(state__in=TROUBLE).order_by("pk")


def worker_of(run: Run) -> Worker | None:
    """The process that has the run, or had it last."""
    return Worker.objects.filter(pk=run.executor).first() if run.executor else None


def newest_run(connection: Connection, verb: str) -> Run | None:
    """The run of this kind that was asked for last, whatever its state."""
    return runs_matching(connection, verb=verb).first()
