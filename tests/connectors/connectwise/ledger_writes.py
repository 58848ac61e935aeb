"""Batches and payments as the planners ask for them, and how the sandbox sees them."""

from datetime import date
from decimal import Decimal

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.plan import Action, Fields, FieldValue, Resource
from bursar.ports import Receipt, Write
from psa_sandbox.server import Sandbox

ROLE = "Bursar Accounting"
IDENTIFIER = "Bursar I 2026-11-02 0123456789"
PAID_ON = date(2026, 11, 2)
INVOICE, MEMO = "10079", "10083"
"""An invoice to Castle Rock Manufacturing, and its credit memo."""


def documents(psa: ConnectWise, family: Family = Family.INVOICES) -> list[Document]:
    """What waits in one family."""
    parts = (each.part for each in psa.accounting.export(Wish(frozenset({family}))))
    return [part for part in parts if isinstance(part, Document)]


def create_batch(ids: tuple[int, ...], family: Family = Family.INVOICES, identifier: str = IDENTIFIER) -> Write:
    """A batch that closes these GL entries."""
    fields: Fields = {"identifier": identifier, "family": family.value, "entry_ids": ",".join(map(str, ids))}
    return Write(Action.CREATE, Resource.BATCH, f"batch:{identifier}", fields)


def batch_of(document: Document) -> Write:
    """A batch of one invoice."""
    return create_batch(entry_ids_of(document))


def delete(receipt: Receipt, resource: Resource, invoice: int | None = None) -> Write:
    """Take back what was made."""
    return Write(Action.CANCEL, resource, "key:delete", {"deleted": True}, invoice, receipt.remote_id)


def invoice_id(psa: ConnectWise, number: str = INVOICE) -> int:
    """The id of an invoice."""
    (invoice,) = psa.accounting.invoices([number])
    return invoice.id


def create_payment(invoice: int, **changed: FieldValue) -> Write:
    """A payment in cash of 250.75; change what the test is about."""
    fields: Fields = {"amount": Decimal("250.75"), "day": PAID_ON, "kind": "P", **changed}
    return Write(Action.CREATE, Resource.PAYMENT, f"payment:{invoice}:cash", fields, parent_id=invoice)


def change_payment(invoice: int, receipt: Receipt, **fields: FieldValue) -> Write:
    """Another amount or day for a payment that was made."""
    return Write(Action.UPDATE, Resource.PAYMENT, "payment key", fields, parent_id=invoice, remote_id=receipt.remote_id)


def asked(sandbox: Sandbox, method: str, route: str) -> int:
    """How many requests came of a method to addresses that end so."""
    entries = sandbox.journal.entries()
    return sum(entry.method == method and entry.path.endswith(route) for entry in entries)
