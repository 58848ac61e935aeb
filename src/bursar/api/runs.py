"""Runs: what they did, and asking for one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.problems import Unknown
from bursar.api.routes import Routes, location
from bursar.api.values import PAGE, Amount, Id, Limit, Offset, choices, connection_at, next_of
from bursar.domain.plan import Action, Resource
from bursar.domain.roles import Role
from bursar.jobs.posting import retry_run
from bursar.store.models import Connection, Posting, Run, RunNote
from bursar.store.queries.run_list import notes_by_weight, runs_matching
from bursar.usecases.runs import stop_run

routes = Routes("Runs")
RunState = Annotated[Run.State, choices(Run.State)]
PostingState = Annotated[Posting.State, choices(Posting.State)]
NoteKind = Annotated[RunNote.Kind, choices(RunNote.Kind)]
AT = "/connections/{int:connection_id}/runs"


class RunShown(BaseModel):
    """One journey. `counts` by what became of lines and writes; `totals` per kind a map of currency to amount."""

    id: UUID
    connection: str
    verb: str
    month: str
    state: RunState
    requested_by: str
    channel: str
    stop_requested_by: str = Field(description="Not empty: no further request leaves.")
    started_at: datetime
    ended_at: datetime | None
    expected: int | None = Field(description="How much there is to do, once it is known.")
    done: int
    verdict: str
    counts: dict[str, int]
    totals: dict[str, dict[str, str]]


class RunsShown(BaseModel):
    """Newest first. Ask again with `offset=next`; null on the last page."""

    runs: list[RunShown]
    next: int | None


class NoteShown(BaseModel):
    """Something that is blocked, a warning or an error."""

    kind: NoteKind
    code: str
    subject: str
    sentence: str
    remedy: str
    answer: str = Field(description="What ConnectWise said, redacted.")
    lines: list[str]
    amount: Amount | None
    currency: str | None


class NotesShown(BaseModel):
    """Most pressing first. Ask again with `offset=next`; null on the last page."""

    notes: list[NoteShown]
    next: int | None


class PostingShown(BaseModel):
    """One intended write and its fate."""

    key: str
    action: Action
    resource: Resource
    state: PostingState
    code: str
    sentence: str
    remedy: str
    answer: str = Field(description="What ConnectWise said, redacted.")
    remote_id: int | None
    lines: list[str]
    amount: Amount | None
    currency: str | None


class PostingsShown(BaseModel):
    """In the order they were planned. Ask again with `offset=next`; null on the last page."""

    postings: list[PostingShown]
    next: int | None


@routes.get(AT, Role.VIEWER, RunsShown)
def list_runs(
    connection_id: Id,
    state: Annotated[RunState | None, Query(description="Only runs of this state.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> RunsShown:
    """Runs of a connection."""
    connection = connection_at(connection_id)
    found = list(runs_matching(connection, state=state or "")[offset : offset + limit + 1])
    return RunsShown(runs=[shown(run, connection) for run in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.get(AT + "/{uuid:run_id}", Role.VIEWER, RunShown)
def get_run(connection_id: Id, run_id: UUID) -> RunShown:
    """One run; ask again to follow it."""
    connection = connection_at(connection_id)
    return shown(_run_at(connection, run_id), connection)


@routes.get(AT + "/{uuid:run_id}/notes", Role.VIEWER, NotesShown)
def list_run_notes(connection_id: Id, run_id: UUID, limit: Limit = PAGE, offset: Offset = 0) -> NotesShown:
    """What a run has to say."""
    run = _run_at(connection_at(connection_id), run_id)
    found = list(notes_by_weight(run)[offset : offset + limit + 1])
    return NotesShown(notes=[_note(note) for note in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.get(AT + "/{uuid:run_id}/postings", Role.VIEWER, PostingsShown)
def list_run_postings(
    connection_id: Id,
    run_id: UUID,
    state: Annotated[PostingState | None, Query(description="Only writes of this state.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> PostingsShown:
    """The writes of a run."""
    rows = _run_at(connection_at(connection_id), run_id).postings.order_by("pk")
    if state is not None:
        rows = rows.filter(state=state)
    found = list(rows[offset : offset + limit + 1])
    return PostingsShown(postings=[_posting(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.post(AT + "/{uuid:run_id}/stop", Role.OPERATOR, RunShown)
def stop_one_run(connection_id: Id, run_id: UUID) -> RunShown:
    """Let the request under way finish and send no other. What was written stays, and is found again."""
    connection = connection_at(connection_id)
    return shown(stop_run(_run_at(connection, run_id)), connection)


@routes.post(AT + "/{uuid:run_id}/retry", Role.OPERATOR, RunShown, status=202, may={409})
def retry_one_run(connection_id: Id, run_id: UUID, response: HttpResponse) -> RunShown:
    """Post what a posting that has ended did not post; Location tells where to follow it."""
    connection = connection_at(connection_id)
    run = retry_run(_run_at(connection, run_id))
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


def _run_at(connection: Connection, run_id: UUID) -> Run:
    found = Run.objects.filter(connection=connection, pk=run_id).first()
    if found is None:
        raise Unknown(f"There is no run {run_id} of '{connection.name}'.", remedy="List the runs of the connection.")
    return found


def shown(run: Run, connection: Connection) -> RunShown:
    """A run as the API shows it."""
    same = {name: getattr(run, name) for name in RunShown.model_fields if name not in {"connection", "state"}}
    return RunShown(connection=connection.name, state=Run.State(run.state), **same)


def _note(row: RunNote) -> NoteShown:
    return NoteShown(
        kind=RunNote.Kind(row.kind),
        code=row.code,
        subject=row.subject,
        sentence=row.sentence,
        remedy=row.remedy,
        answer=row.answer,
        lines=row.lines,
        amount=row.amount,
        currency=row.currency or None,
    )


def _posting(row: Posting) -> PostingShown:
    return PostingShown(
        key=row.key,
        action=Action(row.action),
        resource=Resource(row.resource),
        state=Posting.State(row.state),
        code=row.error_code,
        sentence=row.sentence,
        remedy=row.remedy,
        answer=row.answer,
        remote_id=row.remote_id,
        lines=row.lines,
        amount=row.amount,
        currency=row.currency or None,
    )
