"""What a run writes to System Logs: its beginning, everything that waits for a person, and its end (rules 120-123)."""

from collections.abc import Iterator
from datetime import datetime

from bursar.store.field_json import from_json
from bursar.store.models import LogEntry, Posting, Rejection, Run, RunNote
from bursar.store.queries.chunks import chunks
from bursar.store.queries.system_log import write_log
from bursar.usecases.runs import (
    DAILY_SYNC,
    EXPORT_LEDGER,
    LOAD_LINES,
    POST_LEDGER,
    POST_LINES,
    POST_PAYMENTS,
    PULL_PAYMENTS,
    SYNC_ORGANIZATIONS,
    TAKE_IN_PAYMENTS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
)

Level = LogEntry.Level
ENDS = {
    Run.State.DONE: "finished",
    Run.State.FAILED: "failed",
    Run.State.CANCELLED: "was stopped",
}
COUNTED = ("create", "update", "cancel", "leave", "blocked", "failed", "unknown", "excluded")
"""The order in which an end is counted out."""
WORDS = {
    "create": "created",
    "update": "updated",
    "cancel": "cancelled",
    "leave": "as they should be",
    "excluded": "left out on purpose",
}


NAMES = {
    POST_LINES: "Posting",
    LOAD_LINES: "Loading of invoice lines",
    SYNC_ORGANIZATIONS: "Company sync",
    DAILY_SYNC: "Daily sync",
    EXPORT_LEDGER: "Export of the ledger",
    POST_LEDGER: "Posting to the books",
    VOID_DOCUMENTS: "Taking documents back",
    UPDATE_BATCH: "Batch by hand",
    UNDO_BATCH: "Undoing of a batch",
    PULL_PAYMENTS: "Reading of payments",
    POST_PAYMENTS: "Posting of payments",
    TAKE_IN_PAYMENTS: "Payments file",
}


CALLED = ("description", "name", "number", "identifier")
"""The fields of a write that tell a person which record it is about; the first that is there."""


def title_of(run: Run) -> str:
    """The run as a person would call it."""
    name = NAMES.get(run.verb, run.verb.capitalize())
    return f"{name} of {run.month}" if run.month else name


def log_start(run: Run, now: datetime) -> None:
    """Say that the run began; or, in a later attempt, that it goes on."""
    what = "started" if run.attempts <= 1 else "goes on after an interruption"
    asked = f"Asked for by {run.requested_by}." if run.requested_by else ""
    write_log([_entry(run, now, Level.INFO, f"{title_of(run)} {what}", asked)])


def log_end(run: Run, now: datetime) -> None:
    """Say what waits for a person, then how the run ended. Call in the transaction that ends it."""
    for some in chunks(_troubles(run, now)):
        write_log(some)
    if run.state == Run.State.FAILED:
        return  # the note of the failure has said so
    stopper = f" by {run.stop_requested_by}" if run.state == Run.State.CANCELLED and run.stop_requested_by else ""
    title = f"{title_of(run)} {ENDS[Run.State(run.state)]}{stopper}"
    write_log([_entry(run, now, Level.INFO, title, ". ".join(filter(None, (_sentence(run.verdict), _counted(run)))))])


def _sentence(verdict: str) -> str:
    return verdict[:1].upper() + verdict[1:]


def _counted(run: Run) -> str:
    told = [f"{run.counts[name]} {WORDS.get(name, name)}" for name in COUNTED if run.counts.get(name)]
    return f"{', '.join(told)}." if told else ""


def _troubles(run: Run, now: datetime) -> Iterator[LogEntry]:
    for note in run.notes.order_by("pk").iterator():
        yield _of_note(run, now, note)
    states = (Posting.State.FAILED, Posting.State.UNKNOWN, Posting.State.BLOCKED)
    for row in run.postings.filter(state__in=states).order_by("pk").iterator():
        yield _of_posting(run, now, row)
    for rejection in Rejection.objects.filter(load_id=run.result.get("load")).order_by("pk").iterator():
        title = f"Row {rejection.row_number} was not taken in"
        yield _entry(run, now, Level.WARNING, title, rejection.reason, code="rejected_row", remedy=rejection.remedy)


def _of_note(run: Run, now: datetime, note: RunNote) -> LogEntry:
    level = Level.ERROR if note.kind == RunNote.Kind.ERROR else Level.WARNING
    titles = {
        RunNote.Kind.BLOCKED: f"Not posted: {note.subject}",
        RunNote.Kind.WARNING: note.subject,
        RunNote.Kind.ERROR: f"Differs: {note.subject}",
    }
    failed = note.kind == RunNote.Kind.ERROR and note.code != "differs"
    title = f"{title_of(run)} failed" if failed else titles[RunNote.Kind(note.kind)]
    return _entry(run, now, level, title, note.sentence, code=note.code, remedy=note.remedy, answer=note.answer)


def _of_posting(run: Run, now: datetime, row: Posting) -> LogEntry:
    """A refused or lost write is an error; one that waited for it was skipped."""
    after = from_json(row.after)
    name = next((after[word] for word in CALLED if after.get(word)), row.key)
    what = row.resource.capitalize()
    skipped = row.state == Posting.State.BLOCKED
    verb = {"create": "created", "update": "updated", "cancel": "cancelled"}[row.action]
    lost = "It is not known whether it was" if row.state == Posting.State.UNKNOWN else "Not"
    return _entry(
        run,
        now,
        Level.WARNING if skipped else Level.ERROR,
        f"{lost} {verb}: {what} {name}",
        row.sentence,
        code=row.error_code,
        remedy=row.remedy,
        answer=row.answer,
    )


def _entry(
    run: Run,
    now: datetime,
    level: LogEntry.Level,
    title: str,
    details: str,
    *,
    code: str = "",
    remedy: str = "",
    answer: str = "",
) -> LogEntry:
    return LogEntry(
        connection=run.connection,
        run=run,
        at=now,
        level=level,
        title=title[:200],
        details=details,
        code=code,
        remedy=remedy,
        answer=answer,
    )
