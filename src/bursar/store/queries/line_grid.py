"""Invoice lines of a month for a grid: where each stands as the database computes it, and what a view comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Lower, Round, Trim
from django.db.models.lookups import Exact

from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.store.models import Connection, Line, Load, Offer, Organization
from bursar.store.queries.line_list import LineStatus

MONTHS_BACK = 15
"""How far back loaded months can be shown (rule 51)."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the matching lines of one currency come to."""

    lines: int
    total: Decimal


def loaded_months(connection: Connection, today: date) -> Sequence[Month]:
    """The months that were loaded, newest first, up to fifteen back (rules 51 and 54)."""
    oldest = Month.of(today)
    for _ in range(MONTHS_BACK):
        oldest = oldest.previous
    loads = Load.objects.filter(connection=connection).order_by().values_list("months", flat=True)
    found = {Month.parse(month) for months in loads for month in months}
    return sorted((month for month in found if month >= oldest), reverse=True)


def lines_of(connection: Connection, month: Month | None = None) -> QuerySet[Line]:
    """The lines of a connection with `standing`, `overridden`, `starts` and `ends` to filter and to sort by."""
    rows = Line.objects.filter(connection=connection).select_related("link")
    if month is not None:
        rows = rows.filter(month=str(month))
    return rows.alias(
        standing=standing(connection),
        overridden=Case(When(OVERRIDDEN, then=Value("yes")), default=Value("no")),
        starts=Coalesce("set_charge_start", "charge_start"),
    )


OVERRIDDEN = (
    Q(set_company_id__isnull=False)
    | Q(set_product_id__isnull=False)
    | Q(set_agreement_id__isnull=False)
    | Q(set_charge_start__isnull=False)
    | Q(set_charge_end__isnull=False)
    | Q(adopt__isnull=False)
    | Q(approved=True)
    | Q(keep_both=True)
    | Q(overwrite=True)
    | Q(post_again=True)
    | Q(by_hand=True)
)
"""A person set something on the line."""

VERIFIED = Q(invoice_status__isnull=True) | Q(Exact(Lower(Trim(F("invoice_status"))), Value("verified")))
"""Eligible (rule 55)."""


def standing(connection: Connection) -> Case:
    """The LineStatus of a line, as `store.queries.line_list` decides it, question by question."""
    return Case(
        When(vanished=True, then=Value(LineStatus.VANISHED)),
        When(link__isnull=False, changed_values__isnull=False, then=Value(LineStatus.CHANGED)),
        When(link__isnull=False, then=Value(LineStatus.POSTED)),
        When(Q(by_hand=True) | ~VERIFIED | _excluded(connection), then=Value(LineStatus.EXCLUDED)),
        When(~_complete(connection), then=Value(LineStatus.UNMAPPED)),
        When(~Q(blocked_code=""), then=Value(LineStatus.BLOCKED)),
        default=Value(LineStatus.READY),
    )


def _excluded(connection: Connection) -> Q:
    left_out = {"connection": connection, "state": MappingState.EXCLUDED}
    organizations = Organization.objects.filter(**left_out).values("organization_id")
    offers = Offer.objects.filter(**left_out).values("offer_id")
    return Q(organization_id__in=organizations) | Q(offer_id__in=offers)


def _complete(connection: Connection) -> Q:
    """Company and product are known: domain.mapping.resolve, as a condition of the database."""
    counted = Organization.objects.filter(connection=connection).annotate(number=Count("companies"))
    with_one_company = counted.filter(number=1).values("organization_id")
    with_product = Offer.objects.filter(connection=connection, product_id__isnull=False).values("offer_id")
    return (Q(set_company_id__isnull=False) | Q(organization_id__in=with_one_company)) & (
        Q(set_product_id__isnull=False) | Q(offer_id__in=with_product)
    )


def sums_of(rows: QuerySet[Line], matching: Q) -> Mapping[str, Sums]:
    """Every currency of these lines, with number and exact sum of those that match; in one question.

    Whether a line matches is computed once a line: it may take several lists to tell.
    """
    matches = Case(When(matching, then=Value(1)), default=Value(0)) if matching else Value(1)
    cents = Sum(Cast(Round(F("total") * 100), BigIntegerField()))
    found = rows.order_by().annotate(matches=matches).values_list("currency", "matches")
    sums: dict[str, Sums] = {}
    for currency, matched, number, amount in found.annotate(number=Count("*"), cents=cents).order_by("currency"):
        sums.setdefault(currency, Sums(0, Decimal(0)))
        if matched:
            sums[currency] = Sums(number, Decimal(amount).scaleb(-2))
    return sums
