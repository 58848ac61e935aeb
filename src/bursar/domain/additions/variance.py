"""What the platform charges, what ConnectWise bills for it, and last month: per product and currency (rule 145).

The platform's lines count with what should be billed for them, so that a markup is no variance (rule 108). ConnectWise
is shown as it is now, and as it will be once the plan is posted: the difference is that of the latter, because a month
that waits to be posted is not an error yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bursar.domain.additions.billed import Billed, Standing, billed, once_posted, standing
from bursar.domain.additions.situation import BillingSettings, MappedLine, Situation
from bursar.domain.additions.wanted import Wanted, want
from bursar.domain.lines import InvoiceLine
from bursar.domain.money import ZERO, to_cents
from bursar.domain.plan import Plan
from bursar.domain.psa import CatalogItem

Key = tuple[int, str]
"""A product in one currency."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A line of the platform, the product it goes to, and what should be billed for it."""

    line: InvoiceLine
    product_id: int
    amount: Decimal
    agreement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How many, and for how much."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything about one company and month that a variance is made of."""

    situation: Situation
    plan: Plan
    """The whole plan, even what may only be previewed."""
    postable: Plan
    """As much of it as may be posted."""
    by_hand: Sequence[MappedLine] = ()
    """Lines that a person bills in ConnectWise without Bursar: their Additions are on the other side, too."""
    last: Sequence[MappedLine] = ()
    """The lines of the month before that went to the company."""
    restated: Mapping[str, InvoiceLine | None] = field(default_factory=dict)
    """Posted lines of both months that their source states otherwise by now; None: it has them no more."""
    sold: frozenset[int] = frozenset()
    """The products that the platform's offers are mapped to. What people bill besides is none of Bursar's business."""


@dataclass(frozen=True, slots=True)
class ProductMonth:
    """One product in one currency: the charges and Additions that the figures are made of."""

    product_id: int
    currency: str
    charges: Sequence[Charge]
    last_charges: Sequence[Charge]
    now: Sequence[Billed]
    planned: Sequence[Billed]
    platform: Figures
    psa: Figures
    """As things are now."""
    once_posted: Figures
    """As things will be once the plan is posted."""
    last: Figures

    @property
    def difference(self) -> Decimal:
        """What ConnectWise will bill more (positive) or less (negative) than it should."""
        return self.once_posted.amount - self.platform.amount


def product_months(survey: Survey, settings: BillingSettings) -> list[ProductMonth]:
    """The company's month by product and currency, in a fixed order."""
    products = survey.situation.products
    charges = charges_of((*survey.situation.lines, *survey.by_hand), survey.restated, settings, products)
    last = charges_of(survey.last, survey.restated, settings, products)
    relevant = survey.sold | {charge.product_id for charge in (*charges, *last)}
    currency = _Currency(survey.situation, (*charges, *last))
    now = _placed(standing(survey.situation), survey.situation, currency, relevant)
    planned = _placed(once_posted(survey.situation, survey.postable), survey.situation, currency, relevant)
    of_month, of_last = _by_product(charges), _by_product(last)
    return [
        _product_month(key, of_month.get(key, ()), of_last.get(key, ()), now.get(key, ()), planned.get(key, ()))
        for key in sorted({*of_month, *of_last, *now, *planned})
    ]


def _by_product(charges: Iterable[Charge]) -> dict[Key, list[Charge]]:
    found: dict[Key, list[Charge]] = {}
    for charge in charges:
        found.setdefault((charge.product_id, charge.line.currency), []).append(charge)
    return found


def charges_of(
    sources: Iterable[MappedLine],
    restated: Mapping[str, InvoiceLine | None],
    settings: BillingSettings,
    products: Mapping[int, CatalogItem],
) -> list[Charge]:
    """What the platform charges by now, a line that its source withdrew left out."""
    found = []
    for source in sources:
        line = restated.get(source.line.line_id, source.line)
        if line is source.line:
            found.append(_charge(source, settings, products))
        elif line is not None:
            found.append(_charge(replace(source, line=line, trace=None), settings, products))
    return found


def _charge(source: MappedLine, settings: BillingSettings, products: Mapping[int, CatalogItem]) -> Charge:
    """A posted line counts with what it was posted with: settings that changed since are no variance (rule 24)."""
    amount = to_cents(source.line.total)
    if source.trace and not source.overrides.post_again:
        amount = source.trace.money.amount
    elif isinstance(wanted := want(source, settings, products), Wanted):
        amount = wanted.priced.total
    return Charge(source.line, source.product_id, amount, source.agreement_id)


class _Currency:
    """The currency of an Addition: its line's, its Agreement's, its company's, or the only one the lines have."""

    def __init__(self, situation: Situation, charges: Iterable[Charge]) -> None:
        self._situation = situation
        self._of_line = {charge.line.line_id: charge.line.currency for charge in charges}
        self._of_line |= {source.line.line_id: source.line.currency for source in situation.lines}
        used = set(self._of_line.values())
        self._only = used.pop() if len(used) == 1 else ""

    def of(self, item: Billed) -> str:
        for line_id in item.lines:
            return self._of_line[line_id]
        agreement = self._situation.agreements.get(item.addition.agreement_id)
        return (agreement.currency if agreement else None) or self._situation.company.currency or self._only


def _placed(
    found: Standing, situation: Situation, currency: _Currency, relevant: frozenset[int]
) -> dict[Key, list[Billed]]:
    placed: dict[Key, list[Billed]] = {}
    for item in billed(situation, found):
        if item.series or item.lines or item.addition.product_id in relevant:
            placed.setdefault((item.addition.product_id, currency.of(item)), []).append(item)
    return placed


def _product_month(
    key: Key,
    charges: Sequence[Charge],
    last: Sequence[Charge],
    now: Sequence[Billed],
    planned: Sequence[Billed],
) -> ProductMonth:
    return ProductMonth(
        *key,
        charges=charges,
        last_charges=last,
        now=now,
        planned=planned,
        platform=_charged(charges),
        psa=_billed(now, charges),
        once_posted=_billed(planned, charges),
        last=_charged(last),
    )


def _charged(charges: Iterable[Charge]) -> Figures:
    items = list(charges)
    return Figures(sum((c.line.quantity for c in items), ZERO), sum((c.amount for c in items), ZERO))


def _billed(items: Iterable[Billed], charges: Iterable[Charge]) -> Figures:
    by_line = {charge.line.line_id: charge for charge in charges}
    quantity = amount = ZERO
    for item in items:
        own = [by_line[line_id] for line_id in item.lines if line_id in by_line]
        exact = bool(own) and sum((c.amount for c in own), ZERO) == item.amount
        # Quantity 1 at the total stands for the line's own quantity (rule 107).
        quantity += sum((c.line.quantity for c in own), ZERO) if exact else item.addition.quantity
        amount += item.amount
    return Figures(quantity, amount)
