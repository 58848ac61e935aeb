"""Variances of the newest plan, and which of them are muted (rules 145-149 and 151)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.money import to_cents
from bursar.store.models import Connection, Mute, Run, Variance
from bursar.store.queries.plans import PLAN_VERB

ONLY_SETUP = f",{Alert.AGREEMENT_SETUP},"
"""The alerts of a row whose money is right: good to know, but nothing that waits for a person."""


def newest_review(connection: Connection, month: str | None = None) -> Run | None:
    """The newest plan that looked at whole months and every customer; of one month or of any."""
    made = _reviews(connection)
    return (made if month is None else made.filter(month=month)).first()


def _reviews(connection: Connection) -> QuerySet[Run]:
    made = Run.objects.filter(connection=connection, verb=PLAN_VERB, state=Run.State.DONE, request__survey=True)
    return made.order_by("-started_at")


def variances_of(plan: Run, today: date, *, muted: bool | None = None) -> QuerySet[Variance]:
    """The plan's rows with `muted` and `differs` (0 or 1); all of them, or only those that are muted, or are not."""
    rows = Variance.objects.filter(run=plan).annotate(
        muted=_flag(Q(pk__in=_muted(plan.connection_id, plan.pk, today))), differs=_flag(~Q(difference=0))
    )
    return rows if muted is None else rows.filter(muted=int(muted))


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _muted(connection_id: int, plan: UUID | Subquery, today: date) -> QuerySet[Variance]:
    """Found from the mutes, which are few, and once for all rows."""
    mutes = Mute.objects.filter(connection=connection_id, until__gte=today)
    same = mutes.filter(company_id=OuterRef("company_id"), product_id=OuterRef("product_id"))
    rows = Variance.objects.filter(run=plan, company_id__in=mutes.values("company_id"))
    return rows.filter(Exists(same))


def with_alert(rows: QuerySet[Variance], alert: Alert) -> QuerySet[Variance]:
    """Those with this alert."""
    return rows.filter(alerts__contains=f",{alert},")


def to_look_at(connection: Connection, today: date) -> QuerySet[Variance]:
    """Those of the newest plan that wait for a person: not muted, and about money or subscriptions.

    Only rows with an alert are visited: they have an index of their own.
    """
    plan = Subquery(_reviews(connection).values("pk")[:1])
    rows = Variance.objects.filter(run=plan).exclude(alerts="").exclude(alerts=ONLY_SETUP)
    return rows.exclude(pk__in=_muted(connection.pk, plan, today))


def totals_by_currency(rows: QuerySet[Variance]) -> list[tuple[str, Decimal, Decimal]]:
    """Currency, over-billed and under-billed, both without a sign. Every difference is an alert."""
    over, under = (
        Coalesce(Sum("difference", filter=only), Decimal(0)) for only in (Q(difference__gt=0), Q(difference__lt=0))
    )
    different = rows.order_by().exclude(alerts="").exclude(difference=0)
    sums = different.values("currency").annotate(over=over, under=under).order_by("currency")
    return [(found["currency"], to_cents(found["over"]), to_cents(-found["under"])) for found in sums]


def mutes_of(connection: Connection, rows: Sequence[Variance], today: date) -> Mapping[tuple[int, int], Mute]:
    """The mutes of these rows, by company and product."""
    companies = {row.company_id for row in rows}
    found = Mute.objects.filter(connection=connection, company_id__in=companies, until__gte=today)
    return {(mute.company_id, mute.product_id): mute for mute in found}
