"""Settlements of invoices and our payments: rows ↔ domain values."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from bursar.domain.agreed import fingerprint_of
from bursar.domain.payments.claims import Claim, Claims
from bursar.domain.payments.settlement import Allocation, AllocationKind, Settlement, subject_of
from bursar.domain.plan import Action, Blocked, Change, Resource
from bursar.store.field_json import from_json
from bursar.store.models import Connection, InvoiceSettlement, PaymentLink, Posting, Run
from bursar.store.queries.chunks import chunks

State = InvoiceSettlement.State


def claims_of(row: InvoiceSettlement) -> Claims:
    """What each source says of the invoice; the first one counts."""
    return tuple(_claim(row.number, stored) for stored in row.allocations)


def settlement_of(row: InvoiceSettlement) -> Settlement:
    """What the source that counts says of the invoice."""
    claims = claims_of(row)
    return claims[0].settlement if claims else Settlement(row.number, row.currency)


def claims_as_json(claims: Sequence[Claim]) -> list[dict[str, object]]:
    return [
        {
            "source": claim.source,
            "currency": claim.settlement.currency,
            "voided": claim.settlement.voided,
            "overruled": claim.overruled,
            "refused": _refusal_as_json(claim.refused),
            "allocations": [_allocation_as_json(each) for each in claim.settlement.allocations],
        }
        for claim in claims
    ]


def _refusal_as_json(blocked: Blocked | None) -> dict[str, str] | None:
    return {"code": blocked.code, "sentence": blocked.sentence, "remedy": blocked.remedy} if blocked else None


def _allocation_as_json(allocation: Allocation) -> dict[str, str]:
    return {
        "ref": allocation.ref,
        "amount": f"{allocation.amount:f}",
        "day": allocation.day.isoformat(),
        "kind": allocation.kind.value,
        "credit": allocation.credit_number,
    }


def _claim(number: str, stored: Mapping[str, object]) -> Claim:
    refused, source, allocations = stored["refused"], stored["source"], stored["allocations"]
    settlement = Settlement(
        number,
        str(stored["currency"]),
        tuple(map(_allocation, allocations)) if isinstance(allocations, list) else (),
        voided=stored["voided"] is True,
    )
    return Claim(
        source if isinstance(source, int) else None,
        settlement,
        _refusal(number, refused) if isinstance(refused, dict) else None,
        overruled=stored["overruled"] is True,
    )


def _refusal(number: str, stored: Mapping[str, str]) -> Blocked:
    code = stored["code"]
    return Blocked(subject_of(number), code, stored["sentence"], stored["remedy"], (number,))


def _allocation(stored: Mapping[str, str]) -> Allocation:
    return Allocation(
        stored["ref"],
        Decimal(stored["amount"]),
        date.fromisoformat(stored["day"]),
        AllocationKind(stored["kind"]),
        stored["credit"],
    )


def rows_by_number(connection: Connection, numbers: Collection[str]) -> dict[str, InvoiceSettlement]:
    """The settlements that are known already."""
    found: dict[str, InvoiceSettlement] = {}
    for some in chunks(sorted(numbers)):
        rows = InvoiceSettlement.objects.filter(connection=connection, number__in=some).select_related("book")
        found |= {row.number: row for row in rows}
    return found


def waiting(connection: Connection) -> QuerySet[InvoiceSettlement]:
    """Settlements that are not applied, as far as Bursar knows."""
    return InvoiceSettlement.objects.filter(connection=connection).exclude(state=State.APPLIED)


def our_payments(connection: Connection, invoice_ids: Collection[int]) -> frozenset[int]:
    """Ids of the payments on these invoices that Bursar made or changed."""
    found: set[int] = set()
    for some in chunks(sorted(invoice_ids)):
        links = PaymentLink.objects.filter(connection=connection, invoice_id__in=some)
        found.update(links.values_list("payment_id", flat=True))
    return frozenset(found)


def written_in(run: Run) -> dict[str, list[str]]:
    """Invoice number → fingerprints of what the run has written to its payments so far."""
    found: dict[str, list[str]] = {}
    rows = run.postings.filter(state=Posting.State.POSTED, resource=Resource.PAYMENT.value)
    for row in rows.order_by("pk").iterator(2000):
        if row.lines:
            found.setdefault(row.lines[0], []).append(fingerprint_of(_change(row)))
    return found


def _change(row: Posting) -> Change:
    """The change that the row was made from; a create had no id then."""
    action = Action(row.action)
    return Change(
        key=row.key,
        action=action,
        resource=Resource(row.resource),
        after=from_json(row.after),
        before=from_json(row.before) if row.before is not None else None,
        remote_id=None if action is Action.CREATE else row.remote_id,
        lines=tuple(row.lines),
    )
