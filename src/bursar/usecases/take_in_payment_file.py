"""Take in a file of payments, and say afterwards what became of each of its rows.

What a file says of an invoice takes the place of what files said of it before; several rows of one file are added up.
Nothing is written elsewhere: the next reading of payments compares it with ConnectWise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.payments.claims import same_figures
from bursar.domain.payments.settlement import Settlement, fault_of, joined
from bursar.domain.plan import Blocked
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.payments import claims_of, rows_by_number
from bursar.usecases.acting import current_actor
from bursar.usecases.audit import record
from bursar.usecases.keep_settlements import keep_settlements
from bursar.usecases.read_payments import INVOICES_AT_ONCE
from bursar.usecases.run_log import log_end
from bursar.usecases.runs import TAKE_IN_PAYMENTS

NOT_COMPARED = "Not compared with ConnectWise yet."
NOT_WRITTEN = "Not written to ConnectWise yet."


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One row of a payment file."""

    number: str
    amount: Decimal | None = None
    day: date | None = None
    error: str = ""
    """Why it was not taken in, or not applied; blank when it was."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The rows of a file, for its success file and its fail file."""

    succeeded: Sequence[PaymentRow]
    failed: Sequence[PaymentRow]

    @classmethod
    def of(cls, rows: Sequence[PaymentRow]) -> "RowOutcome":
        return cls([row for row in rows if not row.error], [row for row in rows if row.error])


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file that was taken in."""

    run: Run
    """Stands for it: `rows_of(run)` are its rows."""
    rows: RowOutcome
    taken_in_before: bool = False
    """The very same file came before: nothing was changed now."""


def take_in_payment_file(
    connection: Connection, name: str, digest: str, rows: Iterable[Settlement | Blocked], now: datetime
) -> PaymentFile:
    """Take in the rows of a file, read one by one; `digest` is the SHA-256 of its content.

    A row that cannot be used is told in the answer, and with it every other row of its invoice: a sum without it would
    be wrong. Whatever the reader raises is raised before anything is kept.
    """
    items = list(rows)
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        earlier = payment_files(connection).filter(request__digest=digest).first()
        if earlier is not None:
            return PaymentFile(earlier, RowOutcome.of(rows_of(earlier)), taken_in_before=True)
        faults = _faults(items)
        told = _told(items, faults)
        for some in chunks(told, INVOICES_AT_ONCE):
            keep_settlements(connection, None, {number: told[number] for number in some}, now)
        read = [_row(item, faults) for item in items]
        run = _note(connection, name, digest, read, now)
    return PaymentFile(run, RowOutcome.of(read))


def payment_files(connection: Connection) -> QuerySet[Run]:
    """The files that were taken in, newest first."""
    return Run.objects.filter(connection=connection, verb=TAKE_IN_PAYMENTS)


def rows_of(run: Run) -> list[PaymentRow]:
    """The rows of a file as they were taken in."""
    return [
        PaymentRow(
            stored["number"],
            Decimal(stored["amount"]) if stored["amount"] else None,
            date.fromisoformat(stored["day"]) if stored["day"] else None,
            stored["error"],
        )
        for stored in run.result.get("rows", ())
    ]


def payment_outcome(connection: Connection, rows: Sequence[PaymentRow]) -> RowOutcome:
    """What became of the rows of a file since: applied in ConnectWise, or why not."""
    known = rows_by_number(connection, {row.number for row in rows})
    return RowOutcome.of([row if row.error else replace(row, error=_error(known.get(row.number))) for row in rows])


def _error(row: InvoiceSettlement | None) -> str:
    """Why a settlement is not applied; blank when it is, or when there was nothing to apply."""
    if row is None:
        return ""
    claims = claims_of(row)
    said = next((claim for claim in claims if claim.source is None), None)
    if row.book and (said is None or not same_figures(said.settlement, claims[0].settlement)):
        return row.sentence or f"{row.book} counts for this invoice, and says something else."
    match row.state:
        case InvoiceSettlement.State.APPLIED:
            return ""
        case InvoiceSettlement.State.NEW:
            return NOT_COMPARED
        case _:
            return row.sentence if row.state == InvoiceSettlement.State.EXCEPTION else NOT_WRITTEN


def _number(item: Settlement | Blocked) -> str:
    return item.number if isinstance(item, Settlement) else next(iter(item.lines), "")


def _faults(items: Sequence[Settlement | Blocked]) -> Mapping[str, str]:
    """Number → why nothing is taken in of this invoice."""
    faults: dict[str, str] = {}
    currencies: dict[str, set[str]] = {}
    for item in items:
        number = _number(item)
        if isinstance(item, Blocked):
            faults.setdefault(number, f"Another row of this invoice cannot be used: {item.sentence}")
            continue
        currencies.setdefault(number, set()).update({item.currency} - {""})
        if fault := fault_of(item):
            faults.setdefault(number, f"It cannot be used: {fault}.")
        elif len(currencies[number]) > 1:
            named = " and ".join(sorted(currencies[number]))
            faults.setdefault(number, f"Its rows are in {named}; Bursar never converts.")
    return faults


def _told(items: Iterable[Settlement | Blocked], faults: Mapping[str, str]) -> dict[str, Settlement]:
    invoices: dict[str, list[Settlement]] = {}
    for item in items:
        if isinstance(item, Settlement) and item.number not in faults:
            invoices.setdefault(item.number, []).append(item)
    return {number: joined(rows) for number, rows in invoices.items()}


def _row(item: Settlement | Blocked, faults: Mapping[str, str]) -> PaymentRow:
    if isinstance(item, Blocked):
        return PaymentRow(_number(item), item.total.amount if item.total else None, error=item.sentence)
    days = [each.day for each in item.allocations]
    amount = sum((each.amount for each in item.allocations), Decimal(0))
    return PaymentRow(item.number, amount, max(days, default=None), faults.get(item.number, ""))


def _note(connection: Connection, name: str, digest: str, rows: Sequence[PaymentRow], now: datetime) -> Run:
    outcome = RowOutcome.of(rows)
    counts = {"taken_in": len(outcome.succeeded), "blocked": len(outcome.failed)}
    run = Run.objects.create(
        connection=connection,
        verb=TAKE_IN_PAYMENTS,
        request={"file": name[:200], "digest": digest},
        result={"rows": list(_stored(rows))},
        counts=counts,
        state=Run.State.DONE,
        requested_by=current_actor().name[:200],
        channel=current_actor().channel,
        ended_at=now,
        verdict=_verdict(len(rows), len(outcome.failed)),
    )
    log_end(run, now)
    record("payment file taken in", name, connection=connection, after={"run": str(run.pk), "digest": digest, **counts})
    return run


def _verdict(count: int, failed: int) -> str:
    if not count:
        return "the file holds no payments"
    return f"{count - failed} of {count} rows taken in"


def _stored(rows: Iterable[PaymentRow]) -> Iterator[dict[str, str]]:
    for row in rows:
        yield {
            "number": row.number,
            "amount": "" if row.amount is None else f"{row.amount:f}",
            "day": row.day.isoformat() if row.day else "",
            "error": row.error,
        }
