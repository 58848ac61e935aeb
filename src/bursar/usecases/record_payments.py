"""What a receipt for a payment means: ConnectWise has it, and Bursar knows it for its own."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from bursar.domain.plan import Action, Resource
from bursar.store.models import Connection, PaymentLink
from bursar.store.queries.journal import after_of
from bursar.usecases.post import Posted


def record_payments(connection: Connection, _now: datetime, posted: Sequence[Posted]) -> None:
    """Note payments that were made, changed or deleted; call inside the transaction that settles the rows."""
    for item in posted:
        if item.row.resource != Resource.PAYMENT:
            continue
        if item.row.action == Action.CANCEL:
            PaymentLink.objects.filter(connection=connection, payment_id=item.receipt.remote_id).delete()
        else:
            PaymentLink.objects.update_or_create(
                connection=connection, payment_id=item.receipt.remote_id, defaults=_written(item)
            )


def _written(item: Posted) -> dict[str, object]:
    """What the link says now; a change of the amount alone leaves the day as it is."""
    fields = after_of(item.row)
    amount, day = fields.get("amount"), fields.get("day")
    facts: dict[str, object] = {"number": str(item.row.lines[0])[:200] if item.row.lines else ""}
    if item.row.parent_id is not None:
        facts["invoice_id"] = item.row.parent_id
    if isinstance(amount, Decimal):
        facts["amount"] = amount
    if isinstance(day, date):
        facts["day"] = day
    return facts
