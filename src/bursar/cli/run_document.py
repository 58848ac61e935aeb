"""A run as a JSON document."""

from bursar.cli.epilog import Shape
from bursar.store.models import Posting, Run, RunNote
from bursar.store.queries.runs import notes_of, troubled_postings

RUN_KEYS = ("id", "connection", "verb", "month", "state", "started_at", "ended_at", "verdict", "counts", "totals")
SHAPE: Shape = {
    "": ("run", "notes", "postings"),
    "run": RUN_KEYS,
    "notes[]": ("kind", "code", "subject", "sentence", "remedy", "lines", "amount", "currency"),
    "postings[]": (
        *("key", "action", "resource", "state", "code", "sentence", "remedy", "remote_id", "lines", "amount"),
        "currency",
    ),
}


def run_document(run: Run) -> dict[str, object]:
    """The facts of a run. Totals are per kind a map of currency to amount as text."""
    return {
        "id": run.id,
        "connection": run.connection.name,
        **{name: getattr(run, name) for name in RUN_KEYS[2:]},
    }


def report_document(run: Run) -> dict[str, object]:
    """A run with its notes and the writes that did not end well."""
    return {
        "run": run_document(run),
        "notes": [_note(note) for note in notes_of(run)],
        "postings": [_posting(posting) for posting in troubled_postings(run)],
    }


def _note(note: RunNote) -> dict[str, object]:
    facts = {name: getattr(note, name) for name in ("kind", "code", "subject", "sentence", "remedy", "lines", "amount")}
    return {**facts, "currency": note.currency or None}


def _posting(posting: Posting) -> dict[str, object]:
    return {
        "key": posting.key,
        "action": posting.action,
        "resource": posting.resource,
        "state": posting.state,
        "code": posting.error_code,
        "sentence": posting.sentence,
        "remedy": posting.remedy,
        "remote_id": posting.remote_id,
        "lines": posting.lines,
        "amount": posting.amount,
        "currency": posting.currency or None,
    }
