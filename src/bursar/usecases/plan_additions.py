"""Plan a month: lines, mappings and what ConnectWise has → one Plan per company, streamed (rules 73-88)."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import BillingSettings, MappedLine, Situation
from bursar.domain.additions.targets import is_active
from bursar.domain.additions.wanted import subject_of
from bursar.domain.agreed import withheld
from bursar.domain.identity import recurring_marker
from bursar.domain.lines import RECURRING
from bursar.domain.mapping import Excluded, Incomplete, Mappings, Target, resolve
from bursar.domain.money import Totals
from bursar.domain.period import Month
from bursar.domain.plan import Blocked, Notice, Plan
from bursar.domain.psa import Addition, Agreement, CatalogItem, Company
from bursar.ports import Psa
from bursar.store.field_json import from_json
from bursar.store.models import AdditionLink, Connection, Line
from bursar.store.queries.chunks import chunks
from bursar.store.queries.lines import by_ids, line_of, month_is_complete, overrides_of, trace_of, wanted_lines
from bursar.store.queries.links import companies_with_subscriptions, domain_links, links_of
from bursar.store.queries.mappings import mappings_of
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.pilot import enabled_companies

COMPANIES_AT_ONCE = 100
LINES_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What to plan. `company_ids` limits it to some customers; confirmations lift the mass-cancellation brake."""

    month: Month
    company_ids: frozenset[int] | None = None
    confirm_cancellations_of: frozenset[int] = frozenset()
    confirm_all_cancellations: bool = False
    survey: bool = False
    """Also look at mapped companies without a line: somebody may still bill them."""

    def confirms(self, company_id: int) -> bool:
        return self.confirm_all_cancellations or company_id in self.confirm_cancellations_of


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """One company's plan. `company` is None for what could not be brought to any company."""

    company: Company | None
    plan: Plan
    situation: Situation | None = None
    """What the plan was made from; None where ConnectWise was not asked."""
    preview_only: bool = False
    """Pilot mode: nothing of it may be posted (rule 150)."""

    @property
    def postable(self) -> Plan:
        """The plan as far as it may be posted."""
        return withheld(self.plan, self.company.name) if self.preview_only and self.company else self.plan


@dataclass(slots=True)
class MonthLines:
    """The month's lines by company (row ids only: a month may hold a million), and what goes nowhere."""

    by_company: dict[int, "array[int]"] = field(default_factory=dict)
    unplaced: Plan = field(default_factory=lambda: Plan(stages=[[], [], []]))
    excluded: int = 0
    excluded_totals: Totals = field(default_factory=Totals)
    count: int = 0


Progress = Callable[[int], None]


class MonthPlanner:
    """Plans one month of one connection in batches of companies, so that memory stays flat."""

    def __init__(self, connection: Connection, psa: Psa, options: PlanOptions) -> None:
        self.connection = connection
        self.psa = psa
        self.options = options
        self.settings: BillingSettings = billing_settings(connection)
        self.mappings: Mappings = mappings_of(connection)
        self.complete = month_is_complete(connection, options.month)
        self._enabled = enabled_companies(connection) if self.settings.pilot else None
        self._products: dict[int, CatalogItem] = {}

    def sort_lines(self) -> MonthLines:
        """Decide for every line which company it goes to. Reads nothing remote."""
        lines = MonthLines()
        for row in (
            wanted_lines(self.connection, self.options.month).select_related("link").order_by("pk").iterator(2000)
        ):
            self._place(row, lines)
        for company_id in companies_with_subscriptions(self.connection) | self._surveyed():
            if self._is_asked_for(company_id):
                lines.by_company.setdefault(company_id, array("q"))
        return lines

    def _surveyed(self) -> set[int]:
        if not self.options.survey:
            return set()
        organizations = self.mappings.organizations.values()
        return {company_id for organization in organizations for company_id in organization.company_ids}

    def _is_asked_for(self, company_id: int | None) -> bool:
        """A line that goes nowhere yet (None) belongs to the whole month only."""
        return self.options.company_ids is None or company_id in self.options.company_ids

    def target_of(self, row: Line) -> Target | Incomplete | Excluded:
        """Where the line goes by today's mapping; a posted one stays where it was posted (rule 39)."""
        if row.link is not None and not row.post_again:
            product = from_json(row.link.written).get("product_id")
            return Target(row.link.company_id, product if isinstance(product, int) else 0, row.link.agreement_id)
        return resolve(line_of(row), overrides_of(row), self.mappings)

    def _place(self, row: Line, lines: MonthLines) -> None:
        line = line_of(row)
        target = self.target_of(row)
        if not self._is_asked_for(target.company_id if isinstance(target, Target) else None):
            return
        lines.count += 1
        if isinstance(target, Excluded) or not line.eligible:
            lines.excluded += 1
            lines.excluded_totals.add(line.money)
        elif isinstance(target, Target):
            lines.by_company.setdefault(target.company_id, array("q")).append(row.pk)
        else:
            lines.unplaced.blocked.append(_incomplete(row, target))

    def plans(self, lines: MonthLines) -> Iterator[CompanyPlan]:
        """One plan per company, then one for what goes nowhere."""
        for batch in _batches(lines.by_company):
            yield from self._plan_batch({company_id: lines.by_company[company_id] for company_id in batch})
        if lines.unplaced.blocked or lines.unplaced.notices:
            yield CompanyPlan(None, lines.unplaced)

    def _plan_batch(self, batch: Mapping[int, "array[int]"]) -> Iterator[CompanyPlan]:
        companies = {company.id: company for company in self.psa.companies(batch.keys())}
        mapped = {company_id: self._mapped(ids) for company_id, ids in batch.items()}
        links = links_of(self.connection, batch.keys())
        agreements = _by_company(self.psa.agreements(companies.keys()))
        additions = self._additions(companies.values(), mapped, agreements, links)
        products = self._products_of(mapped.values())
        seen, placed = self._seen(links)
        for company_id in batch:
            company = companies.get(company_id)
            if company is None:
                yield CompanyPlan(None, _company_missing(company_id, mapped[company_id]))
                continue
            own = [row for row in links if row.company_id == company_id]
            situation = Situation(
                company=company,
                month=self.options.month,
                lines=mapped[company_id],
                agreements=agreements.get(company_id, {}),
                additions=additions,
                products=products,
                links=domain_links(own),
                complete=self.complete,
                seen=frozenset(seen),
                moved_away=frozenset(s for s, where in placed.items() if company_id not in where),
                cancellations_confirmed=self.options.confirms(company_id),
            )
            preview_only = self._enabled is not None and company_id not in self._enabled
            yield CompanyPlan(company, plan_company(situation, self.settings), situation, preview_only)

    def _mapped(self, ids: Sequence[int]) -> list[MappedLine]:
        found: list[MappedLine] = []
        for row in by_ids(ids):
            target = self.target_of(row)
            if isinstance(target, Target):
                where = (target.product_id, target.agreement_id)
                found.append(MappedLine(line_of(row), *where, overrides_of(row), trace_of(row)))
        return found

    def _additions(
        self,
        companies: Iterable[Company],
        mapped: Mapping[int, Sequence[MappedLine]],
        agreements: Mapping[int, Mapping[int, Agreement]],
        links: Iterable[AdditionLink],
    ) -> dict[int, Sequence[Addition]]:
        """Read the Additions of every agreement that holds one of ours or a posted line.

        A company with lines to post, or one that is surveyed, has all its active agreements read: somebody may bill the
        same thing there by hand.
        """
        wanted = {row.agreement_id for row in links}
        for company in companies:
            own = agreements.get(company.id, {})
            lines = mapped[company.id]
            wanted |= {line.trace.agreement_id for line in lines if line.trace}
            if self.options.survey or any(line.trace is None or line.overrides.post_again for line in lines):
                wanted |= {a.id for a in own.values() if is_active(a, self.options.month.previous.first)}
        return dict(self.psa.additions(wanted))

    def _products_of(self, mapped: Iterable[Sequence[MappedLine]]) -> Mapping[int, CatalogItem]:
        missing = {line.product_id for lines in mapped for line in lines} - self._products.keys()
        self._products |= {item.id: item for item in self.psa.catalog_items(missing)} if missing else {}
        return self._products

    def _seen(self, links: Iterable[AdditionLink]) -> tuple[set[str], dict[str, set[int]]]:
        """Which of these subscriptions the month still charges, and to which companies these lines go."""
        wanted = sorted({row.subscription_id for row in links if row.recurring})
        seen: set[str] = set()
        placed: dict[str, set[int]] = {}
        for chunk in chunks(wanted):
            rows = wanted_lines(self.connection, self.options.month).select_related("link")
            for row in rows.filter(subscription_id__in=chunk, charge_type__in=RECURRING):
                series = recurring_marker(self.settings.scope, row.subscription_id or "").series
                seen.add(series)
                target = self.target_of(row)
                if isinstance(target, Target):
                    placed.setdefault(series, set()).add(target.company_id)
        return seen, placed


def _incomplete(row: Line, target: Incomplete) -> Blocked:
    line = line_of(row)
    return Blocked(
        subject_of(line),
        "not_mapped",
        f"Not mapped yet: {' and '.join(target.missing)}.",
        "Map the organization or offer (`bursar mapping suggest`, `bursar mapping set`), or exclude it.",
        (line.line_id,),
        line.money,
    )


def _company_missing(company_id: int, lines: Sequence[MappedLine]) -> Plan:
    blocked = [
        Blocked(
            subject_of(item.line),
            "company_missing",
            f"Company {company_id} no longer exists in ConnectWise.",
            "Map the organization to another company, or exclude it.",
            (item.line.line_id,),
            item.line.money,
        )
        for item in lines
    ]
    notices = [] if blocked else [Notice(f"Company {company_id}", "company_missing", "It no longer exists.")]
    return Plan(stages=[[], [], []], blocked=blocked, notices=notices)


def _by_company(agreements: Iterable[Agreement]) -> dict[int, dict[int, Agreement]]:
    found: dict[int, dict[int, Agreement]] = {}
    for agreement in agreements:
        found.setdefault(agreement.company_id, {})[agreement.id] = agreement
    return found


def _batches(by_company: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    batch: list[int] = []
    lines = 0
    for company_id in sorted(by_company):
        batch.append(company_id)
        lines += len(by_company[company_id])
        if len(batch) >= COMPANIES_AT_ONCE or lines >= LINES_AT_ONCE:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch
