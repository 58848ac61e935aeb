"""What ConnectWise bills one company for a month: as things are, and once a plan is posted (rule 145)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from bursar.domain.additions.drift import amount_of
from bursar.domain.additions.situation import Situation, Trace, overlap
from bursar.domain.additions.targets import next_period, period_of
from bursar.domain.identity import parse_marker
from bursar.domain.money import ZERO
from bursar.domain.period import Month, day_before
from bursar.domain.plan import Action, Change, Fields, FieldValue, Plan, Resource
from bursar.domain.psa import Addition, Agreement


@dataclass(frozen=True, slots=True)
class Home:
    """What Bursar knows of an Addition of its own: the month it was last used for, and the dates it has since then."""

    series: str
    month: Month
    effective: FieldValue
    cancelled: FieldValue

    def is_as_written(self, addition: Addition) -> bool:
        return (addition.effective, addition.cancelled) == (self.effective, self.cancelled)


@dataclass(slots=True)
class Standing:
    """One company's Additions by id, the month's lines behind each, and what Bursar knows of it."""

    additions: dict[int, Addition] = field(default_factory=dict)
    lines: dict[int, list[str]] = field(default_factory=dict)
    homes: dict[int, Home] = field(default_factory=dict)

    def owner_of(self, line_id: str) -> int | None:
        """The Addition that bills a line of the month."""
        return next((addition_id for addition_id, ids in self.lines.items() if line_id in ids), None)


@dataclass(frozen=True, slots=True)
class Billed:
    """One Addition as it counts for the month. `lines` are those of the month that it bills."""

    addition: Addition
    amount: Decimal
    lines: tuple[str, ...]
    series: str
    """Empty when a person made it."""
    goes_on: bool
    """It is billed beyond the month, too."""


def standing(situation: Situation) -> Standing:
    """As things are now."""
    found = Standing()
    own = {*situation.agreements, *(link.agreement_id for link in situation.links)}
    for agreement_id in sorted(own):
        found.additions.update((a.id, a) for a in situation.additions.get(agreement_id, ()))
    for link in situation.links:
        found.homes[link.addition_id] = Home(
            link.marker.series, link.last_month, link.written.get("effective"), link.written.get("cancelled")
        )
    for source in situation.lines:
        if source.trace and not source.overrides.post_again:
            found.lines.setdefault(source.trace.addition_id, []).append(source.line.line_id)
    return found


def once_posted(situation: Situation, plan: Plan) -> Standing:
    """As things would be once every change of the plan is written."""
    found = standing(situation)
    next_id = -1
    for change in plan.changes:
        if change.resource is not Resource.ADDITION:
            continue
        addition_id = next_id if change.remote_id is None else change.remote_id
        next_id -= change.remote_id is None
        _apply(change, addition_id, situation.month, found)
    return found


def _apply(change: Change, addition_id: int, month: Month, found: Standing) -> None:
    """What posting the change does to ConnectWise and to Bursar's memory."""
    if change.writes:
        found.additions[addition_id] = _addition(addition_id, change.parent_id or 0, change.after)
    known = found.homes.get(addition_id)
    if change.action is Action.CANCEL and known:
        found.homes[addition_id] = replace(known, cancelled=change.after.get("cancelled"))
    marker = parse_marker(str(change.after.get("marker") or ""))
    for line_id in change.lines:
        if change.action is Action.LEAVE and found.owner_of(line_id) is not None:
            continue
        found.lines.setdefault(addition_id, []).append(line_id)
        last = max(month, known.month) if known else month
        series = known.series if known else marker.series if marker else ""
        found.homes[addition_id] = Home(series, last, change.after.get("effective"), change.after.get("cancelled"))


def billed(situation: Situation, found: Standing) -> list[Billed]:
    """Every billable Addition that counts for the month."""
    traces = {source.line.line_id: source.trace for source in situation.lines if source.trace}
    result = []
    for addition in found.additions.values():
        agreement = situation.agreements.get(addition.agreement_id)
        if addition.bill_customer == "Billable" and _counts(addition, agreement, situation.month, found):
            result.append(_billed(addition, agreement, situation.month, found, traces))
    return result


def period_in(month: Month, agreement: Agreement | None) -> tuple[date, date]:
    """First and last day of the Agreement's period that begins in the month."""
    first = period_of(month.last, agreement)
    return first, day_before(next_period(first, agreement))


def _counts(addition: Addition, agreement: Agreement | None, month: Month, found: Standing) -> bool:
    """Whether the Addition is part of what the month is billed.

    An Addition that Bursar ended belongs to the month of its line, wherever a rule moved its dates; as soon as somebody
    changed these dates, and for everything else, the period that begins in the month decides.
    """
    first, last = period_in(month, agreement)
    home = found.homes.get(addition.id)
    if home and home.is_as_written(addition):
        if found.lines.get(addition.id):
            return _is_open(agreement, addition.effective or first)
        if addition.cancelled is not None and home.month != month:
            return False
    if agreement and agreement.start and agreement.start > last:
        return False
    starts = max(first, addition.effective or first)
    return overlap(addition, first, last) and _is_open(agreement, starts)


def _is_open(agreement: Agreement | None, day: date) -> bool:
    """Whether the Agreement bills on the day. One that has expired since did bill until its end."""
    if agreement is None:
        return True
    if agreement.cancelled or agreement.status == "Cancelled":
        return False
    return agreement.status != "Expired" if agreement.end is None else agreement.end >= day


def _billed(
    addition: Addition, agreement: Agreement | None, month: Month, found: Standing, traces: dict[str, Trace]
) -> Billed:
    home, lines = found.homes.get(addition.id), found.lines.get(addition.id, [])
    marker = parse_marker(addition.marker)
    _, last = period_in(month, agreement)
    return Billed(
        addition=addition,
        amount=_posted_for(lines, traces) if home and home.month > month and lines else amount_of(addition),
        lines=tuple(lines),
        series=home.series if home else marker.series if marker else "",
        goes_on=addition.cancelled is None or addition.cancelled > last,
    )


def _posted_for(lines: Iterable[str], traces: dict[str, Trace]) -> Decimal:
    """A later month gave the Addition other values; the month was billed what its lines were posted with."""
    return sum((traces[line_id].money.amount for line_id in lines if line_id in traces), ZERO)


def _addition(addition_id: int, agreement_id: int, fields: Fields) -> Addition:
    """The Addition that these fields make; ConnectWise computes its total."""
    product, effective, cancelled = fields.get("product_id"), fields.get("effective"), fields.get("cancelled")
    return Addition(
        id=addition_id,
        agreement_id=agreement_id,
        product_id=product if isinstance(product, int) else 0,
        quantity=_number(fields.get("quantity")),
        unit_price=_number(fields.get("unit_price")),
        effective=effective if isinstance(effective, date) else None,
        cancelled=cancelled if isinstance(cancelled, date) else None,
        description=str(fields.get("description") or ""),
        bill_customer=str(fields.get("bill_customer") or ""),
        marker=str(fields.get("marker") or ""),
    )


def _number(value: FieldValue) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
