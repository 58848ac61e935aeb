"""Variances: the platform against ConnectWise against last month, and which are muted (rules 145-149 and 151)."""

from datetime import date, datetime
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.routes import Routes
from bursar.api.values import PAGE, Amount, Given, GivenId, Id, Limit, MonthText, Offset, Words, connection_at, next_of
from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.roles import Role
from bursar.store.models import Mute, Variance
from bursar.store.queries.variances import mutes_of, newest_review, variances_of, with_alert
from bursar.usecases.mute_variance import must_be_listed, mute, today_in_utc, unmute

routes = Routes("Review")


class FiguresShown(BaseModel):
    """How many, and for how much."""

    quantity: Amount
    amount: Amount


class AlertShown(BaseModel):
    """Why somebody should look."""

    kind: Alert
    sentence: str


class MuteShown(BaseModel):
    """Nobody is told until the day is over, in UTC."""

    reason: str
    until: date
    muted_by: str


class VarianceShown(BaseModel):
    """One customer's product in one currency.

    `connectwise` is what the newest plan found there, `planned` what will be there once it is posted.
    """

    company_id: int
    company_name: str
    product_id: int
    product_identifier: str
    currency: str
    platform: FiguresShown
    connectwise: FiguresShown
    planned: FiguresShown
    last_month: FiguresShown
    difference: Amount = Field(description="Planned less platform: positive is over-billed, negative under-billed.")
    alerts: list[AlertShown]
    mute: MuteShown | None


class VariancesShown(BaseModel):
    """Remarkable ones first, then by customer. Ask again with `offset=next`; null on the last page."""

    month: str | None = Field(description="Month of the plan; null before the first one.")
    made_at: datetime | None
    variances: list[VarianceShown]
    next: int | None


class PlaceGiven(Given):
    """A customer's product."""

    company_id: GivenId
    product_id: GivenId


class MuteGiven(PlaceGiven):
    """Until when, and why."""

    until: date = Field(description="The last day of silence, a year away at most.")
    reason: Words


class Changed(BaseModel):
    """How many products' mutes were changed."""

    changed: int


@routes.get("/connections/{int:connection_id}/variances", Role.VIEWER, VariancesShown)
def list_variances(
    connection_id: Id,
    month: Annotated[MonthText | None, Query(description="Of the newest plan of this month, not of any.")] = None,
    alert: Annotated[Alert | None, Query(description="Only those with this alert.")] = None,
    muted: Annotated[bool, Query(description="Only those that are muted, instead of those that are not.")] = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> VariancesShown:
    """The variances that the newest plan of all customers found."""
    connection, today = connection_at(connection_id), today_in_utc()
    plan = newest_review(connection, month)
    if plan is None:
        return VariancesShown(month=None, made_at=None, variances=[], next=None)
    rows = variances_of(plan, today, muted=muted)
    if alert is not None:
        rows = with_alert(rows, alert)
    found = list(rows.order_by("rank", "pk")[offset : offset + limit + 1])
    mutes = mutes_of(connection, found[:limit], today)
    return VariancesShown(
        month=plan.month,
        made_at=plan.ended_at,
        variances=[_shown(row, mutes.get((row.company_id, row.product_id))) for row in found[:limit]],
        next=next_of(offset, limit, len(found)),
    )


@routes.post("/connections/{int:connection_id}/variances/mute", Role.OPERATOR, Changed)
def mute_variance(connection_id: Id, body: MuteGiven) -> Changed:
    """Silence a customer's product in every currency. Muting again replaces reason and day."""
    connection = connection_at(connection_id)
    place = (body.company_id, body.product_id)
    must_be_listed(connection, place)
    return Changed(changed=mute(connection, [place], body.reason, body.until, today_in_utc()))


@routes.post("/connections/{int:connection_id}/variances/unmute", Role.OPERATOR, Changed)
def unmute_variance(connection_id: Id, body: PlaceGiven) -> Changed:
    """Let a customer's product be heard again; 0 when it was not muted."""
    return Changed(changed=unmute(connection_at(connection_id), [(body.company_id, body.product_id)]))


def _shown(row: Variance, found: Mute | None) -> VarianceShown:
    names = [Alert(name) for name in row.alerts.split(",") if name]
    return VarianceShown(
        company_id=row.company_id,
        company_name=row.company_name,
        product_id=row.product_id,
        product_identifier=row.product_identifier,
        currency=row.currency,
        platform=FiguresShown(quantity=row.platform_quantity, amount=row.platform_amount),
        connectwise=FiguresShown(quantity=row.psa_quantity, amount=row.psa_amount),
        planned=FiguresShown(quantity=row.planned_quantity, amount=row.planned_amount),
        last_month=FiguresShown(quantity=row.last_quantity, amount=row.last_amount),
        difference=row.difference,
        alerts=[AlertShown(kind=kind, sentence=sentence) for kind, sentence in zip(names, row.details, strict=True)],
        mute=MuteShown(reason=found.reason, until=found.until, muted_by=found.muted_by) if found else None,
    )
