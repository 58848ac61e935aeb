"""Take documents back from the books without posting them anew: they wait to be posted or excluded afterwards."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import chain

from django.db.models import QuerySet

from bursar.domain.books.planner import void_of
from bursar.domain.books.traits import Capability
from bursar.domain.errors import InvalidInput, RemoteError
from bursar.domain.ledger.export import ExportSettings
from bursar.domain.period import Month
from bursar.domain.plan import Blocked, Change, Plan
from bursar.domain.reconcile import Reconciliation
from bursar.ports import Books, Clock
from bursar.store.models import Book, LedgerBatch, LedgerDocument, Posting, Run
from bursar.store.queries import journal
from bursar.store.queries.ledger import delivered_of
from bursar.usecases.books import books_of
from bursar.usecases.ledger_desk import BookDesk, Desks
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.reconcile_book import months_of_void, reconcile_book
from bursar.usecases.record_receipts import record_receipts
from bursar.usecases.run_report import RunReport, finish, save_blocked
from bursar.usecases.watch import Watch


def void_request(documents: QuerySet[LedgerDocument]) -> dict[str, object]:
    """The request of taking these back. Raises InvalidInput when one is batched, or none is in the books."""
    rows = list(documents.filter(voided=False).exclude(marker="").select_related("batch"))
    if not rows:
        raise InvalidInput("None of these documents is in the books.", remedy="There is nothing to take back.")
    batched = next((row for row in rows if row.batch_id), None)
    if batched:
        raise InvalidInput(
            f"{batched.title} is in the batch {batched.batch}.",
            remedy="Undo the batch first: ConnectWise would believe that it is in the books.",
        )
    return {"documents": [row.key for row in rows]}


def void_documents(run: Run, adapters: Mapping[int, Books], clock: Clock, watch: Watch) -> RunReport:
    """Take back what the run names; call as sole writer. Raises BursarError."""

    def record(posted: Sequence[Posted]) -> None:
        record_receipts(run.connection, clock.now(), posted)

    run.notes.all().delete()
    journal.begin_again(run)
    report = RunReport(run, Reconciliation())
    refused: dict[int, RemoteError] = {}
    for book in books_of(run.connection):
        rows = journal.unsettled(run.connection, book)
        try:
            report.recovered += settle_earlier(rows, adapters[book.pk], clock, record, watch.stopped)
        except RemoteError as error:
            refused[book.pk] = error  # nothing is planned there on a guess; the other books go on
    desks = Desks(books_of(run.connection), adapters, refused)
    wanted = LedgerDocument.objects.filter(connection=run.connection, key__in=run.request["documents"], voided=False)
    wanted = wanted.select_related("batch")
    with ExitStack() as posters:
        for desk in desks:
            rows_of_book = list(wanted.filter(delivered_to=desk.book))
            if not rows_of_book or report.stopped:
                continue
            plan = _plan_where_it_can_be_read(desks, desk, rows_of_book)
            save_blocked(run, plan.blocked)
            poster = posters.enter_context(Poster(run, desk.adapter, clock, record, watch, desk.book))
            poster.post(plan)
            report.stopped = poster.stops()
            months = {Month.of(row.delivered_day or row.day) for row in rows_of_book}
            months.update(chain.from_iterable(map(months_of_void, plan.changes)))
            report.remarks += reconcile_book(run, desk, months, clock.now())
    report.counts = journal.outcome_counts(run)
    report.counts["blocked"] = run.notes.filter(kind="blocked").count()
    run.counts = dict(report.counts)
    report.remarks += [row.sentence for row in run.postings.filter(state=Posting.State.FAILED)]
    finish(report, {})
    return report


def _plan_where_it_can_be_read(desks: Desks, desk: BookDesk, rows: Sequence[LedgerDocument]) -> Plan:
    try:
        if desks.usable(desk.book.pk):
            return _plan(desk, rows)
    except RemoteError as error:
        desks.refused[desk.book.pk] = error
    refused = desks.refused[desk.book.pk]
    sentence = f"{desk.book} cannot be read: {refused.sentence}"
    return Plan(blocked=[Blocked(row.key, "book_unreachable", sentence, refused.remedy) for row in rows])


def _plan(desk: BookDesk, rows: Sequence[LedgerDocument]) -> Plan:
    """What is not there any more, or taken back already, needs nothing."""
    policy = desk.policy(ExportSettings())
    sent = {row.key: found for row in rows if (found := delivered_of(row))}
    present = desk.present(found.marker for found in sent.values())
    changes: list[Change] = []
    blocked: list[Blocked] = []
    for row in rows:
        there = present.get(row.marker)
        if row.batch is not None:
            blocked.append(_batched(row, row.batch))
        elif there is None or there.voided:
            _note_voided(row)
        elif not desk.adapter.traits.can(Capability.VOID):
            blocked.append(_by_hand(row, desk.book))
        elif policy.posting_day(there.day) is None:
            blocked.append(_closed(row, desk.book, str(policy.closed_through)))
        else:
            changes.append(void_of(row.key, sent[row.key], there, policy))
    return Plan(stages=[changes], blocked=blocked)


def _note_voided(row: LedgerDocument) -> None:
    LedgerDocument.objects.filter(pk=row.pk).update(voided=True, state=LedgerDocument.State.VOIDED)


def _batched(row: LedgerDocument, batch: LedgerBatch) -> Blocked:
    return Blocked(
        row.key,
        "batched_meanwhile",
        f"{row.title} went into the batch {batch} after it was to be taken back.",
        "Undo the batch first: ConnectWise would believe that it is in the books.",
    )


def _by_hand(row: LedgerDocument, book: Book) -> Blocked:
    return Blocked(
        row.key,
        "void_by_hand",
        f"{book} cannot take documents back by itself.",
        "Void or delete it in the books by hand; the next export notices it.",
    )


def _closed(row: LedgerDocument, book: Book, through: str) -> Blocked:
    return Blocked(
        row.key,
        "closed_period",
        f"{row.title} lies in a closed period of {book} (closed through {through}).",
        "Open the period, or let the book move such documents to the first open day.",
    )
