"""Batches that people ask for: from GL entry ids or a success file (*update*), and undone again (decision 20)."""

from collections.abc import Collection, Iterable

from bursar.domain.books.batches import LONGEST_IDENTIFIER
from bursar.domain.errors import InvalidInput
from bursar.domain.identity import short_digest
from bursar.domain.ledger.unposted import Family
from bursar.domain.plan import Action, Change, Plan, Resource
from bursar.domain.reconcile import Reconciliation
from bursar.ports import Accounting, Clock
from bursar.store.models import LedgerBatch, LedgerDocument, Posting, Run
from bursar.store.queries import journal
from bursar.usecases.make_batches import verify
from bursar.usecases.post import Posted, Poster, settle_earlier
from bursar.usecases.record_receipts import record_receipts
from bursar.usecases.run_report import RunReport, finish
from bursar.usecases.settle import Outbox
from bursar.usecases.watch import Watch


def update_request(entry_ids: Collection[int], families: Collection[str], identifier: str = "") -> dict[str, object]:
    """The request of a batch by hand. Raises InvalidInput: an empty list is a mistake, never a request."""
    if not entry_ids:
        raise InvalidInput(
            "There is not one GL entry id to batch.",
            remedy="Give ids, or a success file that holds documents.",
        )
    name = identifier.strip()
    if len(name) > LONGEST_IDENTIFIER:
        raise InvalidInput(f"'{name}' is too long for a batch.", remedy=f"Use at most {LONGEST_IDENTIFIER} characters.")
    wanted = sorted(families) or sorted(Family)
    return {"entry_ids": sorted(set(entry_ids)), "families": wanted, "identifier": name}


def undo_request(batch: LedgerBatch) -> dict[str, object]:
    """The request of undoing a batch. Raises InvalidInput when it cannot be undone."""
    if batch.state == LedgerBatch.State.CLOSED:
        raise InvalidInput(f"{batch} is closed in ConnectWise.", remedy="A closed batch cannot be undone.")
    if batch.state == LedgerBatch.State.UNDONE:
        raise InvalidInput(f"{batch} is undone already.", remedy="Its records are unposted.")
    return {"batch": batch.remote_id}


THEIRS = (
    "Somebody else made it, so its records may be in books that Bursar does not know: posted from here, they would be"
    " there twice."
)


def undo_warning(batch: LedgerBatch) -> str:
    """What lives on when the batch is deleted; shown before anybody confirms."""
    alive = LedgerDocument.objects.filter(batch=batch, voided=False).exclude(marker="")
    count = alive.count()
    if not count:
        known = "Its records will wait in ConnectWise again. Bursar knows of no document of it in the books."
        return known if batch.ours else f"{known} {THEIRS}"
    names = ", ".join(sorted({str(row.delivered_to) for row in alive.select_related("delivered_to")}))
    one = count == 1
    return (
        f"{count} document{'' if one else 's'} of it live{'s' if one else ''} on in {names}: undoing the batch takes"
        " nothing out of the books. Bursar will not post them there a second time."
    )


def update_batch(run: Run, psa: Outbox, accounting: Accounting, clock: Clock, watch: Watch) -> RunReport:
    """Make the batch that the run asks for, and verify it; call as sole writer. Raises BursarError."""
    ids = ",".join(map(str, run.request["entry_ids"]))
    identifier = run.request.get("identifier") or f"Bursar {clock.now():%Y-%m-%d} {short_digest(str(run.pk))[:10]}"
    keys = _documents_of(run, run.request["entry_ids"])
    change = Change(
        key=f"batch:{identifier}",
        action=Action.CREATE,
        resource=Resource.BATCH,
        after={"identifier": identifier, "family": ",".join(run.request["families"]), "entry_ids": ids},
        lines=tuple(keys),
    )
    report, rows = _post(run, psa, clock, watch, change)
    for row in rows:
        if row.state == Posting.State.POSTED and not verify(run, accounting, row.remote_id or 0):
            report.remarks.append("the batch does not hold what it should")
    return _finished(report)


def undo_batch(run: Run, psa: Outbox, clock: Clock, watch: Watch) -> RunReport:
    """Delete the batch in ConnectWise; call as sole writer. Raises BursarError."""
    batch_id = int(run.request["batch"])
    change = Change(
        key=f"batch:{batch_id}:undo",
        action=Action.CANCEL,
        resource=Resource.BATCH,
        after={"deleted": True},
        before={"deleted": False},
        remote_id=batch_id,
    )
    report, _ = _post(run, psa, clock, watch, change)
    return _finished(report)


def _documents_of(run: Run, entry_ids: Iterable[int]) -> list[str]:
    """Documents whose entries are all among these: they are batched then."""
    wanted = set(entry_ids)
    rows = LedgerDocument.objects.filter(connection=run.connection, batch=None).exclude(entry_ids=[])
    found = rows.values_list("key", "entry_ids").iterator(2000)
    return [key for key, ids in found if wanted.issuperset(ids)]


def _post(run: Run, psa: Outbox, clock: Clock, watch: Watch, change: Change) -> tuple[RunReport, list[Posting]]:
    def record(posted: Iterable[Posted]) -> None:
        record_receipts(run.connection, clock.now(), list(posted))

    run.notes.all().delete()
    journal.begin_again(run)
    report = RunReport(run, Reconciliation())
    report.recovered = settle_earlier(journal.unsettled(run.connection), psa, clock, record, watch.stopped)
    done = run.postings.filter(state=Posting.State.POSTED, resource=change.resource, action=change.action).first()
    if done:  # an earlier attempt of this run had it done, maybe the day before and so under another name
        return report, [done]
    with Poster(run, psa, clock, record, watch) as poster:
        rows = poster.post(Plan(stages=[[change]]))
        report.stopped = poster.stops()
    return report, list(rows.values())


def _finished(report: RunReport) -> RunReport:
    run = report.run
    report.counts = journal.outcome_counts(run)
    run.counts = dict(report.counts)
    for row in run.postings.filter(state=Posting.State.FAILED):
        report.remarks.append(row.sentence)
    finish(report, {})
    return report
