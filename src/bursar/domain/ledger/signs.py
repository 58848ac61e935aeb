"""Signs: ConnectWise's exports against ours. Turning is its own inverse, so reading and writing share it.

An export shows the header of an invoice positive and its lines negative; expense lines are positive [field]. The
header of a credit is shown negative and its lines positive (assumed). Journals and stock movements are not turned.
"""

from dataclasses import replace
from decimal import Decimal

from bursar.domain.ledger.documents import CREDIT_KINDS, RECEIVABLE_KINDS, DocumentKind, Line, RecordType, Tax

_AGAINST_HEADER = frozenset({RecordType.TRANSACTION, RecordType.PURCHASE})


def control_side(kind: DocumentKind) -> int:
    """1 where the control account is debited with the total, −1 where it is credited; lines go to the other side."""
    side = 1 if kind in RECEIVABLE_KINDS else -1
    return -side if kind in CREDIT_KINDS else side


def header_sign(kind: DocumentKind) -> int:
    """−1 where an export shows the total of such a document negative."""
    return -1 if kind in CREDIT_KINDS else 1


def line_sign(record: RecordType, header: int) -> int:
    """−1 where an export shows lines of that section against ours, given the sign of the header."""
    return -header if record in _AGAINST_HEADER else header


def turned(line: Line, sign: int) -> Line:
    """The line in the other convention. Twice gives it back."""
    quantity = None if line.quantity is None else _times(line.quantity, sign)
    return replace(line, amount=_times(line.amount, sign), quantity=quantity)


def turned_tax(tax: Tax, sign: int) -> Tax:
    """The tax row in the other convention. Twice gives it back."""
    return replace(tax, amount=_times(tax.amount, sign))


def _times(amount: Decimal, sign: int) -> Decimal:
    return amount if sign == 1 else opposite(amount)


def opposite(amount: Decimal) -> Decimal:
    """The negative, digits kept; never −0."""
    return amount.copy_negate() if amount else amount.copy_abs()
