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
        links = PaymentLink.objects.filter(connection=connection, payment_id=item.receipt.remote_id)
        if item.row.action == Action.CANCEL:
            links.delete()
            continue
        fields = after_of(item.row)
        amount, day = fields.get("amount"), fields.get("day")
        PaymentLink.objects.update_or_create(
            connection=connection,
            payment_id=item.receipt.remote_id,
            defaults={
                "invoice_id": item.row.parent_id or 0,
                "number": str(item.row.lines[0])[:200] if item.row.lines else "",
                "amount": amount if isinstance(amount, Decimal) else None,
                "day": day if isinstance(day, date) else None,
            },
        )
