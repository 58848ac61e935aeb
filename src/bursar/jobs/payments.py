"""Read payments from the books, and write to ConnectWise what people agreed to."""

from django.db import transaction
from django.db.models import QuerySet

from bursar.jobs.queue import start_run
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.usecases.agree_payments import agree_payments, post_request
from bursar.usecases.pull_payments import pull_request
from bursar.usecases.runs import POST_PAYMENTS, PULL_PAYMENTS


def pull_payments(connection: Connection, *, everything: bool = False) -> Run:
    """Have the payments of all books read and compared. Raises NotConfigured while disconnected."""
    return start_run(connection, PULL_PAYMENTS, pull_request(everything=everything))


def post_payments(
    connection: Connection, settlements: QuerySet[InvoiceSettlement] | None = None, *, pull: bool = False
) -> Run:
    """Have these settlements written exactly as they are shown; None: everything that is to be written then.

    With `pull` the books are read first, where nobody looked before. Raises InvalidInput, NotConfigured.
    """
    with transaction.atomic():
        locked = Connection.objects.select_for_update().get(pk=connection.pk)  # one agreement after the other
        run = start_run(locked, POST_PAYMENTS, post_request(pull=pull, agreed=settlements is not None))
        if settlements is not None:
            agree_payments(run, settlements)
    return run
