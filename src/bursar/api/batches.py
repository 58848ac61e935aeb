"""Accounting batches in ConnectWise: what each holds, given out once more, made by hand, undone."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.access import Caller
from bursar.api.body import within
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.ledger_files import batch_at
from bursar.api.ledger_runs import answered
from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.runs import RunShown
from bursar.api.values import PAGE, Amount, Given, GivenId, Id, Limit, Offset, Words, choices, connection_at, next_of
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.entry_ids import differing_entries
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.jobs.ledger import batch_entries, undo_batch
from bursar.store.models import LedgerBatch
from bursar.store.queries.ledger_list import batches_matching
from bursar.usecases.batch_by_hand import undo_warning
from bursar.wiring.files import entry_ids_in

routes = Routes("Batches")
AT = "/connections/{int:connection_id}/ledger/batches"
ONE = f"{AT}/{{int:batch_id}}"
MOST_IDS = 100_000
LARGEST_FILE = 128 * 1024 * 1024
FILE = {"application/octet-stream": {"type": "string", "format": "binary"}}

BatchState = Annotated[LedgerBatch.State, choices(LedgerBatch.State)]


class BatchShown(BaseModel):
    """A batch, by its id in ConnectWise. What it was meant to hold is known of ours only."""

    id: int
    name: str
    state: BatchState
    families: list[str]
    ours: bool
    book_id: int | None
    entry_ids: list[int]
    missing_ids: list[int] = Field(description="Meant to be in it, and not there when it was read back.")
    extra_ids: list[int]
    made_by: str
    made_at: datetime | None


class BatchesListed(BaseModel):
    """Newest first. Ask again with `offset=next`; null on the last page."""

    batches: list[BatchShown]
    next: int | None


class BatchInFull(BatchShown):
    """A batch, and what lives on in the books when it is undone."""

    undo_warning: str


class BatchEntryShown(BaseModel):
    """One GL entry of a batch."""

    id: int
    account: str
    debit: Amount
    credit: Amount
    kind: str
    record: str
    description: str


class BatchEntriesShown(BaseModel):
    """What ConnectWise says that it holds; of ours also how that differs from what it was meant to."""

    entries: list[BatchEntryShown]
    missing_ids: list[int]
    extra_ids: list[int]


class BatchWanted(Given):
    """GL entries, each once; and a name of at most 50 characters, else one of Bursar's own."""

    entry_ids: list[GivenId] = Field(min_length=1, max_length=MOST_IDS)
    families: list[Family] = Field(default_factory=list, max_length=len(Family), description="Empty: all three.")
    identifier: Words = ""


@routes.get(AT, Role.VIEWER, BatchesListed)
def list_batches(
    connection_id: Id,
    state: Annotated[BatchState | None, Query(description="Only batches of this state.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> BatchesListed:
    """Batches that Bursar made, and those that an export saw."""
    rows = batches_matching(connection_at(connection_id), state=state.value if state else "")
    found = list(rows[offset : offset + limit + 1])
    return BatchesListed(
        batches=[BatchShown.model_validate(_facts(row)) for row in found[:limit]],
        next=next_of(offset, limit, len(found)),
    )


@routes.post(AT, Role.OPERATOR, RunShown, status=202, may={409})
def make_batch(
    caller: Caller, connection_id: Id, wanted: BatchWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Make a batch of these GL entries: ConnectWise offers them no more. Nothing is posted; Location is the run."""
    connection = connection_at(connection_id)
    families = [family.value for family in wanted.families]
    asked = json.dumps(["update batch", wanted.model_dump(mode="json")], sort_keys=True)
    run = once(
        caller,
        connection,
        key,
        asked,
        lambda: batch_entries(connection, wanted.entry_ids, families, wanted.identifier),
    )
    return answered(connection, run, response)


@routes.post(f"{AT}/from-file", Role.OPERATOR, RunShown, status=202, may={409}, takes=FILE)
def make_batch_from_file(
    caller: Caller,
    connection_id: Id,
    pieces: Iterator[bytes],
    response: HttpResponse,
    identifier: Annotated[Words | None, Query(description="Its name; else the file's, else one of Bursar's.")] = None,
    key: IdempotencyKey = None,
) -> RunShown:
    """Make a batch of the GL entries in a success file, Zynk's Batches or a plain list; the body is the file."""
    connection = connection_at(connection_id)
    found = entry_ids_in(within(pieces, LARGEST_FILE))
    names = {each.identifier for each in found if each.identifier}
    if len(names) > 1:
        raise InvalidInput(f"The file names {len(names)} batches.", remedy="Send a file for each.")
    ids = sorted({entry for each in found for entry in each.ids})
    families = [each.family.value for each in found if each.family is not None]
    families = families if all(each.family is not None for each in found) else []
    name = identifier or next(iter(names), "")
    asked = json.dumps(["update batch", ids, families, name])
    run = once(caller, connection, key, asked, lambda: batch_entries(connection, ids, families, name))
    return answered(connection, run, response)


@routes.get(ONE, Role.VIEWER, BatchInFull)
def get_batch(connection_id: Id, batch_id: Id) -> BatchInFull:
    """One batch, by its id in ConnectWise."""
    row = batch_at(connection_at(connection_id), batch_id)
    return BatchInFull.model_validate({**_facts(row), "undo_warning": undo_warning(row)})


@routes.get(f"{ONE}/entries", Role.VIEWER, BatchEntriesShown, may=REMOTE)
def list_batch_entries(connection_id: Id, batch_id: Id) -> BatchEntriesShown:
    """Read what a batch holds from ConnectWise, and compare it with what it was meant to hold."""
    connection = connection_at(connection_id)
    row = batch_at(connection, batch_id)
    with talking_to(connection) as psa:
        found = list(psa.accounting.batch_entries(row.remote_id))
    missing, extra = differing_entries(row.entry_ids, [each.id for each in found]) if row.ours else ((), ())
    return BatchEntriesShown(
        entries=[
            BatchEntryShown(**{name: getattr(each, name) for name in BatchEntryShown.model_fields}) for each in found
        ],
        missing_ids=list(missing),
        extra_ids=list(extra),
    )


@routes.post(f"{ONE}/undo", Role.OPERATOR, RunShown, status=202, may={409})
def undo_one_batch(
    caller: Caller, connection_id: Id, batch_id: Id, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Delete a batch in ConnectWise: its records wait there again. The books keep what they have."""
    connection = connection_at(connection_id)
    row = batch_at(connection, batch_id)
    asked = json.dumps(["undo batch", row.remote_id])
    return answered(connection, once(caller, connection, key, asked, lambda: undo_batch(row)), response)


def _facts(row: LedgerBatch) -> dict[str, object]:
    same = ("ours", "book_id", "entry_ids", "missing_ids", "extra_ids", "made_by", "made_at")
    return {
        **{name: getattr(row, name) for name in same},
        "id": row.remote_id,
        "name": row.identifier,
        "state": LedgerBatch.State(row.state),
        "families": [word for word in row.families.split(",") if word],
    }
