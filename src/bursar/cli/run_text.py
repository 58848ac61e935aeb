"""A run as a person reads it: what was planned, posted and read back, what is blocked, and the verdict."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils import timezone

from bursar.cli.output import Listing, money_column, say
from bursar.cli.plan_tally import WRITTEN, counts_sentence, show_totals
from bursar.cli.plan_text import reason
from bursar.domain.money import Money
from bursar.store.field_json import from_json
from bursar.store.models import LedgerDocument, Posting, Run, RunNote
from bursar.store.queries.runs import notes_of, troubled_postings
from bursar.store.queries.workers import live_executors
from bursar.usecases.runs import (
    EXPORT_LEDGER,
    POST_LEDGER,
    POST_PAYMENTS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
)

NOTE_HEADINGS = {
    RunNote.Kind.BLOCKED: "Blocked",
    RunNote.Kind.WARNING: "Worth knowing",
    RunNote.Kind.ERROR: "Error",
}

WRITES = frozenset({POST_LEDGER, VOID_DOCUMENTS, UPDATE_BATCH, UNDO_BATCH, POST_PAYMENTS})
"""Runs whose counts are told; what a reading came to is in its verdict."""
LEDGER_WORDS = {
    "create": "created",
    "update": "updated",
    "cancel": "taken back",
    "leave": "as they should be",
    "batches": "batches made",
    "blocked": "blocked",
    "excluded": "excluded",
    "missing": "not exported",
    "not_selected": "not selected",
    "failed": "failed",
    "unknown": "without an answer",
}
MOST_TITLES = 900


def show_report(run: Run) -> None:
    """Everything there is to say about a run, the verdict last."""
    if run.totals:
        show_totals(totals_of(run))
    if "lines" in run.counts:
        say(_counts(run))
        say()
    elif run.verb in WRITES and run.counts:
        say(_ledger_counts(run))
        say()
    notes, titles = notes_of(run), _titles(run)
    for kind, heading in NOTE_HEADINGS.items():
        _show_notes(heading, [note for note in notes if note.kind == kind], titles)
    _show_postings(troubled_postings(run))
    if run.verdict:
        say(f"Verdict: {run.verdict}", style="bold green" if run.verdict == "balanced" else "bold red")


def totals_of(run: Run) -> dict[str, dict[str, Decimal]]:
    """Per kind a sum for each currency."""
    return {kind: {c: Decimal(a) for c, a in sums.items()} for kind, sums in run.totals.items()}


def without_worker() -> str:
    """What to know about a queued run while no process is there to carry it out; empty when one is."""
    if live_executors(timezone.now()):
        return ""
    return "No worker is alive: the run waits until `bursar serve`, `bursar worker` or another command is there."


def _counts(run: Run) -> str:
    sentence = counts_sentence(run.counts, WRITTEN)
    troubles = [f"{run.counts[name]} {name}" for name in ("failed", "unknown") if run.counts.get(name)]
    return f"{sentence} Not written: {', '.join(troubles)}." if troubles else sentence


def _ledger_counts(run: Run) -> str:
    told = {name: run.counts[name] for name in LEDGER_WORDS if run.counts.get(name)}
    return ", ".join(f"{number} {LEDGER_WORDS[name]}" for name, number in told.items()) + "." if told else ""


def _titles(run: Run) -> Mapping[str, str]:
    """What people call the documents that notes of the ledger are about."""
    if run.verb not in {EXPORT_LEDGER, *WRITES}:
        return {}
    subjects = list(run.notes.values_list("subject", flat=True).distinct()[:MOST_TITLES])
    rows = LedgerDocument.objects.filter(connection=run.connection_id, key__in=subjects)
    return {key: title for key, title in rows.values_list("key", "title") if title}


def _show_notes(heading: str, notes: Sequence[RunNote], titles: Mapping[str, str]) -> None:
    with_amounts = any(note.amount is not None for note in notes)
    listing = Listing(heading, "", *([money_column("Amount")] if with_amounts else []))
    for note in notes:
        amount = [_money(note.amount, note.currency)] if with_amounts else []
        listing.row(titles.get(note.subject, note.subject), reason(note.sentence, note.remedy), *amount)
    listing.show()


def _show_postings(postings: Sequence[Posting]) -> None:
    listing = Listing("Not written", "", money_column("Amount"))
    for row in postings:
        after = from_json(row.after)
        what = after.get("description") or after.get("name") or row.key
        subject = f"{row.state}: {row.action} {row.resource} {what}"
        listing.row(subject, reason(row.sentence, row.remedy), _money(row.amount, row.currency))
    listing.show()


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else str(Money(amount, currency))
