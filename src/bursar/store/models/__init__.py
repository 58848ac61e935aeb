"""Every table of Bursar, by what it is about."""

from bursar.store.models.connections import Connection
from bursar.store.models.journal import AdditionLink, Posting, Run, RunNote
from bursar.store.models.lines import Line, Load, Rejection
from bursar.store.models.mappings import Contract, Offer, Organization, OrganizationCompany

__all__ = [
    "AdditionLink",
    "Connection",
    "Contract",
    "Line",
    "Load",
    "Offer",
    "Organization",
    "OrganizationCompany",
    "Posting",
    "Rejection",
    "Run",
    "RunNote",
]
