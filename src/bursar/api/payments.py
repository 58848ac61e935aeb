"""Payments: what the books or a file say was paid, and the payments that ConnectWise gets for it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field, StringConstraints

from bursar.api.access import Caller
from bursar.api.body import within
from bursar.api.books import book_at
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.ledger_runs import answered
from bursar.api.problems import Unknown
from bursar.api.routes import REMOTE, Routes
from bursar.api.runs import RunShown
from bursar.api.values import (
    PAGE,
    Amount,
    Flag,
    Given,
    GivenId,
    Id,
    Limit,
    Offset,
    Words,
    choices,
    connection_at,
    next_of,
)
from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.jobs.payments import post_payments, pull_payments
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.store.queries.ledger_list import settlements_matching
from bursar.usecases.choose_settlement import choose_settlement
from bursar.usecases.take_in_payment_file import (
    PaymentRow,
    payment_files,
    payment_outcome,
    rows_of,
    take_in_payment_file,
)
from bursar.wiring import connectwise
from bursar.wiring.files import payment_file

routes = Routes("Payments")
AT = "/connections/{int:connection_id}/payments"
FILE = {"application/octet-stream": {"type": "string", "format": "binary"}}
LARGEST_FILE = 20 * 1024 * 1024
MOST_NUMBERS = 1000

SettlementState = Annotated[InvoiceSettlement.State, choices(InvoiceSettlement.State)]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]


class Deed(StrEnum):
    """What would be written to ConnectWise."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


class PaymentShown(BaseModel):
    """What was paid on one invoice, what ConnectWise has of it, and what follows."""

    id: int
    number: str = Field(description="The invoice's number.")
    company: str
    book_id: int | None = Field(description="The book that says so; null: a payment file.")
    state: SettlementState
    currency: str | None
    paid: Amount
    newest: date | None = Field(description="Day of the newest payment.")
    in_connectwise: Amount | None = Field(description="null: never compared.")
    invoice_total: Amount | None
    voided: bool
    actions: list[Deed]
    code: str
    sentence: str
    remedy: str
    changed_at: datetime
    applied_at: datetime | None


class PaymentsListed(BaseModel):
    """What changed last comes first. Ask again with `offset=next`; null on the last page."""

    payments: list[PaymentShown]
    next: int | None


class PullWanted(Given):
    """What to read."""

    everything: Flag = Field(default=False, description="Everything once more, not only what is new.")


class PaymentsPostWanted(Given):
    """What to write: these invoices as they were shown, all that is to be written so, or whatever differs by then."""

    numbers: Annotated[list[Words], Field(min_length=1, max_length=MOST_NUMBERS)] | None = None
    everything: Flag = Field(default=False, description="Everything to write, as it was shown.")
    now: Flag = Field(default=False, description="Read the books first, and write what differs: for schedules.")


class SourceChosen(Given):
    """The book that counts for the invoice; null: payment files."""

    book_id: GivenId | None


class PaymentRowShown(BaseModel):
    """One row of a payment file. `error`: why it was not taken in, or not applied."""

    number: str
    amount: Amount | None
    day: date | None
    error: str


class PaymentFileShown(BaseModel):
    """A file that was taken in, and what became of its rows since."""

    id: UUID
    name: str
    taken_in_at: datetime
    taken_in_before: bool = Field(description="The very same file came before: nothing was changed now.")
    succeeded: list[PaymentRowShown]
    failed: list[PaymentRowShown]


@routes.get(AT, Role.VIEWER, PaymentsListed)
def list_payments(
    connection_id: Id,
    state: Annotated[SettlementState | None, Query(description="Only invoices that stand so.")] = None,
    search: Annotated[Words | None, Query(description="Only those with it in number or company.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> PaymentsListed:
    """Invoices with what was paid on them, what ConnectWise has, and what would be written."""
    rows = settlements_matching(connection_at(connection_id), state=state.value if state else "", search=search or "")
    found = list(rows[offset : offset + limit + 1])
    return PaymentsListed(payments=[_shown(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.post(f"{AT}/pull", Role.OPERATOR, RunShown, status=202, may={409})
def pull_all_payments(
    caller: Caller, connection_id: Id, wanted: PullWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Read what was paid from the books and compare it with ConnectWise; Location is the run. Nothing is written."""
    connection = connection_at(connection_id)
    asked = json.dumps(["pull payments", wanted.everything])
    run = once(caller, connection, key, asked, lambda: pull_payments(connection, everything=wanted.everything))
    return answered(connection, run, response)


@routes.post(f"{AT}/post", Role.OPERATOR, RunShown, status=202, may={409})
def post_chosen_payments(
    caller: Caller, connection_id: Id, wanted: PaymentsPostWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Write payments to ConnectWise, one per invoice; Location is the run. Only what differs is written."""
    connection = connection_at(connection_id)
    if (wanted.numbers is not None) + wanted.everything + wanted.now != 1:
        raise InvalidInput(
            "It is not said what to post.", remedy="Send either numbers, or everything: true, or now: true."
        )
    asked = json.dumps(["post payments", wanted.model_dump(mode="json")], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: _posting(connection, wanted))
    return answered(connection, run, response)


@routes.post(f"{AT}/{{int:payment_id}}/choose", Role.OPERATOR, PaymentShown)
def choose_payment_source(connection_id: Id, payment_id: Id, given: SourceChosen) -> PaymentShown:
    """Say which source counts for an invoice that two of them settle differently. The next pull compares it."""
    connection = connection_at(connection_id)
    row = settlements_matching(connection).filter(pk=payment_id).first()
    if row is None:
        raise Unknown(f"There is no payment {payment_id} of '{connection.name}'.", remedy="GET …/payments lists them.")
    choose_settlement(row, book_at(connection, given.book_id) if given.book_id is not None else None)
    return _shown(settlements_matching(connection).get(pk=payment_id))


@routes.post(f"{AT}/files", Role.OPERATOR, PaymentFileShown, may=REMOTE, takes=FILE)
def take_in_file_of_payments(
    connection_id: Id,
    pieces: Iterator[bytes],
    filename: Annotated[FileName, Query(description="The file's name, as in payments.xml.")],
) -> PaymentFileShown:
    """Take in a file of payments: Zynk's two XML shapes, or CSV; the body is the file. Pull compares it, post writes.

    Amounts of one invoice are added up, and are all that was paid on it. The very same file again changes nothing.
    """
    connection = connection_at(connection_id)
    content = b"".join(within(pieces, LARGEST_FILE))
    file = payment_file(content)
    if any(not row.number for row in file.rows):
        with connectwise(connection) as psa:
            file = file.named(psa.accounting)
    digest = hashlib.sha256(content).hexdigest()
    taken = take_in_payment_file(connection, filename, digest, file.settlements(), timezone.now())
    return _file(connection, taken.run, before=taken.taken_in_before)


@routes.get(f"{AT}/files/{{uuid:file_id}}", Role.VIEWER, PaymentFileShown)
def get_file_of_payments(connection_id: Id, file_id: UUID) -> PaymentFileShown:
    """A file that was taken in: which of its rows are applied in ConnectWise, and why the others are not."""
    connection = connection_at(connection_id)
    run = payment_files(connection).filter(pk=file_id).first()
    if run is None:
        raise Unknown(f"There is no payment file {file_id} of '{connection.name}'.", remedy="Upload one.")
    return _file(connection, run, before=True)


def _posting(connection: Connection, wanted: PaymentsPostWanted) -> Run:
    if wanted.now:
        return post_payments(connection, None, pull=True)
    return post_payments(connection, _chosen(connection, wanted.numbers))


def _chosen(connection: Connection, numbers: Sequence[str] | None) -> QuerySet[InvoiceSettlement]:
    """Raises InvalidInput when nothing is known of one."""
    rows = InvoiceSettlement.objects.filter(connection=connection)
    if numbers is None:
        return rows
    chosen = rows.filter(number__in=numbers)
    missing = sorted(set(numbers) - set(chosen.values_list("number", flat=True)))
    if missing:
        raise InvalidInput(
            f"Nothing is known of payments on invoice {missing[0]}.", remedy="Nothing was started. List the payments."
        )
    return chosen


def _shown(row: InvoiceSettlement) -> PaymentShown:
    same = ("number", "company", "book_id", "newest", "invoice_total", "voided", "code", "sentence", "remedy")
    return PaymentShown(
        id=row.pk,
        state=InvoiceSettlement.State(row.state),
        currency=row.currency or None,
        paid=row.wanted,
        in_connectwise=row.present,
        actions=[Deed(word) for word in row.action.split(",") if word],
        changed_at=row.changed_at,
        applied_at=row.applied_at,
        **{name: getattr(row, name) for name in same},
    )


def _file(connection: Connection, run: Run, *, before: bool) -> PaymentFileShown:
    outcome = payment_outcome(connection, rows_of(run))
    return PaymentFileShown(
        id=run.pk,
        name=str(run.request.get("file", "")),
        taken_in_at=run.started_at,
        taken_in_before=before,
        succeeded=[_row(row) for row in outcome.succeeded],
        failed=[_row(row) for row in outcome.failed],
    )


def _row(row: PaymentRow) -> PaymentRowShown:
    return PaymentRowShown(number=row.number, amount=row.amount, day=row.day, error=row.error)
