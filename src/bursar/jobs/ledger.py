"""Ask for runs of the ledger journey: export, post what was looked at, take back, batch and undo."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from bursar.jobs.queue import start_run
from bursar.store.models import Connection, LedgerBatch, LedgerDocument, Run
from bursar.usecases.agree_documents import agree_documents, postable
from bursar.usecases.batch_by_hand import undo_request, update_request
from bursar.usecases.ledger_wish import LedgerWish, ledger_wish
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER, UNDO_BATCH, UPDATE_BATCH, VOID_DOCUMENTS
from bursar.usecases.void_documents import void_request


def start_export(connection: Connection, wish: LedgerWish) -> Run:
    """Have what waits read and kept for people to look at; nothing is written. Raises NotConfigured."""
    return start_run(connection, EXPORT_LEDGER, wish.as_json())


def post_documents(connection: Connection, documents: QuerySet[LedgerDocument] | None = None) -> Run:
    """Have these documents posted exactly as they are shown; None: all that can be. Raises InvalidInput, NotConfigured.

    What would be posted otherwise by then is held back, and what nobody agreed to stays where it is.
    """
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)  # one agreement after the other
        chosen = LedgerDocument.objects.all() if documents is None else documents
        chosen = chosen.filter(connection=locked)
        families = set(postable(chosen).order_by().values_list("family", flat=True))
        posting = start_run(locked, POST_LEDGER, ledger_wish(families).as_json() | {"agreed": True})
        agree_documents(posting, chosen)
    return posting


def post_whatever_is_ready(connection: Connection, wish: LedgerWish) -> Run:
    """Have everything posted that is ready by then, without a look at it: for schedules. Raises NotConfigured."""
    return start_run(connection, POST_LEDGER, wish.as_json())


def take_back(connection: Connection, documents: QuerySet[LedgerDocument]) -> Run:
    """Have these documents taken back from the books. Raises InvalidInput, NotConfigured."""
    return start_run(connection, VOID_DOCUMENTS, void_request(documents.filter(connection=connection)))


def batch_entries(
    connection: Connection, entry_ids: Collection[int], families: Collection[str] = (), identifier: str = ""
) -> Run:
    """Have a batch made of these GL entries. Raises InvalidInput, NotConfigured."""
    return start_run(connection, UPDATE_BATCH, update_request(entry_ids, families, identifier))


def undo_batch(batch: LedgerBatch) -> Run:
    """Have a batch deleted in ConnectWise: its records wait there again. Raises InvalidInput, NotConfigured."""
    return start_run(batch.connection, UNDO_BATCH, undo_request(batch))
