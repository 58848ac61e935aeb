"""The Posting journal: what was meant, what was sent, what came of it. A row exists before its request leaves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count

from bursar.domain.errors import BursarError
from bursar.domain.money import Money
from bursar.domain.plan import Action, Change, Fields, Resource
from bursar.ports import Receipt, Write
from bursar.store.field_json import from_json, to_json
from bursar.store.models import Book, Connection, Posting, Run

State = Posting.State


def enter(run: Run, stages: Sequence[Sequence[Change]], book: Book | None = None) -> dict[str, Posting]:
    """Write one planned row per change that sends something; creations that are gone again are withdrawn first.

    `book` says where it is written; None: to ConnectWise.
    """
    rows = [
        _row(run, stage, change, book) for stage, changes in enumerate(stages) for change in changes if change.writes
    ]
    with transaction.atomic():
        creations = [row.key for row in rows if row.action == Action.CREATE]
        Posting.objects.filter(
            connection=run.connection, key__in=creations, action=Action.CREATE, state=State.POSTED
        ).update(state=State.WITHDRAWN, sentence="No longer there when a later run looked.")
        return {row.key: row for row in Posting.objects.bulk_create(rows, batch_size=500)}


def _row(run: Run, stage: int, change: Change, book: Book | None) -> Posting:
    return Posting(
        connection=run.connection,
        run=run,
        book=book,
        stage=stage,
        key=change.key,
        action=change.action.value,
        resource=change.resource.value,
        company_id=change.company_id,
        parent_id=change.parent_id,
        remote_id=change.remote_id,
        before=to_json(change.before) if change.before is not None else None,
        after=to_json(change.after),
        lines=list(change.lines),
        amount=change.total.amount if change.total else None,
        currency=change.total.currency if change.total else "",
    )


def write_of(row: Posting) -> Write:
    """The request that the row stands for: all fields of a create, the differing ones of an update or cancel."""
    after = from_json(row.after)
    before = from_json(row.before) if row.before is not None else {}
    create = row.action == Action.CREATE
    fields = after if create else {name: value for name, value in after.items() if before.get(name) != value}
    return Write(
        action=Action(row.action),
        resource=Resource(row.resource),
        key=row.key,
        fields=fields,
        parent_id=row.parent_id,
        remote_id=row.remote_id,
    )


def after_of(row: Posting) -> Fields:
    return from_json(row.after)


def money_of(row: Posting) -> Money | None:
    return Money(row.amount, row.currency) if row.amount is not None else None


def mark_sending(rows: Collection[Posting], now: datetime) -> None:
    """Claim rows for sending, with the parents they got meanwhile, before any request leaves."""
    for row in rows:
        row.state, row.sent_at = State.SENDING, now
    _save(rows, ("state", "sent_at", "parent_id"))


def mark_posted(row: Posting, receipt: Receipt, amount: Decimal | None) -> None:
    """Note the receipt on the row (unsaved)."""
    row.state = State.POSTED
    row.remote_id = receipt.remote_id
    row.remote_ref = receipt.ref[:200]
    row.posted_amount = amount
    row.error_code = row.sentence = row.remedy = row.answer = ""


def mark_not_posted(row: Posting, state: State, error: BursarError) -> None:
    """Note why nothing was posted, or why it is not known (unsaved)."""
    row.state = state
    row.error_code, row.sentence, row.remedy, row.answer = error.code, error.sentence, error.remedy, error.answer


OUTCOME_FIELDS = (
    "state",
    "remote_id",
    "remote_ref",
    "parent_id",
    "posted_amount",
    "error_code",
    "sentence",
    "remedy",
    "answer",
)


def save_outcomes(rows: Iterable[Posting]) -> None:
    """Save what was noted."""
    _save(rows, OUTCOME_FIELDS)


def _save(rows: Iterable[Posting], fields: Collection[str]) -> None:
    """One small UPDATE a row: for the few rows at hand, Django needs several times as long to build one large one."""
    with transaction.atomic():
        for row in rows:
            row.save(update_fields=fields)


def unsettled(connection: Connection, book: Book | None = None) -> list[Posting]:
    """Rows whose outcome must be known before anything is planned; those of one book, or of ConnectWise.

    Call as the sole writer: no other run is active.
    """
    return list(Posting.objects.filter(connection=connection, book=book, state__in=Posting.OPEN).order_by("pk"))


def withdraw(rows: Collection[Posting], sentence: str) -> None:
    """Take back rows whose request never left."""
    for row in rows:
        row.state, row.sentence = State.WITHDRAWN, sentence
    save_outcomes(rows)


def begin_again(run: Run) -> None:
    """Before another attempt of a run: what failed in an earlier one is planned anew, so it is no outcome any more."""
    run.postings.filter(state__in=(State.FAILED, State.BLOCKED)).update(
        state=State.WITHDRAWN, sentence="Planned anew when the run went on."
    )


def outcome_counts(run: Run, resource: Resource | None = None) -> dict[str, int]:
    """Writes of the run, of one kind of record or all, over all its attempts: those that arrived by action, the others
    by state.
    """
    found: dict[str, int] = {}
    written = run.postings.filter(resource=resource.value) if resource else run.postings
    rows = written.exclude(state=State.WITHDRAWN).order_by().values_list("state", "action")
    for state, action, count in rows.annotate(count=Count("pk")):
        name = action if state == State.POSTED else state
        found[name] = found.get(name, 0) + count
    return found


def additions_written(run: Run) -> set[int]:
    """Record ids of the Additions that the run has made or changed so far."""
    rows = run.postings.filter(state=State.POSTED, resource=Resource.ADDITION.value).exclude(action=Action.CANCEL.value)
    return {remote_id for remote_id in rows.values_list("remote_id", flat=True) if remote_id is not None}
