"""What comes in to be loaded: uploaded files, and the lines of a month that a program pushes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Path, Query
from pydantic import BaseModel, Field, StringConstraints

from bursar.api.body import within
from bursar.api.problems import Unknown
from bursar.api.routes import Routes, location
from bursar.api.values import PAGE, Id, Limit, MonthText, Offset, connection_at, next_of
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import Connection, Delivery, Load
from bursar.store.queries.delivery_list import DeliveryLoad, loads_of
from bursar.usecases.deliveries import (
    content_of,
    delete_delivery,
    deliveries,
    keep_pushed,
    keep_upload,
    largest_delivery,
    pushed_deliveries,
)
from bursar.usecases.load_invoice_lines import COUNTS

routes = Routes("Deliveries")
ONE = "/connections/{int:connection_id}"
MONTH = f"{ONE}/pushed-lines/{{month}}"
DELIVERY = f"{ONE}/deliveries/{{int:delivery_id}}"
LINES = {"application/json": {"type": "array", "minItems": 1, "items": {"type": "object"}}}
FILE = {"application/octet-stream": {"type": "string", "format": "binary"}}

MonthInPath = Annotated[MonthText, Path(description="The month of the lines' invoice dates.")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]


class DeliveryLoadShown(BaseModel):
    """A run that read the delivery, or is going to. Counts are null until it has, and when it failed."""

    run: str
    run_state: str
    load_id: int | None
    added: int | None
    refreshed: int | None
    unchanged: int | None
    changed_since_posting: int | None
    vanished: int | None
    rejected: int | None


class DeliveryShown(BaseModel):
    """What came in, without its content."""

    id: int
    kind: Literal["file", "pushed"]
    name: str = Field(description="The file's name; of pushed lines, who pushed them.")
    month: str | None
    size: int = Field(description="In bytes, as it is kept.")
    digest: str = Field(description="SHA-256 of what is kept: the same content has the same digest.")
    profile: str | None = Field(description="The column profile it is read with; null for the canonical file.")
    delivered_by: str
    delivered_at: datetime
    loads: list[DeliveryLoadShown]


class DeliveriesShown(BaseModel):
    """Newest first. Ask again with `offset=next`; null on the last page."""

    deliveries: list[DeliveryShown]
    next: int | None


class PushedShown(BaseModel):
    """The lines of a month as they are kept now."""

    changed: bool = Field(description="False when exactly these lines were there already.")
    lines: int
    delivery: DeliveryShown


class RejectionShown(BaseModel):
    """A row that could not become a line."""

    row: int
    reason: str
    remedy: str
    raw: str


class RejectionsShown(BaseModel):
    """In the order of the file. Ask again with `offset=next`; null on the last page."""

    rejections: list[RejectionShown]
    next: int | None


@routes.get(f"{ONE}/deliveries", Role.VIEWER, DeliveriesShown)
def list_deliveries(connection_id: Id, limit: Limit = PAGE, offset: Offset = 0) -> DeliveriesShown:
    """Uploaded files and pushed lines, with what each load took in."""
    connection = connection_at(connection_id)
    found = list(deliveries(connection)[offset : offset + limit + 1])
    rows = found[:limit]
    loads = loads_of(connection, rows)
    return DeliveriesShown(
        deliveries=[_shown(row, loads.get(row.pk, ())) for row in rows], next=next_of(offset, limit, len(found))
    )


@routes.post(f"{ONE}/deliveries", Role.OPERATOR, DeliveryShown, status=201, takes=FILE)
def upload_file(
    connection_id: Id,
    response: HttpResponse,
    pieces: Iterator[bytes],
    filename: Annotated[FileName, Query(description="The file's name, as in lines-2026-10.csv.")],
) -> DeliveryShown:
    """Keep a file of invoice lines; the body is the file. The same file again is the same delivery.

    Load it with `POST …/runs`: the verb `load lines`, its `delivery`, and the `profile` that reads it.
    """
    connection = connection_at(connection_id)
    kept = keep_upload(connection, filename, within(pieces, largest_delivery()))
    response["Location"] = location("connections", connection.pk, "deliveries", kept.pk)
    return _detailed(connection, kept)


@routes.get(DELIVERY, Role.VIEWER, DeliveryShown)
def get_delivery(connection_id: Id, delivery_id: Id) -> DeliveryShown:
    """One delivery, and what each load of it took in."""
    connection = connection_at(connection_id)
    return _detailed(connection, _delivery_at(connection, delivery_id))


@routes.delete(DELIVERY, Role.OPERATOR)
def delete_one_delivery(connection_id: Id, delivery_id: Id) -> None:
    """Forget what came in. Lines that were loaded from it stay."""
    delete_delivery(_delivery_at(connection_at(connection_id), delivery_id))


@routes.get(f"{ONE}/loads/{{int:load_id}}/rejections", Role.VIEWER, RejectionsShown)
def list_rejections(connection_id: Id, load_id: Id, limit: Limit = PAGE, offset: Offset = 0) -> RejectionsShown:
    """The rows of a load that could not become lines, and what to do about each."""
    load = Load.objects.filter(connection=connection_at(connection_id), pk=load_id).first()
    if load is None:
        raise Unknown(f"There is no load {load_id}.", remedy="GET …/deliveries and …/runs name them.")
    found = list(load.rejections.order_by("pk")[offset : offset + limit + 1])
    return RejectionsShown(
        rejections=[
            RejectionShown(row=row.row_number, reason=row.reason, remedy=row.remedy, raw=row.raw)
            for row in found[:limit]
        ],
        next=next_of(offset, limit, len(found)),
    )


@routes.get(f"{ONE}/pushed-lines", Role.VIEWER, DeliveriesShown)
def list_pushed_lines(connection_id: Id, limit: Limit = PAGE, offset: Offset = 0) -> DeliveriesShown:
    """The months whose lines were pushed, newest month first."""
    connection = connection_at(connection_id)
    found = list(pushed_deliveries(connection)[offset : offset + limit + 1])
    rows = found[:limit]
    loads = loads_of(connection, rows)
    return DeliveriesShown(
        deliveries=[_shown(row, loads.get(row.pk, ())) for row in rows], next=next_of(offset, limit, len(found))
    )


@routes.put(MONTH, Role.OPERATOR, PushedShown, takes=LINES)
def put_pushed_lines(connection_id: Id, month: MonthInPath, pieces: Iterator[bytes]) -> PushedShown:
    """Keep the lines of a month in place of those pushed before: one JSON array, in the canonical schema.

    The same lines again change nothing. They are loaded by the daily sync, by Load Invoices, and by `POST …/runs`.
    """
    connection = connection_at(connection_id)
    kept, lines, changed = keep_pushed(connection, Month.parse(month), b"".join(within(pieces, largest_delivery())))
    return PushedShown(changed=changed, lines=lines, delivery=_detailed(connection, kept))


@routes.get(MONTH, Role.VIEWER, PushedShown)
def get_pushed_lines(connection_id: Id, month: MonthInPath) -> PushedShown:
    """How many lines of a month are kept, since when, and what each load took in."""
    connection = connection_at(connection_id)
    kept = _pushed_at(connection, month)
    return PushedShown(changed=False, lines=content_of(kept).count(b"\n"), delivery=_detailed(connection, kept))


@routes.delete(MONTH, Role.OPERATOR)
def delete_pushed_lines(connection_id: Id, month: MonthInPath) -> None:
    """Take back what was pushed for a month. Lines that were loaded from it stay."""
    delete_delivery(_pushed_at(connection_at(connection_id), month))


def _delivery_at(connection: Connection, delivery_id: int) -> Delivery:
    found = deliveries(connection).filter(pk=delivery_id).first()
    if found is None:
        raise Unknown(f"There is no delivery {delivery_id}.", remedy="GET …/deliveries lists them all.")
    return found


def _pushed_at(connection: Connection, month: str) -> Delivery:
    found = pushed_deliveries(connection).filter(month=month).first()
    if found is None:
        raise Unknown(f"No lines of {month} were pushed.", remedy="PUT them at this address.")
    return found


def _detailed(connection: Connection, row: Delivery) -> DeliveryShown:
    return _shown(row, loads_of(connection, [row]).get(row.pk, ()))


def _shown(row: Delivery, loads: Sequence[DeliveryLoad]) -> DeliveryShown:
    return DeliveryShown(
        id=row.pk,
        kind="pushed" if row.kind == Delivery.Kind.PUSHED else "file",
        name=row.name,
        month=row.month or None,
        size=row.size,
        digest=row.digest,
        profile=row.profile or None,
        delivered_by=row.delivered_by,
        delivered_at=row.delivered_at,
        loads=[_load_shown(each) for each in loads],
    )


def _load_shown(each: DeliveryLoad) -> DeliveryLoadShown:
    counts = {name: getattr(each.load, name) if each.load else None for name in COUNTS}
    return DeliveryLoadShown(
        run=str(each.run.pk), run_state=each.run.state, load_id=each.load.pk if each.load else None, **counts
    )
