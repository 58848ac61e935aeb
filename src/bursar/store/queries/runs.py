"""Runs for lists and pages: rows by connection, and one by the beginning of its id."""

from collections.abc import Sequence

from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, Posting, Run, RunNote


def latest_runs(connection: Connection, limit: int) -> Sequence[Run]:
    """The newest runs of a connection; all of them when `limit` is 0."""
    rows = Run.objects.filter(connection=connection)
    return list(rows[:limit] if limit else rows)


def run_by_prefix(prefix: str) -> Run:
    """The only run whose id begins so. Raises InvalidInput."""
    text = prefix.strip().lower()
    found = list(Run.objects.filter(id__startswith=text).select_related("connection")[:2]) if _may_be_id(text) else []
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(f"Several runs begin with '{prefix}'.", remedy="Give more of the id.")
    raise InvalidInput(f"There is no run '{prefix}'.", remedy="`bursar run list` shows the ids.")


def _may_be_id(text: str) -> bool:
    return bool(text) and set(text) <= set("0123456789abcdef-")


def notes_of(run: Run) -> Sequence[RunNote]:
    """What the run had to say, in its order."""
    return list(run.notes.order_by("pk"))


def troubled_postings(run: Run) -> Sequence[Posting]:
    """Writes of the run that failed, are unknown, or waited for one that failed."""
    states = (Posting.State.FAILED, Posting.State.UNKNOWN, Posting.State.BLOCKED)
    return list(run.postings.filter(state__in=states).order_by("pk"))
