"""Export the ledger for people to look at: what waits, what becomes of each document, what needs a decision.

Nothing is written anywhere else. What was kept is what people agree to (`agree_documents.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import transaction
from django.db.models import Max

from bursar.domain.errors import RemoteError
from bursar.domain.ledger.missing import names_of
from bursar.domain.ledger.unposted import Family, Wish, family_of
from bursar.domain.money import Money, Totals
from bursar.domain.plan import Blocked
from bursar.ports import Accounting, Books, Clock
from bursar.store.models import LedgerException, Run
from bursar.usecases.agree_documents import forget_decisions
from bursar.usecases.book_codes import SeenCodes, keep_references
from bursar.usecases.books import books_of
from bursar.usecases.keep_documents import keep_documents
from bursar.usecases.keep_unposted import keep_unposted
from bursar.usecases.ledger_desk import Desks
from bursar.usecases.ledger_exceptions import Found, note_exceptions
from bursar.usecases.ledger_wish import LedgerWish, wish_of
from bursar.usecases.read_ledger import Chunk, LedgerReader, Reading
from bursar.usecases.reconcile_book import compare_anew
from bursar.usecases.run_report import save_blocked
from bursar.usecases.settle_absent import note_batches, settle_absent
from bursar.usecases.watch import Watch

COUNTED: Mapping[str, str] = {
    "create": "to post",
    "leave": "in the books already",
    "blocked": "blocked",
    "excluded": "excluded",
    "missing": "not exported",
}
"""What is counted, and how a verdict says it."""


@dataclass(slots=True)
class LedgerReport:
    """The end of an export."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    ready: Totals = field(default_factory=Totals)
    held: Totals = field(default_factory=Totals)
    stopped: bool = False
    remarks: list[str] = field(default_factory=list)
    """Books that no longer have what Bursar posted there."""

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped: not everything was read"
        told = ", ".join(f"{self.counts[name]} {word}" for name, word in COUNTED.items() if self.counts[name])
        return "; ".join([told or "nothing waits", *self.remarks])


class LedgerSession:
    """One run over what waits: reads, keeps rows as they are read, and closes with what is missing and what is open."""

    def __init__(
        self,
        run: Run,
        accounting: Accounting,
        adapters: Mapping[int, Books],
        clock: Clock,
        refused: Mapping[int, RemoteError] | None = None,
    ) -> None:
        self.run = run
        self.wish: LedgerWish = wish_of(run)
        self.accounting = accounting
        self.desks = Desks(books_of(run.connection), adapters, refused)
        self.clock = clock
        self.report = LedgerReport()
        today = clock.now().date()
        self._reader = LedgerReader(run.connection, accounting, self.desks, self._wish_on(today), today)
        self._codes = SeenCodes()
        self._found: list[Found] = []
        self._looked_at: set[str] = set()
        self._names: dict[tuple[Family, str], str] = {}

    def _wish_on(self, today: date) -> Wish:
        """The wish of today. What was agreed to is asked for even where it is dated later."""
        wish = self.wish.on(today)
        latest: date | None = self.run.agreed_documents.aggregate(day=Max("day"))["day"]
        return replace(wish, thru=latest) if latest and latest > today and not wish.thru else wish

    def chunks(self, watch: Watch) -> Iterator[Chunk]:
        """Each piece, kept; ends early when the run is stopped. Raises RemoteError."""
        watch.lines(self._reader.wait())
        for chunk in self._reader.chunks():
            if watch.stopped():
                self.report.stopped = True
                return
            with transaction.atomic():
                keep_documents(self.run, chunk.readings, self.clock.now())
            for reading in chunk.readings:
                self._take(reading)
            yield chunk
            watch.done(len(chunk.readings))

    def _take(self, reading: Reading) -> None:
        document, counts = reading.document, self.report.counts
        self._looked_at.add(document.key)
        self._names |= {(family_of(document.record), name): document.key for name in names_of(document)}
        if reading.desk:
            self._codes.add(reading.desk, document)
        amount = Money(document.total, document.currency)
        if reading.blocked:
            counts["blocked"] += 1
            self.report.held.add(amount)
            self._found.append(Found(reading.blocked, document.title))
        elif reading.excluded:
            counts["excluded"] += 1
        elif reading.planned and reading.planned.change:
            counts[reading.planned.change.action.value] += 1
            self.report.ready.add(reading.planned.change.total or amount)

    def add(self, found: Found) -> None:
        """One more obstacle, found while posting."""
        self._found.append(found)

    def close(self, *, posted: bool = False) -> None:
        """Keep lists, codes and exceptions. After a run that was stopped or asked for less, nothing is called gone."""
        if self.report.stopped:
            return
        now, run = self.clock.now(), self.run
        missing = self._reader.missing()
        if posted:
            self._reader.wait()  # what was batched waits no longer
        keep_unposted(run, self._reader.waiting, missing, self.wish.families, self._names)
        wrong = [item for item in missing if not item.is_chosen]
        self.report.counts["missing"] = len(wrong)
        obstacles = [
            *self._reader.unreadable,
            *(Blocked(m.subject, m.reason, m.sentence, m.remedy, total=m.total) for m in wrong),
            *self._non_reimbursable(),
        ]
        self._found += [Found(item) for item in obstacles]
        note_batches(run, self.accounting.batches())
        whole = self.wish.is_whole
        if whole:
            self._found += settle_absent(run, self.accounting, now)
        forget_decisions(run)
        self._codes.keep(now)
        for desk in self.desks:
            if desk.lists:
                keep_references(desk)
        note_exceptions(
            run, LedgerException.Journey.LEDGER, self._found, now, looked_at=None if whole else self._looked_at
        )
        save_blocked(run, [item.blocked for item in self._found])

    def _non_reimbursable(self) -> list[Blocked]:
        count = len(self._reader.unclaimed)
        if not count:
            return []
        return [
            Blocked(
                "expense:non-reimbursable",
                "non_reimbursable",
                f"{count} GL entries of expenses that nobody is paid back for wait; no document stands for them.",
                "Batch them off with `bursar ledger update --ids …`, once you agree that nothing is to be posted.",
            )
        ]


def export_ledger(
    run: Run, accounting: Accounting, adapters: Mapping[int, Books], clock: Clock, watch: Watch
) -> LedgerReport:
    """Read everything that the run asks for and keep it; call as sole writer. Raises BursarError."""
    run.notes.all().delete()
    session = LedgerSession(run, accounting, adapters, clock)
    for _ in session.chunks(watch):
        pass
    session.close()
    report = session.report
    if not report.stopped:
        report.remarks += compare_anew(run, session.desks, clock.now())
    run.counts = dict(report.counts)
    totals = {"planned": report.ready, "held": report.held}
    run.totals = {kind: {c: f"{amount:f}" for c, amount in sums.items()} for kind, sums in totals.items()}
    return report
