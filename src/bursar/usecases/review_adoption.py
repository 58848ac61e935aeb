"""Adoption: what people made by hand in ConnectWise, the line each may stand for, and what is decided (rule 99)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet

from bursar.domain.additions.adoption import Proposal, propose
from bursar.domain.additions.drift import amount_of
from bursar.domain.additions.situation import Situation
from bursar.domain.errors import InvalidInput
from bursar.domain.identity import agreement_name
from bursar.domain.mapping import Mappings, Target, resolve
from bursar.domain.period import Month
from bursar.store.models import Connection, HandAddition, Line, OrganizationCompany, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.lines import line_of, overrides_of
from bursar.store.queries.mappings import mappings_of
from bursar.store.queries.variances import newest_review
from bursar.usecases.audit import record
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.edit_lines import OverrideValue, edit_line, find_line
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind
from bursar.usecases.plan_additions import CompanyPlan, MonthPlanner
from bursar.usecases.plan_endings import Place

IN_BULK = "Additions adopted in bulk"
NAMED = 1000
"""How many of a bulk decision the audit trail names."""
AT_ONCE = 500
MOST_LINES = 50
BY_A_PERSON = "Chosen by a person."


class AdoptionState(StrEnum):
    """Where the decision about an Addition stands."""

    LEGACY = "legacy"
    """No line of the month fits it."""
    OPEN = "open"
    ADOPTED = "adopted"
    """The line will adopt it: the next plan shows how."""
    KEPT = "kept"
    """Both are wanted."""
    TAKEN = "taken"
    """Its line adopts another Addition, or a person bills it."""
    POSTED = "posted"
    """Its line has been posted since the plan."""


@dataclass(frozen=True, slots=True)
class AdoptionReport:
    """What became of the selected Additions."""

    adopted: int
    left: int
    """No line fits them, or somebody has decided about them."""


def hand_additions_of(connection: Connection) -> QuerySet[HandAddition]:
    """What the newest whole plan found; nothing before the first."""
    plan = newest_review(connection)
    return HandAddition.objects.filter(run=plan) if plan else HandAddition.objects.none()


def keep_hand_additions(run: Run, planner: MonthPlanner, plans: Sequence[CompanyPlan]) -> None:
    """Keep what people made for these companies, beside the plan (a reviewer of `make_plan`)."""
    found = [
        (item.situation, proposal)
        for item in plans
        if item.situation is not None
        for proposal in propose(item.situation, planner.settings)
    ]
    products = {proposal.addition.product_id for _, proposal in found}
    entries = known_names(planner.connection, Kind.OFFER, products) if products else {}
    names = {product: entry.identifier for product, entry in entries.items()}
    HandAddition.objects.bulk_create([_row(run, situation, item, names) for situation, item in found], batch_size=500)


def _row(run: Run, situation: Situation, item: Proposal, names: Mapping[int, str]) -> HandAddition:
    addition, agreement, company = item.addition, item.agreement, situation.company
    product = situation.products.get(addition.product_id)
    identifier = product.identifier if product else names.get(addition.product_id, "")
    return HandAddition(
        run=run,
        company_id=company.id,
        company_name=company.name[:160],
        agreement_id=agreement.id,
        agreement_name=agreement.name[:120],
        addition_id=addition.id,
        product_id=addition.product_id,
        product_identifier=identifier[:80],
        description=addition.description,
        quantity=addition.quantity,
        unit_price=addition.unit_price,
        total=amount_of(addition),
        currency=agreement.currency or company.currency or "",
        effective=addition.effective,
        cancelled=addition.cancelled,
        line_id=item.line_id,
        evidence=list(item.evidence),
        score=item.score,
    )


def state_of(row: HandAddition, line: Line | None) -> AdoptionState:
    """Where the decision stands, by what the line says now."""
    if line is None:
        return AdoptionState.LEGACY
    if line.link_id is not None:
        return AdoptionState.POSTED
    if line.adopt == row.addition_id:
        return AdoptionState.ADOPTED
    if line.keep_both:
        return AdoptionState.KEPT
    return AdoptionState.OPEN if line.adopt is None and not line.by_hand else AdoptionState.TAKEN


def lines_behind(connection: Connection, rows: Collection[HandAddition]) -> Mapping[str, Line]:
    """The lines that the rows name, by line id, in one query."""
    wanted = [row.line_id for row in rows if row.line_id]
    found = Line.objects.filter(connection=connection, line_id__in=wanted)
    return {line.line_id: line for line in found}


def find_hand_addition(connection: Connection, addition_id: int) -> HandAddition:
    """The Addition in the newest whole plan. Raises InvalidInput."""
    row = hand_additions_of(connection).filter(addition_id=addition_id).select_related("run").first()
    if row is None:
        raise InvalidInput(
            f"The newest plan knows no Addition {addition_id} that a person made.",
            remedy="Make the plan of the month again, and look at Review › Adoption.",
        )
    return row


def adopt(connection: Connection, addition_id: int, line_id: str, *, shown: str | None = None) -> Line:
    """Have the line take over the Addition, on the Addition's Agreement, with the next posting.

    Raises InvalidInput; ChangedMeanwhile when the line is not as `shown`, its `version_of` when it was displayed.
    """
    with transaction.atomic():
        row = find_hand_addition(connection, addition_id)
        line = find_line(connection, line_id)
        values = _Agreements(connection, [row]).values_for(row, line)
        if row.line_id and row.line_id != line_id:
            _release(connection, row)
        adopted = edit_line(connection, line_id, values, shown=shown)
        if row.line_id != line_id:
            row.line_id, row.evidence, row.score = line_id, [BY_A_PERSON], 0
            row.save(update_fields=["line_id", "evidence", "score"])
    return adopted


def keep_both(connection: Connection, addition_id: int, *, shown: str | None = None) -> Line:
    """Say that line and Addition are two things, and both are billed. Raises as `adopt` does."""
    row = _with_line(connection, addition_id)
    return edit_line(connection, row.line_id, {"keep_both": True, "adopt": None}, shown=shown)


def withdraw(connection: Connection, addition_id: int, *, shown: str | None = None) -> Line:
    """Take back what was decided; an Agreement that was chosen stays chosen. Raises as `adopt` does."""
    row = _with_line(connection, addition_id)
    return edit_line(connection, row.line_id, {"keep_both": False, "adopt": None}, shown=shown)


def _with_line(connection: Connection, addition_id: int) -> HandAddition:
    row = find_hand_addition(connection, addition_id)
    if not row.line_id:
        raise InvalidInput(
            f"No line was found for Addition {addition_id}.", remedy="Choose a line for it, or end the Addition."
        )
    return row


def _release(connection: Connection, row: HandAddition) -> None:
    """An Addition is adopted by one line: the line before gives it up."""
    before = Line.objects.filter(connection=connection, line_id=row.line_id, adopt=row.addition_id, link=None).first()
    if before:
        edit_line(connection, before.line_id, {"adopt": None})


def adopt_many(connection: Connection, rows: QuerySet[HandAddition]) -> AdoptionReport:
    """Adopt each of these by the line proposed for it; one entry in the audit trail."""
    adopted: dict[str, int] = {}
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        for some in chunks(keys, AT_ONCE):
            found = list(HandAddition.objects.filter(pk__in=some).select_related("run"))
            adopted |= _adopt_chunk(connection, found)
        if adopted:
            named = dict(list(adopted.items())[:NAMED])
            after = {"adopted": len(adopted), "left as they were": len(keys) - len(adopted), "lines": named}
            record(IN_BULK, f"{len(adopted)} Additions", connection=connection, after=after)
    return AdoptionReport(len(adopted), len(keys) - len(adopted))


def _adopt_chunk(connection: Connection, rows: Sequence[HandAddition]) -> dict[str, int]:
    wanted = [row.line_id for row in rows if row.line_id]
    locked = Line.objects.select_for_update().filter(connection=connection, line_id__in=wanted)
    lines = {line.line_id: line for line in locked}
    agreements = _Agreements(connection, rows)
    changed: dict[str, Line] = {}
    for row in rows:
        line = lines.get(row.line_id)
        if line is None or line.line_id in changed or state_of(row, line) is not AdoptionState.OPEN:
            continue
        if agreements.fits(row, line):
            agreements.pin(row, line)
            line.adopt = row.addition_id
            line.blocked_code = line.blocked_reason = line.blocked_remedy = ""
            changed[line.line_id] = line
    fields = ["adopt", "set_agreement_id", "set_agreement_name", "blocked_code", "blocked_reason", "blocked_remedy"]
    Line.objects.bulk_update(changed.values(), fields)
    return {line.line_id: line.adopt or 0 for line in changed.values()}


class _Agreements:
    """Where lines would go, so that each adopting line goes to the Agreement of its Addition."""

    def __init__(self, connection: Connection, rows: Collection[HandAddition]) -> None:
        self._type = billing_settings(connection).agreement_type.name
        self._mappings: Mappings = mappings_of(connection)
        companies = OrganizationCompany.objects.filter(
            organization__connection=connection, company_id__in={row.company_id for row in rows}
        )
        self._identifiers = dict(companies.values_list("company_id", "company_identifier"))

    def fits(self, row: HandAddition, line: Line) -> bool:
        """Whether the line goes to the Addition's company."""
        target = resolve(line_of(line), overrides_of(line), self._mappings)
        return isinstance(target, Target) and target.company_id == row.company_id

    def values_for(self, row: HandAddition, line: Line) -> Mapping[str, OverrideValue]:
        """What to set on the line. Raises InvalidInput when it goes to another company."""
        if line.link_id is None and not self.fits(row, line):
            raise InvalidInput(
                f"Line {line.line_id} does not go to {row.company_name} and cannot adopt Addition {row.addition_id}.",
                remedy="Choose a line of that customer, or map the line's organization and offer first.",
            )
        values: dict[str, OverrideValue] = {"adopt": row.addition_id, "keep_both": False}
        return values if self._goes_there(row, line) else values | {"agreement": row.agreement_id}

    def pin(self, row: HandAddition, line: Line) -> None:
        """Choose the Agreement on the line, unless the line goes there anyway."""
        if not self._goes_there(row, line):
            line.set_agreement_id, line.set_agreement_name = row.agreement_id, row.agreement_name

    def _goes_there(self, row: HandAddition, line: Line) -> bool:
        target = resolve(line_of(line), overrides_of(line), self._mappings)
        if not isinstance(target, Target):
            return False
        if target.agreement_id is not None:
            return target.agreement_id == row.agreement_id
        ours = agreement_name(self._type, self._identifiers.get(row.company_id, ""), line.currency)
        return row.agreement_name == ours


def candidate_lines(connection: Connection, row: HandAddition, text: str = "") -> Sequence[Line]:
    """Lines of the plan's month that go to the Addition's company and have not been posted; the first fifty."""
    organizations = OrganizationCompany.objects.filter(
        organization__connection=connection, company_id=row.company_id
    ).values("organization__organization_id")
    mine = Q(set_company_id=row.company_id) | Q(set_company_id=None, organization_id__in=organizations)
    lines = Line.objects.filter(mine, connection=connection, month=row.run.month, link=None, vanished=False)
    if text:
        named = Q(line_id__icontains=text) | Q(offer_name__icontains=text) | Q(subscription_name__icontains=text)
        lines = lines.filter(named)
    return list(lines.order_by("organization_name", "offer_name", "pk")[:MOST_LINES])


def last_day_before(month: str) -> date:
    """The day on which what Bursar takes over should end: the last one before the plan's month."""
    return Month.parse(month).previous.last


def places_of(rows: QuerySet[HandAddition]) -> Sequence[Place]:
    """Where the selected Additions are, for a plan that ends them. Raises InvalidInput when none was selected.

    Those that a line adopts are not ended: they are billed on.
    """
    found = list(rows.order_by("pk").select_related("run__connection"))
    if not found:
        raise InvalidInput("No Addition was selected.", remedy="Select at least one Addition that a person made.")
    taken = _adopted(found[0].run.connection, found)
    if taken:
        raise InvalidInput(
            f"Additions that lines adopt cannot be ended: {', '.join(map(str, taken[:10]))}.",
            remedy="Leave them out, or withdraw their adoption.",
        )
    return [Place(row.company_id, row.agreement_id, row.addition_id) for row in found]


def _adopted(connection: Connection, rows: Sequence[HandAddition]) -> Sequence[int]:
    lines: dict[str, Line] = {}
    for some in chunks(rows, AT_ONCE):
        lines |= lines_behind(connection, some)
    return [row.addition_id for row in rows if state_of(row, lines.get(row.line_id)) is AdoptionState.ADOPTED]
