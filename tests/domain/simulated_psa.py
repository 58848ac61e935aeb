"""ConnectWise as far as the planner can tell, and what Bursar remembers of it. No protocol, no database.

It refuses what ConnectWise is known to refuse, so that a plan that could not be posted fails the test.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from bursar.domain.additions.drift import fields_of, remembered
from bursar.domain.additions.situation import Link, MappedLine, Situation, Trace, overlap
from bursar.domain.identity import AdditionKind, parse_marker, recurring_marker
from bursar.domain.money import Money, to_cents
from bursar.domain.period import Month, day_before
from bursar.domain.plan import Action, Change, Fields, FieldValue, Plan, Resource
from bursar.domain.psa import Addition, Agreement, CatalogItem, Company
from tests.domain.samples import COMPANY, PRODUCTS, SCOPE

Faulty = Callable[[Change], bool]


class Refused(AssertionError):
    """ConnectWise would not take this write."""


@dataclass(frozen=True, slots=True)
class Billed:
    """One Addition on one invoice."""

    period: Month
    agreement_id: int
    addition_id: int
    recurring: bool
    amount: Decimal


@dataclass(slots=True)
class SimulatedPsa:
    """One company. `links` by Addition and `traces` by line are Bursar's memory; everything else is ConnectWise."""

    company: Company = COMPANY
    agreements: dict[int, Agreement] = field(default_factory=dict)
    additions: dict[int, dict[int, Addition]] = field(default_factory=dict)
    products: Mapping[int, CatalogItem] = field(default_factory=lambda: PRODUCTS)
    links: dict[int, Link] = field(default_factory=dict)
    traces: dict[str, Trace] = field(default_factory=dict)
    billed: list[Billed] = field(default_factory=list)
    last_id: int = 1000

    @classmethod
    def having(
        cls, *agreements: Agreement, additions: Iterable[Addition] = (), company: Company = COMPANY
    ) -> "SimulatedPsa":
        psa = cls(company, {agreement.id: agreement for agreement in agreements})
        for addition in additions:
            psa.put(addition)
        return psa

    def put(self, addition: Addition) -> None:
        """What a person does on the screen: add an Addition, or replace it by edited values."""
        self.additions.setdefault(addition.agreement_id, {})[addition.id] = addition

    def delete(self, addition: Addition) -> None:
        """What a person does on the screen."""
        del self.additions[addition.agreement_id][addition.id]

    @property
    def all_additions(self) -> list[Addition]:
        return [addition for on_agreement in self.additions.values() for addition in on_agreement.values()]

    @property
    def values(self) -> list[tuple[object, ...]]:
        """Everything there but the ids, to compare two histories."""
        return sorted(
            (
                tuple(map(str, (self.agreements[a.agreement_id].name, *fields_of(a).values())))
                for a in self.all_additions
            ),
        )

    def situation(
        self,
        month: Month,
        lines: Sequence[MappedLine],
        *,
        seen: Collection[str] | None = None,
        moved_away: Collection[str] = (),
        complete: bool = True,
        confirmed: bool = False,
    ) -> Situation:
        """What the planner may look at, with the traces of lines that were posted."""
        return Situation(
            company=self.company,
            month=month,
            lines=[replace(line, trace=self.traces.get(line.line.line_id)) for line in lines],
            agreements=dict(self.agreements),
            additions={agreement_id: list(rows.values()) for agreement_id, rows in self.additions.items()},
            products=self.products,
            links=list(self.links.values()),
            complete=complete,
            seen=recurring_series(lines) if seen is None else frozenset(seen),
            moved_away=frozenset(moved_away),
            cancellations_confirmed=confirmed,
        )

    def post(self, plan: Plan, lines: Sequence[MappedLine], *, faulty: Faulty = lambda _change: False) -> set[str]:
        """Apply a plan stage by stage; returns the keys that failed, with those that needed them."""
        by_id = {line.line.line_id: line for line in lines}
        failed: set[str] = set()
        made: dict[str, int] = {}
        for change in plan.changes:
            if failed & set(change.needs) or (change.writes and faulty(change)):
                failed.add(change.key)
                continue
            self._apply(change, made)
            self._remember(change, made, by_id)
        return failed

    def _apply(self, change: Change, made: dict[str, int]) -> None:
        if change.action is Action.LEAVE:
            return
        if change.resource is Resource.AGREEMENT:
            made[change.key] = self._create_agreement(change.after)
        elif change.action is Action.CREATE:
            parent = change.parent_id if change.parent_key is None else made[change.parent_key]
            made[change.key] = self._create_addition(parent or 0, change.after)
        else:
            self._write(change)

    def _new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def _create_agreement(self, fields: Fields) -> int:
        name, bill_start = str(fields["name"]), fields["bill_start"]
        _refuse(any(a.name == name for a in self.agreements.values()), f"the name {name} is taken")
        _refuse(fields["contact_id"] is None, "an agreement needs a contact")
        assert isinstance(bill_start, date)
        new = Agreement(
            id=self._new_id(),
            name=name,
            company_id=self.company.id,
            type_id=_whole(fields["type_id"]),
            currency=str(fields["currency"]),
            start=bill_start,
            bill_start=bill_start,
            next_invoice=bill_start,
        )
        self.agreements[new.id] = new
        return new.id

    def _create_addition(self, agreement_id: int, fields: Fields) -> int:
        agreement = self.agreements[agreement_id]
        addition = _addition(self._new_id(), agreement_id, fields)
        start, next_invoice = addition.effective or date.min, agreement.next_invoice
        _refuse(start < (agreement.bill_start or date.min), "effectiveDate before the billing start date")
        _refuse(bool(next_invoice and start < next_invoice) and not agreement.prorates, "the period has been invoiced")
        _refuse(agreement.cancelled or agreement.status in {"Cancelled", "Expired"}, "the agreement is closed")
        _refuse(self.products[addition.product_id].product_class == "Bundle", "a bundle")
        self.put(addition)
        return addition.id

    def _write(self, change: Change) -> None:
        before = self.additions[change.parent_id or 0].get(change.remote_id or 0)
        _refuse(before is None, "there is no such addition")
        assert before is not None
        assert change.before == fields_of(before), "the plan was made from other values"
        after = _addition(before.id, before.agreement_id, change.after)
        _refuse(after.product_id != before.product_id, "the product of an addition cannot be exchanged")
        recurring = (marker := parse_marker(after.marker)) is not None and marker.kind is AdditionKind.RECURRING
        restored = change.remote_id in self.links and self.links[change.remote_id].written.get("effective")
        assert not recurring or after.effective in {before.effective, restored}, "the date of a subscription moved"
        self.put(after)

    def _remember(self, change: Change, made: Mapping[str, int], lines: Mapping[str, MappedLine]) -> None:
        """As the use case does: link and trace what carries lines, note the end of what does not."""
        addition_id = made.get(change.key, change.remote_id or 0)
        if change.resource is Resource.AGREEMENT:
            return
        if change.action is Action.CANCEL and addition_id in self.links:
            link = self.links[addition_id]
            self.links[addition_id] = replace(link, written={**link.written, "cancelled": change.after["cancelled"]})
        for line_id in change.lines:
            if line_id not in self.traces or change.writes:
                self._link(change, addition_id, lines[line_id])

    def _link(self, change: Change, addition_id: int, source: MappedLine) -> None:
        marker = parse_marker(str(change.after["marker"]))
        assert marker is not None
        assert change.total is not None
        agreement_id = next(k for k, rows in self.additions.items() if addition_id in rows)
        known = self.links.get(addition_id)
        month = source.line.month
        own = [k for k in self.links.values() if (k.agreement_id, k.marker.series) == (agreement_id, marker.series)]
        written, accepted = remembered(
            change.after, known or max(own, key=lambda k: k.marker.generation, default=None), addition_id
        )
        self.links[addition_id] = Link(
            marker=marker,
            agreement_id=agreement_id,
            addition_id=addition_id,
            company_id=self.company.id,
            organization_id=source.line.organization_id,
            last_month=max(month, known.last_month) if known else month,
            written=written,
            subscription_name=source.line.subscription_name,
            accepted=accepted,
        )
        self.traces[source.line.line_id] = Trace(agreement_id, addition_id, marker, change.total)

    def forget(self) -> None:
        """Lose the local database; the markers in ConnectWise remain."""
        self.links.clear()
        self.traces.clear()

    def invoice(self, agreement_id: int) -> None:
        """Bill the next month of an agreement that does not pro-rate: one billed day bills the whole month."""
        agreement = self.agreements[agreement_id]
        assert agreement.next_invoice is not None
        period = Month.of(agreement.next_invoice)
        following = period.next.first.replace(day=agreement.next_invoice.day)
        for addition in self.additions.get(agreement_id, {}).values():
            if overlap(addition, agreement.next_invoice, day_before(following)):
                self.billed.append(_billed(period, addition))
        self.agreements[agreement_id] = replace(agreement, next_invoice=following)

    def invoice_through(self, month: Month) -> None:
        """Invoice every agreement until `month` is billed."""
        for agreement_id in self.agreements:
            while (start := self.agreements[agreement_id].next_invoice) and Month.of(start) <= month:
                self.invoice(agreement_id)

    def recurring_billed(self, period: Month) -> Decimal:
        """What was billed for persistent Additions of ours."""
        return sum((b.amount for b in self.billed if b.period == period and b.recurring), Decimal(0))


def recurring_series(lines: Iterable[MappedLine]) -> frozenset[str]:
    """The series of the subscriptions that have a recurring line."""
    return frozenset(
        recurring_marker(SCOPE, item.line.subscription_id).series
        for item in lines
        if item.line.recurring and item.line.subscription_id
    )


def money_of(change: Change) -> Money:
    """The amount of a change that carries lines."""
    assert change.total is not None
    return change.total


def _refuse(condition: bool, why: str) -> None:
    if condition:
        raise Refused(why)


def _billed(period: Month, addition: Addition) -> Billed:
    marker = parse_marker(addition.marker)
    amount = to_cents(addition.quantity * addition.unit_price) if addition.bill_customer == "Billable" else Decimal(0)
    recurring = marker is not None and marker.kind is AdditionKind.RECURRING
    return Billed(period, addition.agreement_id, addition.id, recurring, amount)


def _addition(addition_id: int, agreement_id: int, fields: Fields) -> Addition:
    quantity, price, cost = (_number(fields.get(name)) for name in ("quantity", "unit_price", "unit_cost"))
    effective, cancelled = fields["effective"], fields["cancelled"]
    assert quantity is not None
    assert price is not None
    assert isinstance(effective, date)
    assert cancelled is None or isinstance(cancelled, date)
    _refuse(cancelled is not None and cancelled < effective, "cancelledDate before effectiveDate")
    return Addition(
        id=addition_id,
        agreement_id=agreement_id,
        product_id=_whole(fields["product_id"]),
        quantity=quantity,
        unit_price=price,
        unit_cost=cost,
        effective=effective,
        cancelled=cancelled,
        description=str(fields["description"]),
        bill_customer=str(fields["bill_customer"]),
        marker=str(fields["marker"]),
        total=to_cents(quantity * price),
    )


def _number(value: FieldValue) -> Decimal | None:
    assert value is None or isinstance(value, Decimal)
    return value


def _whole(value: FieldValue) -> int:
    assert isinstance(value, int)
    return value
