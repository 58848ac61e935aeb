"""What a receipt means, whatever journey it belongs to: each kind of record is noted in the tables of its journey."""

from collections.abc import Sequence
from datetime import datetime

from bursar.store.models import Connection
from bursar.usecases.post import Posted
from bursar.usecases.record_additions import record_additions
from bursar.usecases.record_batches import record_batches
from bursar.usecases.record_documents import record_documents
from bursar.usecases.record_payments import record_payments


def record_receipts(connection: Connection, now: datetime, posted: Sequence[Posted]) -> None:
    """Note receipts; call inside the transaction that settles the rows.

    Rows that another journey left open are settled by whichever run comes next, so every run notes them all.
    """
    record_additions(connection, now, posted)
    record_documents(connection, now, posted)
    record_batches(connection, now, posted)
    record_payments(connection, now, posted)
