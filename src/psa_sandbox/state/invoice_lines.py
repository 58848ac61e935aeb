"""Which additions, adjustments and agreement amount the next invoice of an agreement carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from psa_sandbox.state.addition_amounts import share
from psa_sandbox.state.billing_periods import Cycle, Period, Slice, billing_end, billing_start
from psa_sandbox.state.record import ZERO, amount, cents, day, flag, number, reference, text, unit_price
from psa_sandbox.state.store import Record, Store

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One future product line: an addition over one billing period, or over a part of it."""

    addition: Record
    part: Slice
    prorated: bool

    @property
    def free(self) -> bool:
        """Whether it appears on the invoice without a price (NoCharge)."""
        return self.addition.get("billCustomer") == "NoCharge"

    def extended(self, source: str) -> Decimal:
        """extPrice or extCost for the part, to the cent."""
        whole = amount(self.addition, source)
        if self.free and source == "extPrice":
            return ZERO
        return share(whole, self.part) if self.prorated and not self.part.is_whole else cents(whole)

    def unit(self, source: str) -> Decimal:
        """unitPrice or unitCost for the part, to four digits; the extended amount is what counts."""
        whole = amount(self.addition, source)
        if self.free and source == "unitPrice":
            return ZERO
        if not self.prorated or self.part.is_whole:
            return whole
        return unit_price(whole * self.part.active.days / self.part.full.days)


@dataclass(frozen=True)
class Settled:
    """Up to which day an addition is dealt with, and whether a line was made for it."""

    addition: Record
    through: date
    billed: bool


@dataclass
class Content:
    """Everything one invoice is made of."""

    period: Period
    agreement_amount: Decimal = ZERO
    adjustments: list[Record] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    @property
    def adjustment_amount(self) -> Decimal:
        """Sum of the adjustments."""
        return cents(sum((amount(row, "amount") for row in self.adjustments), ZERO))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all would be on the invoice."""
        return not (self.agreement_amount or self.adjustments or self.lines)


def content_of(store: Store, agreement: Record, cycle: Cycle, period: Period) -> Content:
    """What the invoice for a period carries, including what earlier periods left unbilled."""
    content = Content(period, _agreement_amount(agreement, cycle, period))
    content.adjustments = _adjustments(store, agreement, period)
    for addition in store.rows("addition", agreementId=agreement["id"]):
        _collect(store, content, agreement, addition, cycle)
    return content


def _agreement_amount(agreement: Record, cycle: Cycle, period: Period) -> Decimal:
    """billAmount; on the first bill prorateFirstBill replaces it [field], else prorateFlag cuts it."""
    instead = amount(agreement, "prorateFirstBill")
    if instead and period.start == billing_start(agreement):
        return cents(instead)
    whole, full = amount(agreement, "billAmount"), cycle.full_period(period.start)
    active = Period(period.start, min(period.end, billing_end(agreement) or period.end))
    if cycle.is_one_time or active == full or not flag(agreement, "prorateFlag"):
        return cents(whole)
    return share(whole, Slice(active, full))


def _adjustments(store: Store, agreement: Record, period: Period) -> list[Record]:
    rows = store.rows("adjustment", agreementId=agreement["id"])
    due = [row for row in rows if (day(row, "effectiveDate") or period.start) <= period.end]
    return [row for row in due if not store.rows("adjustmentBilling", adjustmentId=row["id"])]


def _collect(store: Store, content: Content, agreement: Record, addition: Record, cycle: Cycle) -> None:
    active = _unbilled(store, agreement, addition, content.period)
    if active is None:
        return
    prorated = flag(agreement, "prorateFlag") and not cycle.is_one_time
    billed = addition.get("billCustomer") != "DoNotBill"
    if billed:
        content.lines += [Line(addition, part, prorated) for part in cycle.slices(active)]
    through = active.end if prorated else content.period.end
    content.settled.append(Settled(addition, through, billed))


def _unbilled(store: Store, agreement: Record, addition: Record, period: Period) -> Period | None:
    """The days of an addition, up to the period's end, that no invoice dealt with so far."""
    limits = (period.end, day(addition, "cancelledDate"), billing_end(agreement))
    end = min(moment for moment in limits if moment is not None)
    through = settled_through(store, number(addition, "id"))
    if through is not None and through >= end:
        return None
    starts = (day(addition, "effectiveDate"), billing_start(agreement), through and through + _ONE_DAY)
    start = max((moment for moment in starts if moment is not None), default=period.start)
    return Period(start, end) if start <= end else None


def settled_through(store: Store, addition_id: int) -> date | None:
    """The day up to which an addition is dealt with; None when it never was."""
    rows = store.rows("additionBilling", additionId=addition_id)
    return day(rows[0], "billedThrough") if rows else None


def product_line(line: Line, item: Record, invoice: Record, agreement: Record) -> Record:
    """The `product` record of a line for a catalog item [spec: ProductItem]; margin is an amount (our reading)."""
    addition, price, cost = line.addition, line.extended("extPrice"), line.extended("extCost")
    texts = text(addition, "invoiceDescription") or text(addition, "description")
    return {
        "catalogItem": addition["product"],
        "description": text(addition, "description"),
        "customerDescription": texts if line.part.is_whole else f"{texts} ({_span(line.part.active)})",
        "sequenceNumber": addition.get("sequenceNumber"),
        "quantity": amount(addition, "billedQuantity"),
        "price": line.unit("unitPrice"),
        "cost": line.unit("unitCost"),
        "extPrice": price,
        "extCost": cost,
        "discount": ZERO,
        "margin": price - cost,
        "billableOption": addition["billCustomer"],
        "agreement": {"id": agreement["id"]},
        "invoice": {"id": invoice["id"]},
        "company": agreement["company"],
        "taxableFlag": flag(addition, "taxableFlag"),
        "taxCode": invoice.get("taxCode"),
        "uom": text(addition, "uom"),
        "unitOfMeasure": item.get("unitOfMeasure"),
        "productClass": item.get("productClass"),
        "locationId": reference(agreement, "location"),
        "location": agreement.get("location"),
        "businessUnitId": reference(agreement, "department"),
        "businessUnit": agreement.get("department"),
        "cancelledFlag": False,
    }


def _span(period: Period) -> str:
    return f"{period.start.isoformat()} to {period.end.isoformat()}"
