"""A run as a person reads it: what was planned, posted and read back, what is blocked, and the verdict."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from bursar.cli.output import Listing, money_column, say
from bursar.cli.plan_tally import WRITTEN, counts_sentence, show_totals
from bursar.cli.plan_text import reason
from bursar.domain.money import Money
from bursar.store.field_json import from_json
from bursar.store.models import Posting, Run, RunNote
from bursar.store.queries.runs import notes_of, troubled_postings
from bursar.store.queries.workers import live_executors

NOTE_HEADINGS = {
    RunNote.Kind.BLOCKED: "Blocked",
    RunNote.Kind.WARNING: "Worth knowing",
    RunNote.Kind.ERROR: "Error",
}


def show_report(run: Run) -> None:
    """Everything there is to say about a run, the verdict last."""
    if run.totals:
        show_totals({kind: {c: Decimal(a) for c, a in sums.items()} for kind, sums in run.totals.items()})
    if "lines" in run.counts:
        say(_counts(run))
        say()
    notes = notes_of(run)
    for kind, heading in NOTE_HEADINGS.items():
        _show_notes(heading, [note for note in notes if note.kind == kind])
    _show_postings(troubled_postings(run))
    if run.verdict:
        say(f"Verdict: {run.verdict}", style="bold green" if run.verdict == "balanced" else "bold red")


def without_worker() -> str:
    """What to know about a queued run while no process is there to carry it out; empty when one is."""
    if live_executors(timezone.now()):
        return ""
    return "No worker is alive: the run waits until `bursar serve`, `bursar worker` or another command is there."


def _counts(run: Run) -> str:
    sentence = counts_sentence(run.counts, WRITTEN)
    troubles = [f"{run.counts[name]} {name}" for name in ("failed", "unknown") if run.counts.get(name)]
    return f"{sentence} Not written: {', '.join(troubles)}." if troubles else sentence


def _show_notes(heading: str, notes: Sequence[RunNote]) -> None:
    with_amounts = any(note.amount is not None for note in notes)
    listing = Listing(heading, "", *([money_column("Amount")] if with_amounts else []))
    for note in notes:
        amount = [_money(note.amount, note.currency)] if with_amounts else []
        listing.row(note.subject, reason(note.sentence, note.remedy), *amount)
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
