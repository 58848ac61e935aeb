"""Post to the books: settle, read, plan, post, read back, and close in ConnectWise exactly what was confirmed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack

from bursar.domain.books.agreed import restrict_documents
from bursar.domain.books.batches import Confirmed
from bursar.domain.books.planner import VOIDS
from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.unposted import family_of
from bursar.domain.money import Totals
from bursar.domain.period import Month
from bursar.domain.plan import Action, Blocked, Change, Plan, Resource
from bursar.domain.reconcile import Expectation, Reconciliation
from bursar.ports import Accounting, Books, Clock
from bursar.store.models import Book, Posting, Run, RunNote
from bursar.store.queries import journal
from bursar.usecases.agree_documents import agreed_fingerprints
from bursar.usecases.books import books_of
from bursar.usecases.export_ledger import LedgerSession
from bursar.usecases.ledger_desk import BookDesk
from bursar.usecases.ledger_exceptions import Found
from bursar.usecases.make_batches import BatchMaker
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.read_ledger import Chunk, Reading
from bursar.usecases.reconcile_book import months_of_void, reconcile_book
from bursar.usecases.record_receipts import record_receipts
from bursar.usecases.run_report import RunReport, finish
from bursar.usecases.settle import Outbox
from bursar.usecases.watch import Watch


def post_ledger(
    run: Run, psa: Outbox, accounting: Accounting, adapters: Mapping[int, Books], clock: Clock, watch: Watch
) -> RunReport:
    """The work of a posting to the books that has begun; call as sole writer. A later attempt goes on from there.

    A document whose posting fails is an exception of its own and stops no other. Raises BursarError.
    """
    return _LedgerJourney(run, psa, accounting, adapters, clock, watch).go()


class _LedgerJourney:
    """One attempt of a run of the ledger journey."""

    def __init__(
        self,
        run: Run,
        psa: Outbox,
        accounting: Accounting,
        adapters: Mapping[int, Books],
        clock: Clock,
        watch: Watch,
    ) -> None:
        self._run = run
        self._psa = psa
        self._adapters = adapters
        self._clock = clock
        self._watch = watch
        self._accounting = accounting
        self._agreed = agreed_fingerprints(run)
        self._report = RunReport(run, Reconciliation(), recovered=int(run.result.get("recovered", 0)))
        self._batches = BatchMaker(run, accounting, clock)
        self._left = self._left_out = 0
        self._written_earlier: set[object] = set()
        """Markers of documents that an earlier attempt of this run posted: they are counted as such."""
        self._touched: dict[int, set[Month]] = {}
        self._refused: dict[int, RemoteError] = {}

    def go(self) -> RunReport:
        self._settle_earlier()
        session = LedgerSession(self._run, self._accounting, self._adapters, self._clock, self._refused)
        try:
            with ExitStack() as posters:
                self._post_all(session, posters)
        finally:
            self._count()
        finish(self._report, {"excluded": Totals()})
        return self._report

    def _settle_earlier(self) -> None:
        """Nothing is planned before everything that was left open is settled, in ConnectWise and in each book."""
        self._run.notes.all().delete()
        journal.begin_again(self._run)
        self._settle(None, self._psa)
        for book in books_of(self._run.connection):
            try:
                self._settle(book, self._adapters[book.pk])
            except RemoteError as error:
                self._refused[book.pk] = error  # nothing is planned there on a guess; the other books go on
        self._run.result = {**self._run.result, "recovered": self._report.recovered}
        self._run.save(update_fields=["result"])
        written = self._run.postings.filter(resource=Resource.DOCUMENT.value, state=Posting.State.POSTED)
        markers = written.filter(action=Action.CREATE.value).values_list("after__marker", flat=True)
        self._written_earlier = {str(marker).removeprefix("s:") for marker in markers}

    def _settle(self, book: Book | None, outbox: Outbox) -> None:
        rows = journal.unsettled(self._run.connection, book)
        self._report.recovered += settle_earlier(rows, outbox, self._clock, self._record, self._watch.stopped)

    def _post_all(self, session: LedgerSession, open_posters: ExitStack) -> None:
        posters: dict[int, Poster] = {}

        def poster(desk: BookDesk) -> Poster:
            if desk.book.pk not in posters:
                made = Poster(self._run, desk.adapter, self._clock, self._record, self._watch, desk.book)
                posters[desk.book.pk] = open_posters.enter_context(made)
            return posters[desk.book.pk]

        for chunk in session.chunks(self._watch):
            self._post_chunk(chunk, poster, session)
        self._report.held.merge(session.report.held)
        closing = open_posters.enter_context(Poster(self._run, self._psa, self._clock, self._record, self._watch))
        if session.report.stopped or any(each.stops() and not each.refusal for each in posters.values()):
            self._report.stopped = True
            return
        self._report.remarks += self._batches.make(closing)
        session.close(posted=True)
        self._report.stopped = closing.stops()
        if not self._report.stopped:
            self._reconcile(session)

    def _reconcile(self, session: LedgerSession) -> None:
        for pk, months in self._touched.items():
            self._report.remarks += reconcile_book(self._run, session.desks.of(pk), months, self._clock.now())

    def _record(self, posted: Sequence[Posted]) -> None:
        record_receipts(self._run.connection, self._clock.now(), posted)

    def _post_chunk(self, chunk: Chunk, poster: Callable[[BookDesk], Poster], session: LedgerSession) -> None:
        for desk, plan in chunk.plans:
            permitted = self._permitted(plan, chunk, session)
            for void in permitted.stages[VOIDS]:
                self._touched.setdefault(desk.book.pk, set()).update(months_of_void(void))
            rows = poster(desk).post(permitted)
            if refusal := poster(desk).refusal:  # its other documents wait; the other books go on
                session.desks.refused[desk.book.pk] = refusal
            _learn(desk, permitted, rows)
            with_change = [
                each for each in chunk.readings if each.desk is desk and each.planned and each.planned.change
            ]
            self._confirm(desk, with_change, permitted, rows, session)
        for reading in chunk.readings:
            if reading.blocked or reading.excluded:
                self._batches.leave_open(reading.document.key, reading.entry_ids)

    def _permitted(self, plan: Plan, chunk: Chunk, session: LedgerSession) -> Plan:
        """What of a book's plan people agreed to."""
        if self._agreed is None:
            return plan
        outcome = restrict_documents(plan, self._agreed)
        self._left_out += outcome.left_out
        titles = {reading.document.key: reading.document.title for reading in chunk.readings}
        for blocked in outcome.plan.blocked[len(plan.blocked) :]:
            session.add(Found(blocked, titles.get(blocked.subject, "")))
        return outcome.plan

    def _confirm(
        self,
        desk: BookDesk,
        readings: Iterable[Reading],
        permitted: Plan,
        rows: Mapping[str, Posting],
        session: LedgerSession,
    ) -> None:
        """Read back what was posted; what the books have right may be batched, everything else stays open."""
        allowed = {change.key for change in permitted.changes}
        present = _read_back(desk, rows, session)
        for reading in readings:
            change = reading.planned.change if reading.planned else None
            if change is None:
                continue
            if change.key not in allowed or not self._is_agreed(change):
                self._batches.leave_open(reading.document.key, reading.entry_ids)
                continue
            expectation = _expectation(change, rows.get(change.key), present)
            self._report.reconciliation.add([expectation])
            self._note_period(desk, reading)
            if expectation.agrees:
                self._batches.confirm(desk, _confirmed(reading))
                self._left += not change.writes and change.after["marker"] not in self._written_earlier
            else:
                self._batches.leave_open(reading.document.key, reading.entry_ids)
                refused = session.desks.refused.get(desk.book.pk)
                blocked = _not_there(reading, expectation, rows.get(change.key), refused)
                session.add(Found(blocked, reading.document.title))

    def _is_agreed(self, change: Change) -> bool:
        return self._agreed is None or change.lines[0] in self._agreed

    def _note_period(self, desk: BookDesk, reading: Reading) -> None:
        delivery = reading.planned.delivery if reading.planned else None
        day = delivery.document.day if delivery else reading.document.day
        self._touched.setdefault(desk.book.pk, set()).add(Month.of(day))

    def _count(self) -> None:
        """Over all attempts, from the journal and the notes."""
        counts = journal.outcome_counts(self._run, Resource.DOCUMENT)
        counts["leave"] = self._left
        counts["blocked"] = counts.get("blocked", 0) + self._blocked_before_sending()
        batches = journal.outcome_counts(self._run, Resource.BATCH)
        counts["batches"] = batches.pop("create", 0)
        counts |= {state: counts.get(state, 0) + count for state, count in batches.items()}
        if self._agreed is not None:
            counts["not_selected"] = self._left_out
        self._report.counts = counts
        self._run.counts = dict(counts)

    def _blocked_before_sending(self) -> int:
        """Notes of what never became a write; what was refused is counted in the journal."""
        stuck = self._run.postings.filter(resource=Resource.DOCUMENT.value).exclude(
            state__in=(Posting.State.POSTED, Posting.State.WITHDRAWN)
        )
        counted = {key for lines in stuck.values_list("lines", flat=True) for key in lines}
        notes = self._run.notes.filter(kind=RunNote.Kind.BLOCKED).values_list("subject", flat=True)
        return sum(subject not in counted for subject in notes)


def _read_back(desk: BookDesk, rows: Mapping[str, Posting], session: LedgerSession) -> Mapping[str, Present]:
    """What was posted, as the book has it now; nothing when it cannot be read any more: nothing is confirmed then."""
    posted = [row for row in rows.values() if row.state == Posting.State.POSTED]
    markers = [str(journal.after_of(row)["marker"]) for row in posted if row.resource == Resource.DOCUMENT]
    try:
        return desk.present(markers)
    except RemoteError as error:
        session.desks.refused[desk.book.pk] = error
        return {}


def _learn(desk: BookDesk, plan: Plan, rows: Mapping[str, Posting]) -> None:
    """What was made in the books is in their lists from now on."""
    for change in plan.changes:
        row = rows.get(change.key)
        if row is None or row.state != Posting.State.POSTED or change.resource not in {Resource.PARTY, Resource.ITEM}:
            continue
        kind = ReferenceKind(str(change.after.get("kind", ReferenceKind.ITEM)))
        desk.add(Reference(kind, str(change.after["code"]), str(change.after["name"])))


def _expectation(change: Change, row: Posting | None, present: Mapping[str, Present]) -> Expectation:
    planned = change.total
    if planned is None:
        raise ValueError(f"{change.key} carries no money to reconcile")
    if not change.writes:
        return Expectation(change.key, planned, change.found, change.found)
    if row is None or row.state != Posting.State.POSTED:
        return Expectation(change.key, planned, None, None)
    there = present.get(str(change.after["marker"]))
    read_back = there.total if there and not there.voided else None
    return Expectation(change.key, planned, row.posted_amount, read_back)


def _confirmed(reading: Reading) -> Confirmed:
    document = reading.document
    is_cogs = document.kind is DocumentKind.COGS_JOURNAL
    ids = () if is_cogs else reading.entry_ids
    return Confirmed(document.key, document.number, family_of(document.record), ids)


def _not_there(reading: Reading, expectation: Expectation, row: Posting | None, refused: RemoteError | None) -> Blocked:
    """`refused` is why the book cannot be used any more."""
    document = reading.document
    if refused is not None and (row is None or row.state in {Posting.State.POSTED, Posting.State.WITHDRAWN}):
        was = "was posted, and could not be read back" if row and row.state == Posting.State.POSTED else "was not sent"
        sentence = f"{document.title} {was}: {refused.sentence}"
        return Blocked(document.key, "book_unreachable", sentence, refused.remedy, total=expectation.planned)
    if row is not None and row.state != Posting.State.POSTED:
        return Blocked(document.key, row.error_code or row.state, row.sentence, row.remedy, total=expectation.planned)
    return Blocked(
        document.key,
        "differs",
        f"{document.title}: planned {expectation.planned}, posted {expectation.posted},"
        f" read back {expectation.read_back}.",
        "Look at it in the books; it is not batched before both agree.",
        total=expectation.planned,
    )
