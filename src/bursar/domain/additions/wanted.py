"""What one invoice line should look like as an Addition (rules 67-68, 75, 81-82, 100-111)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bursar.domain.additions.drift import Edits
from bursar.domain.additions.situation import BillingSettings, MappedLine, PricePolicy, PriceSource
from bursar.domain.identity import AdditionKind, Marker, one_time_marker, recurring_marker
from bursar.domain.lines import ChargeType, InvoiceLine
from bursar.domain.money import UNIT_PRICE_STEP, Money, Priced, price_to_total, to_cents
from bursar.domain.period import Month
from bursar.domain.plan import Blocked
from bursar.domain.psa import CatalogItem
from bursar.domain.rules import Derived, derive


@dataclass(frozen=True, slots=True)
class Wanted:
    """One Addition as the line wants it, before anybody looked at what is there."""

    source: MappedLine
    marker: Marker
    priced: Priced
    unit_cost: Decimal | None
    effective: date
    cancelled: date | None
    description: str
    kept: Edits = field(default_factory=dict)
    """What stays as somebody accepted it in ConnectWise: field → what the line says, what stands (rule 97)."""

    @property
    def line(self) -> InvoiceLine:
        return self.source.line

    @property
    def recurring(self) -> bool:
        return self.marker.kind is AdditionKind.RECURRING

    @property
    def money(self) -> Money:
        return Money(self.priced.total, self.line.currency)


def subject_of(line: InvoiceLine) -> str:
    """How a person recognises a line."""
    what = line.subscription_name or line.offer_name
    return f"{line.organization_name}: {what}, {line.charge_type} ({line.invoice_number}, {line.line_id})"


def block(source: MappedLine, code: str, sentence: str, remedy: str) -> Blocked:
    """A Blocked that speaks about one line."""
    line = source.line
    return Blocked(subject_of(line), code, sentence, remedy, (line.line_id,), line.money)


def want(source: MappedLine, settings: BillingSettings, products: Mapping[int, CatalogItem]) -> Wanted | Blocked:
    """Derive the Addition of one line, or say why there cannot be one."""
    line = source.line
    derived = derive(line, source.overrides, settings.rules)
    if derived.reversed:
        return block(
            source,
            "dates_reversed",
            f"The end date {derived.cancelled} lies before the start date {derived.effective}.",
            "Change the line's dates, or the charge-date rule that moved one of them.",
        )
    product = products.get(source.product_id)
    if fault := _product_fault(source, product):
        return fault
    if settings.hold_negative_lines and line.total < 0 and not source.overrides.approved:
        return block(
            source,
            "withheld_for_review",
            f"The credit of {line.money} is withheld for review.",
            "Approve the line, or switch off the setting that withholds negative lines.",
        )
    priced = _price(line, settings.price_for(line.organization_id), product)
    if priced is None:
        return block(
            source,
            "price_unknown",
            "The price policy needs a unit cost or a catalogue price that is not there.",
            "Add the unit cost to the source, give the product a price in ConnectWise, or choose the platform's price.",
        )
    cost = line.unit_cost
    if cost is not None and priced.kept_quantity is not None:
        cost *= line.quantity
    return Wanted(
        source,
        _marker(line, settings.scope),
        priced,
        None if cost is None else cost.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP),
        derived.effective,
        derived.cancelled,
        _description(line, derived, priced),
    )


def _product_fault(source: MappedLine, product: CatalogItem | None) -> Blocked | None:
    remedy = "Map the offer to another product, or correct the product in the ConnectWise catalogue."
    if product is None:
        sentence = f"Product {source.product_id} is no longer in the ConnectWise catalogue."
        return block(source, "product_missing", sentence, remedy)
    if product.inactive:
        return block(source, "product_inactive", f"Product {product.identifier} is inactive in ConnectWise.", remedy)
    if product.product_class == "Bundle":
        sentence = f"Product {product.identifier} is a Bundle, and a Bundle cannot be an Addition."
        return block(source, "product_is_bundle", sentence, remedy)
    return None


def _price(line: InvoiceLine, policy: PricePolicy, product: CatalogItem | None) -> Priced | None:
    if policy.source is PriceSource.PLATFORM or _is_net(line):
        return price_to_total(line.quantity, line.unit_price, line.total)
    if policy.source is PriceSource.CATALOG:
        unit = product.price if product else None
    elif line.unit_cost is None:
        unit = None
    elif policy.source is PriceSource.MARKUP_PERCENT:
        unit = line.unit_cost * (1 + policy.markup / 100)
    else:
        unit = line.unit_cost + policy.markup
    if unit is None:
        return None
    step = unit.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP)
    return price_to_total(line.quantity, step, to_cents(line.quantity * step))


def _is_net(line: InvoiceLine) -> bool:
    """Corrections and credits are amounts of their own, which no price list knows (rules 100 and 110)."""
    return line.charge_type.for_rules is ChargeType.CORRECTION or line.total < 0


def _marker(line: InvoiceLine, scope: str) -> Marker:
    if line.recurring and line.subscription_id:
        return recurring_marker(scope, line.subscription_id)
    return one_time_marker(scope, line.line_id)


def _description(line: InvoiceLine, derived: Derived, priced: Priced) -> str:
    text = f"{line.subscription_name or line.offer_name} - {derived.charge_name}"
    if priced.kept_quantity is None:
        return text
    return f"{text} ({plain(priced.kept_quantity)} × {plain(line.unit_price)})"


def plain(number: Decimal) -> str:
    """A number without padding zeros or exponent."""
    return format(number.normalize(), "f")


def one_per_series(
    wanted: Iterable[Wanted],
    scope: str,
    in_force: Mapping[str, int],
    taken: Collection[str] = (),
    single: Collection[str] = (),
) -> list[Wanted]:
    """Give each subscription one persistent Addition; its other recurring lines of the month become one-time (ADR 6).

    Of several lines the one with the product `in_force` (series → product id) persists, else a Cycle Fee, else the one
    that starts last. A series in `taken` has its persistent line already; a line id in `single` was posted as one-time.
    """
    groups: dict[str, list[Wanted]] = {}
    result: list[Wanted] = []
    for item in wanted:
        if item.line.line_id in single:
            result.append(as_one_time(item, scope))
        else:
            groups.setdefault(item.marker.series, []).append(item)
    for series, items in groups.items():
        ranked = sorted(
            items,
            key=lambda w: (
                w.source.product_id == in_force.get(series),
                w.line.charge_type is ChargeType.CYCLE_FEE,
                w.effective,
                w.line.charge_end,
                w.line.line_id,
            ),
            reverse=True,
        )
        persistent = 0 if series in taken else 1
        result.extend(ranked[:persistent])
        result.extend(as_one_time(item, scope) for item in ranked[persistent:])
    return result


def as_one_time(item: Wanted, scope: str) -> Wanted:
    """A recurring line as a single charge. It ends within its month, so that it is not billed again."""
    end = item.cancelled or min(max(item.line.charge_end, item.effective), Month.of(item.effective).last)
    return replace(item, marker=one_time_marker(scope, item.line.line_id), cancelled=end)


def is_partial(effective: date, cancelled: date | None, period_starts_on: int) -> bool:
    """Whether the dates cover less than whole periods that start on the given day of the month (rule 111)."""
    if effective.day != period_starts_on:
        return True
    return cancelled is not None and (cancelled + timedelta(days=1)).day != period_starts_on
