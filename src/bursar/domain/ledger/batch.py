"""Accounting batches as ConnectWise has them."""

from dataclasses import dataclass
from decimal import Decimal

from bursar.domain.ledger.unposted import Family


@dataclass(frozen=True, slots=True)
class Batch:
    """What was taken out of the unposted lists together."""

    id: int
    identifier: str
    families: frozenset[Family] = frozenset()
    closed: bool = False
    """A closed batch cannot be deleted any more."""
    made_by: str = ""
    made_on: str = ""
    """As ConnectWise writes it; blank when it does not say."""


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One GL entry of a batch; the id is the GL entry's."""

    id: int
    account: str
    debit: Decimal
    credit: Decimal
    description: str = ""
    kind: str = ""
    """The account type, as ConnectWise calls it: A/R, Revenue …"""
    record: str = ""
    """What it belongs to: invoice, expense, purchase order … and its id."""
