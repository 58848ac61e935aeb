"""Keep the variances of a plan: the platform against ConnectWise against last month (rules 145, 147-149 and 151)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from bursar.domain.additions.situation import MappedLine, Situation
from bursar.domain.additions.variance import Survey, product_months
from bursar.domain.additions.variance_alerts import Variance as FoundVariance
from bursar.domain.additions.variance_alerts import variances
from bursar.domain.lines import InvoiceLine
from bursar.domain.mapping import Excluded, Incomplete, Target, resolve
from bursar.domain.period import Month
from bursar.domain.psa import Company
from bursar.store.models import AdditionLink, Line, Run, Variance
from bursar.store.queries.chunks import chunks
from bursar.store.queries.lines import line_of, newer_line, overrides_of, trace_of, wanted_lines
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind
from bursar.usecases.plan_additions import CompanyPlan, MonthPlanner

ROWS_AT_ONCE = 500


def keep_variances(run: Run, planner: MonthPlanner, plans: Sequence[CompanyPlan]) -> None:
    """Keep a row per company, product and currency of the batch. The number of queries does not depend on the batch."""
    companies = {item.company.id for item in plans if item.company}
    lines = _BatchLines.read(planner, companies, [item.situation for item in plans if item.situation])
    found = [
        (item.company, variance)
        for item in plans
        if item.company and item.situation
        for variance in _of_company(planner, item, item.situation, lines)
    ]
    names = _identifiers(planner, plans, {variance.month.product_id for _, variance in found})
    rows = (_row(run, company, variance, names) for company, variance in found)
    Variance.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _of_company(
    planner: MonthPlanner, item: CompanyPlan, situation: Situation, lines: "_BatchLines"
) -> list[FoundVariance]:
    survey = Survey(
        situation=situation,
        plan=item.plan,
        postable=item.postable,
        by_hand=lines.by_hand.get(situation.company.id, ()),
        last=lines.last.get(situation.company.id, ()),
        restated=lines.restated,
        sold=frozenset(offer.product_id for offer in planner.mappings.offers.values() if offer.product_id),
    )
    return variances(survey, planner.settings, product_months(survey, planner.settings))


Placed = dict[int, list[MappedLine]]


@dataclass(frozen=True, slots=True)
class _BatchLines:
    """What a batch of companies needs besides the lines that were planned, by company."""

    by_hand: Placed
    last: Placed
    restated: Mapping[str, InvoiceLine | None]

    @classmethod
    def read(cls, planner: MonthPlanner, companies: Set[int], situations: Iterable[Situation]) -> "_BatchLines":
        month = planner.options.month
        by_hand = [row for row in _rows_near(planner, month, companies) if row.by_hand]
        last = list(_rows_near(planner, month.previous, companies))
        changed = [
            source.line.line_id
            for situation in situations
            for source in situation.lines
            if source.trace and source.trace.changed_since
        ]
        rows = [*_by_line_ids(planner, changed), *(row for row in last if row.link_id is not None)]
        restated = {row.line_id: newer_line(row) for row in rows if row.vanished or row.changed_values is not None}
        return cls(_placed(planner, by_hand), _placed(planner, last), restated)


def _rows_near(planner: MonthPlanner, month: Month, companies: Set[int]) -> Iterator[Line]:
    """The month's lines that may go to one of these companies: by mapping, by hand, or because they were posted there.

    Three statements, each over an index of its own: an `or` of them would walk the whole month for every batch.
    """
    mapped = [
        organization.organization_id
        for organization in planner.mappings.organizations.values()
        if not companies.isdisjoint(organization.company_ids)
    ]
    rows = wanted_lines(planner.connection, month).select_related("link")
    links = AdditionLink.objects.filter(connection=planner.connection, company_id__in=companies)
    seen: set[int] = set()
    ways = [rows.filter(organization_id__in=some) for some in chunks(mapped)]
    ways += [rows.filter(set_company_id__in=companies), rows.filter(link__in=links)]
    for row in (row for way in ways for row in way.order_by("pk")):
        if row.pk not in seen:
            seen.add(row.pk)
            yield row


def _by_line_ids(planner: MonthPlanner, line_ids: Sequence[str]) -> Iterator[Line]:
    rows: QuerySet[Line] = Line.objects.filter(connection=planner.connection)
    for some in chunks(line_ids):
        yield from rows.filter(line_id__in=some)


def _placed(planner: MonthPlanner, rows: Iterable[Line]) -> Placed:
    placed: Placed = {}
    for row in rows:
        line, target = line_of(row), _goes_to(planner, row)
        if isinstance(target, Target) and line.eligible:
            source = MappedLine(line, target.product_id, target.agreement_id, overrides_of(row), trace_of(row))
            placed.setdefault(target.company_id, []).append(source)
    return placed


def _goes_to(planner: MonthPlanner, row: Line) -> Target | Incomplete | Excluded:
    """Where a line goes, or would if no person billed it by hand."""
    target = planner.target_of(row)
    if target is not Excluded.BY_HAND:
        return target
    return resolve(line_of(row), replace(overrides_of(row), by_hand=False), planner.mappings)


def _identifiers(planner: MonthPlanner, plans: Sequence[CompanyPlan], products: Collection[int]) -> Mapping[int, str]:
    """How people know these products; those that no line names, as they were last read."""
    read = {
        key: product.identifier for item in plans if item.situation for key, product in item.situation.products.items()
    }
    missing = [product for product in products if product not in read]
    kept = known_names(planner.connection, Kind.OFFER, missing)
    return read | {key: entry.identifier or entry.name for key, entry in kept.items()}


def _row(run: Run, company: Company, variance: FoundVariance, names: Mapping[int, str]) -> Variance:
    month = variance.month
    return Variance(
        run=run,
        company_id=company.id,
        company_name=company.name[:160],
        product_id=month.product_id,
        product_identifier=names.get(month.product_id, f"Product {month.product_id}")[:80],
        currency=month.currency,
        platform_quantity=month.platform.quantity,
        platform_amount=month.platform.amount,
        psa_quantity=month.psa.quantity,
        psa_amount=month.psa.amount,
        planned_quantity=month.once_posted.quantity,
        planned_amount=month.once_posted.amount,
        last_quantity=month.last.quantity,
        last_amount=month.last.amount,
        difference=month.difference,
        alerts=f",{','.join(variance.alerts)}," if variance.alerts else "",
        details=list(variance.alerts.values()),
        rank=f"{0 if variance.alerts else 1}{company.name[:160]}",
    )
