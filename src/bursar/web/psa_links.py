"""Links to records in ConnectWise's own pages."""

from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection
from bursar.wiring import agreement_page


def agreement_link(connection: Connection, agreement_id: int | None) -> str:
    """Where ConnectWise shows an Agreement; empty when there is none, or no address to go to."""
    if agreement_id is None or not connection.url:
        return ""
    try:
        return agreement_page(connection.url, connection.company, agreement_id)
    except InvalidInput:
        return ""
