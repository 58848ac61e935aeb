"""Another Company ID means other records: what belongs to the former one goes, but only when a person says so."""

from bursar.domain.errors import InvalidInput
from bursar.store.models import (
    AdditionLink,
    Book,
    Connection,
    Contract,
    InvoiceSettlement,
    LedgerBatch,
    LedgerDocument,
    LedgerException,
    Line,
    ListEntry,
    ListReading,
    Load,
    Offer,
    Organization,
    PaymentLink,
    PermissionCheck,
    Posting,
    UnpostedRecord,
)
from bursar.usecases.audit import record

LEDGER = (UnpostedRecord, LedgerException, LedgerDocument, LedgerBatch, InvoiceSettlement, PaymentLink)
"""What the ledger and payments journeys know of a company. Books, routes and codes are the MSP's own, and stay."""

COMPANY_SETTINGS = (
    "agreement_type",
    "agreement.location_id",
    "agreement.department_id",
    "agreement.billing_cycle_id",
)
"""Billing settings that hold record ids of a ConnectWise company."""


class CompanyChanged(InvalidInput):
    """Mappings and history belong to another Company ID (rule 14)."""

    code = "company_changed"

    def __init__(self, connection: Connection, company: str) -> None:
        former = connection.former_company or connection.company
        super().__init__(
            f"The mappings and lines of '{connection.name}' belong to the Company ID '{former}', not to '{company}'.",
            remedy=(
                "Use the former Company ID, add a second connection, or agree that lines, links and mappings of this"
                " connection are removed (--reset). Nothing changes in ConnectWise."
            ),
        )


def start_over(connection: Connection) -> None:
    """Remove lines, links, documents and mappings of a connection, and what was read or chosen from its company.

    Runs and their journal stay as history. Call it in a transaction, while no run is active.
    """
    counts = {
        "lines": Line.objects.filter(connection=connection).delete()[0],
        "links": AdditionLink.objects.filter(connection=connection).delete()[0],
        "organizations": Organization.objects.filter(connection=connection).count(),
        "products": Offer.objects.filter(connection=connection).delete()[0],
        "contracts": Contract.objects.filter(connection=connection).delete()[0],
        "documents": LedgerDocument.objects.filter(connection=connection).count(),
    }
    for table in (Organization, Load, ListEntry, ListReading, PermissionCheck, *LEDGER):
        table.objects.filter(connection=connection).delete()
    Book.objects.filter(connection=connection).update(payments_read_to=None)
    Posting.objects.filter(connection=connection, state__in=Posting.OPEN).update(
        state=Posting.State.FAILED, sentence="The connection was given another Company ID before the outcome was known."
    )
    connection.billing = {name: value for name, value in connection.billing.items() if name not in COMPANY_SETTINGS}
    connection.properties = {}
    connection.last_sync_to_platform = connection.last_sync_to_psa = None
    connection.save(update_fields=["billing", "properties", "last_sync_to_platform", "last_sync_to_psa"])
    record("connection reset", connection.name, connection=connection, before=counts)
