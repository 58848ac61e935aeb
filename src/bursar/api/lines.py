"""Invoice lines: what was loaded, what would be sent, and where each line stands."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.routes import Routes
from bursar.api.values import PAGE, Amount, Id, Limit, MonthText, Offset, connection_at, next_of
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.domain.rules import Badge, ChargeRules
from bursar.store.models import Connection
from bursar.store.queries.line_list import LineStatus, ListedLine, listed_lines
from bursar.store.queries.lines import SOURCE_FIELDS
from bursar.usecases.derived_lines import derived_of, rules_of
from bursar.usecases.edit_lines import version_of
from bursar.usecases.line_targets import LineTarget, line_targets

routes = Routes("Lines")


class Badges(BaseModel):
    """Where a shown value comes from; empty for the source itself."""

    start: Badge
    end: Badge
    charge_type: Badge


class OverridesShown(BaseModel):
    """What a person set by hand."""

    company_id: int | None
    product_id: int | None
    agreement_id: int | None
    charge_start: date | None
    charge_end: date | None
    approved: bool
    adopt: int | None
    keep_both: bool
    overwrite: bool
    post_again: bool
    by_hand: bool


class LineBlocked(BaseModel):
    """Why the newest plan or posting could not write the line, and what to do."""

    code: str
    reason: str
    remedy: str


class LineShown(BaseModel):
    """A line as its source states it, what would be sent for it (or was), and where it stands."""

    line_id: str
    month: str
    status: LineStatus
    reason: str
    blocked: LineBlocked | None
    version: str = Field(description="Send it back with changes, so that nobody's are overwritten unseen.")
    company_id: int | None = Field(description="Where the line goes, or went; null while nothing says so.")
    company_name: str
    product_id: int | None
    product_identifier: str
    effective: date
    cancelled: date | None
    sent_charge_type: str
    badges: Badges
    overrides: OverridesShown
    agreement_name: str = Field(description="Of the Agreement that was chosen by hand, at that time.")
    agreement_id: int | None = Field(description="Of the Addition that a posted line left.")
    addition_id: int | None
    invoice_number: str
    invoice_date: date
    invoice_status: str | None
    organization_id: str
    organization_name: str
    contract_id: str | None
    offer_id: str
    offer_name: str
    subscription_id: str | None
    subscription_name: str
    charge_type: ChargeType
    billing_cycle: BillingCycle
    charge_start: date
    charge_end: date
    quantity: Amount
    unit_price: Amount
    unit_cost: Amount | None
    total: Amount
    currency: str


class LinesShown(BaseModel):
    """Newest month first, then by customer. Ask again with `offset=next`; null on the last page."""

    lines: list[LineShown]
    next: int | None


@routes.get("/connections/{int:connection_id}/lines", Role.VIEWER, LinesShown)
def list_lines(
    connection_id: Id,
    month: Annotated[MonthText | None, Query(description="Only lines of this month.")] = None,
    status: Annotated[LineStatus | None, Query(description="Only lines that stand so.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> LinesShown:
    """Lines with the dates that would be sent, and where each one stands."""
    connection = connection_at(connection_id)
    rows = listed_lines(connection, Month.parse(month) if month else None, status)
    found = list(islice(rows, offset, offset + limit + 1))
    return LinesShown(lines=lines_shown(connection, found[:limit]), next=next_of(offset, limit, len(found)))


def lines_shown(connection: Connection, items: Sequence[ListedLine]) -> list[LineShown]:
    """Lines with everything that a program may want to know of them."""
    rules = rules_of(connection)
    targets = line_targets(connection, [item.row for item in items])
    return [_shown(item, rules, targets[item.row.pk]) for item in items]


def _shown(item: ListedLine, rules: ChargeRules, target: LineTarget) -> LineShown:
    derived = derived_of(item, rules)
    link = item.row.link
    return LineShown(
        line_id=item.line.line_id,
        month=item.row.month,
        status=item.status,
        reason=item.reason,
        blocked=_blocked(item),
        version=version_of(item.row),
        company_id=target.company_id,
        company_name=target.company_name,
        product_id=target.product_id,
        product_identifier=target.product_identifier,
        effective=derived.effective,
        cancelled=derived.cancelled,
        sent_charge_type=derived.charge_name,
        badges=Badges(start=derived.start_badge, end=derived.end_badge, charge_type=derived.name_badge),
        overrides=OverridesShown(**{name: getattr(item.overrides, name) for name in OverridesShown.model_fields}),
        agreement_name=item.row.set_agreement_name,
        agreement_id=link.agreement_id if link else None,
        addition_id=link.addition_id if link else None,
        **{name: getattr(item.line, name) for name in SOURCE_FIELDS},
    )


def _blocked(item: ListedLine) -> LineBlocked | None:
    if item.status is not LineStatus.BLOCKED:
        return None
    row = item.row
    return LineBlocked(code=row.blocked_code, reason=row.blocked_reason, remedy=row.blocked_remedy)
