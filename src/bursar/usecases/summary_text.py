"""What the summary of a daily sync says: state, counts, money per currency, and what waits for a person (rule 118)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from bursar.store.models import LogEntry, Posting, Run, RunNote
from bursar.usecases.closing_day import HELD
from bursar.usecases.load_invoice_lines import COUNTS
from bursar.usecases.run_log import COUNTED, WORDS, title_of

FIRST_FEW = 3
"""How many of a group are told one by one."""
MONEY = ("planned", "posted", "read_back")
ENDED = {Run.State.CANCELLED: "stopped", Run.State.INTERRUPTED: "interrupted"}


@dataclass(slots=True)
class _Group:
    """What was skipped for one reason."""

    lines: int = 0
    entries: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, subject: str, sentence: str, lines: int) -> None:
        self.lines += lines
        self.entries += 1
        if len(self.first) < FIRST_FEW:
            self.first.append(f"{subject}: {sentence}" if subject else sentence)


def summary_subject(run: Run) -> str:
    """One line, whatever the names in it hold."""
    return one_line(f"Bursar, {run.connection.name}: {title_of(run)} {_state(run)}")


def summary_text(run: Run, link: str) -> str:
    """The whole e-mail as plain text. `link` leads to the run; empty when nobody has said where the pages are."""
    parts = [
        _head(run),
        _section("Counts", _counts(run)),
        _section("Money", _money(run.totals)),
        _section("Errors", _told(_errors(run))),
        _section("Warnings", _told(_warnings(run))),
        _section("Skipped lines", _skipped(run)),
        _section("Waiting", _waiting(run)),
        f"The run: {link}" if link else f"The run: {run.pk} (set BURSAR_PUBLIC_URL to get a link here)",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def one_line(text: str) -> str:
    """The text without line breaks: it may stand in a header, and takes one line of a list."""
    return " ".join(text.split())


def _state(run: Run) -> str:
    return ENDED.get(Run.State(run.state), str(run.state))


def _head(run: Run) -> str:
    verdict = f": {one_line(run.verdict)}" if run.verdict else ""
    return "\n".join(
        [
            f"{title_of(run)}, connection {one_line(run.connection.name)}",
            f"State: {_state(run)}{verdict}",
            f"From {_moment(run.started_at)} to {_moment(run.ended_at)}",
        ]
    )


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "an unknown moment"


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _counts(run: Run) -> Sequence[str]:
    """What was taken in, and what became of it; what is nought is left out."""
    taken = [f"{run.counts[name]} {name.replace('_', ' ')}" for name in COUNTS if run.counts.get(name)]
    done = [f"{run.counts[name]} {WORDS.get(name, name)}" for name in COUNTED if run.counts.get(name)]
    lines = [f"Lines loaded: {', '.join(taken)}"] if taken else []
    return [*lines, f"Additions: {', '.join(done)}"] if done else lines


def _money(totals: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    currencies = sorted({currency for kind in MONEY for currency in totals.get(kind, {})})
    return [
        f"{currency}: " + ", ".join(f"{kind.replace('_', ' ')} {_amount(totals, kind, currency)}" for kind in MONEY)
        for currency in currencies
    ]


def _amount(totals: Mapping[str, Mapping[str, str]], kind: str, currency: str) -> str:
    return f"{Decimal(totals.get(kind, {}).get(currency, '0')):,.2f}"


def _errors(run: Run) -> Iterable[str]:
    for note in run.notes.filter(kind=RunNote.Kind.ERROR).order_by("pk").iterator():
        yield f"{note.subject}: {note.sentence}"
    failed = run.postings.filter(state__in=(Posting.State.FAILED, Posting.State.UNKNOWN)).order_by("pk")
    for row in failed.iterator():
        yield f"{row.key}: {row.sentence}"


def _warnings(run: Run) -> Iterable[str]:
    for note in run.notes.filter(kind=RunNote.Kind.WARNING).order_by("pk").iterator():
        yield f"{note.subject}: {note.sentence}"


def _told(found: Iterable[str]) -> Sequence[str]:
    """How many there are, and the first few."""
    count, first = 0, []
    for sentence in found:
        count += 1
        if count <= FIRST_FEW:
            first.append(one_line(sentence))
    return [f"{count} in all", *first, *_more(count - len(first))] if count else []


def _skipped(run: Run) -> Sequence[str]:
    """By reason, the most frequent first."""
    groups: dict[str, _Group] = {}
    blocked = run.notes.filter(kind=RunNote.Kind.BLOCKED).order_by("pk")
    for code, subject, sentence, lines in blocked.values_list("code", "subject", "sentence", "lines").iterator():
        groups.setdefault(code, _Group()).add(subject, sentence, len(lines))
    waited = run.postings.filter(state=Posting.State.BLOCKED).order_by("pk")
    for code, sentence, lines in waited.values_list("error_code", "sentence", "lines").iterator():
        groups.setdefault(code, _Group()).add("", sentence, len(lines))
    told: list[str] = []
    for code, group in sorted(groups.items(), key=lambda item: (-item[1].lines, item[0])):
        number = "1 line" if group.lines == 1 else f"{group.lines:,} lines"
        told.append(f"{code.replace('_', ' ').capitalize()}: {number}")
        told += [f"  {one_line(sentence)}" for sentence in group.first]
        told += [f"  {more}" for more in _more(group.entries - len(group.first))]
    return told


def _waiting(run: Run) -> Sequence[str]:
    """Months that wait for their closing day."""
    told = LogEntry.objects.filter(run=run, code=HELD).order_by("pk")
    return [one_line(details) for details in told.values_list("details", flat=True)]


def _more(number: int) -> Sequence[str]:
    return [f"and {number:,} more"] if number > 0 else []
