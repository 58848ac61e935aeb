"""Where goods are booked: stock, cost of goods sold, or the account that the export names.

A purchase goes to the account that its sale will clear: stock where sales post cost of goods sold, else cost. The
export's own account of a purchased product is its revenue account [field], so it is used only when asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document, DocumentKind, Line, RecordType
from bursar.domain.ledger.signs import control_side
from bursar.domain.money import ZERO, to_cents

PRODUCT_TYPES = frozenset({"RP", "P"})
COGS = "-COGS"
"""What the key of a journal of costs adds to the key of its invoice."""


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """The accounting package's COGS options, and whether purchases keep the account that the export names."""

    cogs: bool = False
    drop_ship_cogs: bool = False
    purchases_as_exported: bool = False

    def is_stocked(self, line: Line) -> bool:
        """Whether such a line goes through stock, so that its sale posts cost of goods sold.

        Services and licences have no inventory account: what they cost is booked when it is bought (assumed).
        """
        is_product = line.gl_type in PRODUCT_TYPES and bool(line.inventory_account)
        return is_product and self.cogs and (self.drop_ship_cogs or not line.drop_shipped)


@dataclass(frozen=True, slots=True)
class CostFlow:
    """Cost of a sold line on its way from stock to cost of goods sold; negative when goods come back."""

    line: Line
    amount: Decimal


def cost_flows(document: Document, policy: StockPolicy) -> Iterator[CostFlow]:
    """What the sale of each line costs; nothing for other documents."""
    if document.kind not in RECEIVABLE_KINDS:
        return
    side = control_side(document.kind)
    for line in document.lines:
        amount = to_cents(abs(line.cost or ZERO))
        if amount and policy.is_stocked(line):
            sold = (line.quantity or line.amount) >= ZERO
            yield CostFlow(line, side * (amount if sold else -amount))


def cogs_journal(document: Document, policy: StockPolicy) -> Document | None:
    """The cost of goods sold as a document of its own, for books whose invoices cannot carry it; None without cost.

    It has no GL entry ids: the cost rides on the revenue lines of the invoice.
    """
    lines = tuple(line for flow in cost_flows(document, policy) for line in _moved(flow))
    if not lines:
        return None
    return Document(
        kind=DocumentKind.COGS_JOURNAL,
        record=RecordType.TRANSACTION,
        number=f"{document.number}{COGS}",
        day=document.day,
        currency=document.currency,
        total=ZERO,
        control_account="",
        lines=lines,
        record_id=f"{document.record_id}{COGS}" if document.record_id else "",
        party=document.party,
        memo=f"Cost of goods sold: {document.title}",
        dimensions=document.dimensions,
        location=document.location,
        department=document.department,
    )


def _moved(flow: CostFlow) -> tuple[Line, Line]:
    """Cost debited, stock credited."""
    line, memo = flow.line, flow.line.memo or flow.line.description
    stock = line.inventory_account
    return (
        Line(line.cost_account, flow.amount, memo=memo, dimensions=line.dimensions),
        Line(stock, -flow.amount, inventory_account=stock, memo=memo, dimensions=line.dimensions),
    )


def purchase_place(line: Line, policy: StockPolicy) -> tuple[str, bool]:
    """The account that a line of a bill for goods debits, and whether that is stock."""
    if policy.purchases_as_exported or line.gl_type not in PRODUCT_TYPES:
        return line.account, False
    if policy.is_stocked(line):
        return line.inventory_account, True
    return line.cost_account or line.account, False
