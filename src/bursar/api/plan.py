"""The plan of a month: what posting would write, and why the rest cannot be. Nothing is written."""

from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.values import Amount, Id, MonthText, Plain, RemoteId, connection_at, plain
from bursar.domain.money import Money
from bursar.domain.period import Month
from bursar.domain.plan import Action, Blocked, Change, Resource
from bursar.domain.roles import Role
from bursar.usecases.plan_additions import CompanyPlan, MonthPlanner, PlanOptions
from bursar.usecases.plan_tally import PlanTally

routes = Routes("Lines")
MOST_COMPANIES = 200
NO_COMPANIES: list[int] = []


class PlannedCompany(BaseModel):
    """A ConnectWise company."""

    id: int
    identifier: str
    name: str


class PlannedChange(BaseModel):
    """One write that posting would send."""

    key: str
    action: Action
    resource: Resource
    remote_id: int | None
    parent_id: int | None
    lines: list[str]
    amount: Amount | None
    currency: str | None
    before: dict[str, Plain] | None
    after: dict[str, Plain]
    notes: list[str]


class BlockedShown(BaseModel):
    """Something that cannot be posted, why, and what to do."""

    subject: str
    code: str
    sentence: str
    remedy: str
    lines: list[str]
    amount: Amount | None
    currency: str | None


class NoticeShown(BaseModel):
    """A warning that stops nothing."""

    subject: str
    code: str
    sentence: str


class CompanyPlanShown(BaseModel):
    """One company; null for what could not be brought to any. `left` counts what is as it should be."""

    company: PlannedCompany | None
    changes: list[PlannedChange]
    left: int
    blocked: list[BlockedShown]
    notices: list[NoticeShown]


class PlanShown(BaseModel):
    """As `bursar lines plan --json` prints it."""

    connection: str
    month: str
    complete: bool = Field(description="Whether the month was loaded completely.")
    companies: list[CompanyPlanShown]
    counts: dict[str, int]
    totals: dict[str, dict[str, Amount]] = Field(description="Per kind a map of currency to amount.")


@routes.get("/connections/{int:connection_id}/plan", Role.VIEWER, PlanShown, may=REMOTE)
def plan_month(
    connection_id: Id,
    month: Annotated[MonthText, Query(description="The month of the invoices.")],
    company: Annotated[
        list[RemoteId], Query(max_length=MOST_COMPANIES, description="Only these companies, by ConnectWise id.")
    ] = NO_COMPANIES,
) -> PlanShown:
    """What posting the month would create, update and cancel per company, what stays, and what is blocked and why."""
    connection = connection_at(connection_id)
    options = PlanOptions(Month.parse(month), company_ids=frozenset(company) or None)
    with talking_to(connection) as psa:
        planner = MonthPlanner(connection, psa, options)
        lines = planner.sort_lines()
        plans = list(planner.plans(lines))
    tally = PlanTally()
    for item in plans:
        tally.add(item.plan)
    tally.finish(lines)
    return PlanShown(
        connection=connection.name,
        month=month,
        complete=planner.complete,
        companies=[_company_plan(item) for item in plans],
        counts=tally.counts,
        totals={kind: dict(sums) for kind, sums in tally.totals.items()},
    )


def _company_plan(item: CompanyPlan) -> CompanyPlanShown:
    company = item.company
    return CompanyPlanShown(
        company=PlannedCompany(id=company.id, identifier=company.identifier, name=company.name) if company else None,
        changes=[_change(change) for change in item.plan.writes],
        left=item.plan.count(Action.LEAVE),
        blocked=[_blocked(blocked) for blocked in item.plan.blocked],
        notices=[NoticeShown(subject=n.subject, code=n.code, sentence=n.sentence) for n in item.plan.notices],
    )


def _change(change: Change) -> PlannedChange:
    amount, currency = _money(change.total)
    return PlannedChange(
        key=change.key,
        action=change.action,
        resource=change.resource,
        remote_id=change.remote_id,
        parent_id=change.parent_id,
        lines=list(change.lines),
        amount=amount,
        currency=currency,
        before=plain(change.before) if change.before is not None else None,
        after=plain(change.after),
        notes=list(change.notes),
    )


def _blocked(item: Blocked) -> BlockedShown:
    amount, currency = _money(item.total)
    return BlockedShown(
        subject=item.subject,
        code=item.code,
        sentence=item.sentence,
        remedy=item.remedy,
        lines=list(item.lines),
        amount=amount,
        currency=currency,
    )


def _money(money: Money | None) -> tuple[Amount | None, str | None]:
    return (money.amount, money.currency) if money else (None, None)
