"""Every table of Bursar, by what it is about."""

from bursar.store.models.audit import AuditEntry
from bursar.store.models.books import Book, BookBalance, BookCode, BookReference, LedgerRoute
from bursar.store.models.connections import Connection
from bursar.store.models.deliveries import ColumnProfile, Delivery
from bursar.store.models.journal import AdditionLink, Posting, Run, RunNote
from bursar.store.models.ledger import LedgerBatch, LedgerDocument, LedgerException, UnpostedRecord
from bursar.store.models.lines import Line, Load, Rejection
from bursar.store.models.lists import ListEntry, ListReading, ListRefusal
from bursar.store.models.mappings import Contract, Offer, Organization, OrganizationCompany
from bursar.store.models.payments import InvoiceSettlement, PaymentLink
from bursar.store.models.people import ApiToken, Invitation, Person
from bursar.store.models.permission_checks import PermissionCheck
from bursar.store.models.plans import PlanEntry
from bursar.store.models.review import Drift, HandAddition, Mute, Variance
from bursar.store.models.system_log import LogCount, LogEntry
from bursar.store.models.workers import Worker

__all__ = [
    "AdditionLink",
    "ApiToken",
    "AuditEntry",
    "Book",
    "BookBalance",
    "BookCode",
    "BookReference",
    "ColumnProfile",
    "Connection",
    "Contract",
    "Delivery",
    "Drift",
    "HandAddition",
    "Invitation",
    "InvoiceSettlement",
    "LedgerBatch",
    "LedgerDocument",
    "LedgerException",
    "LedgerRoute",
    "Line",
    "ListEntry",
    "ListReading",
    "ListRefusal",
    "Load",
    "LogCount",
    "LogEntry",
    "Mute",
    "Offer",
    "Organization",
    "OrganizationCompany",
    "PaymentLink",
    "PermissionCheck",
    "Person",
    "PlanEntry",
    "Posting",
    "Rejection",
    "Run",
    "RunNote",
    "UnpostedRecord",
    "Variance",
    "Worker",
]
