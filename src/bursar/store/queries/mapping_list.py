"""Organizations and offers as the Mapping pages list them."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from django.db.models import (
    Case,
    CharField,
    Count,
    Expression,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.store.models import Connection, Line, Offer, Organization, OrganizationCompany

RESPONSE_ERROR = "response error"
"""Shown in place of *mapped* while the list that was mapped to cannot be read; never stored (rules 33 and 34)."""

M = TypeVar("M", bound=Model)


def organizations_of(connection: Connection) -> QuerySet[Organization]:
    """The organizations of a connection with their companies."""
    return Organization.objects.filter(connection=connection).prefetch_related("companies")


def offers_of(connection: Connection) -> QuerySet[Offer]:
    """The offers of a connection."""
    return Offer.objects.filter(connection=connection)


def in_organization(text: str) -> Q:
    """`text` is looked for in name and id, and in the names of the companies it is mapped to."""
    companies = OrganizationCompany.objects.filter(
        Q(company_name__icontains=text) | Q(company_identifier__icontains=text)
    )
    return Q(name__icontains=text) | Q(organization_id__icontains=text) | Q(pk__in=companies.values("organization"))


def first_company() -> Subquery:
    """The first company's name of each organization, to sort by."""
    companies = OrganizationCompany.objects.filter(organization=OuterRef("pk")).order_by("company_name")
    return Subquery(companies.values("company_name")[:1])


def shown_state(*, refused: bool) -> Expression | F:
    """The mapping status as people see it; `refused`: the list that is mapped to could not be read."""
    if not refused:
        return F("state")
    mapped = When(state=MappingState.MAPPED, then=Value(RESPONSE_ERROR))
    return Case(mapped, default=F("state"), output_field=CharField())


def states_of(rows: QuerySet[M]) -> Mapping[str, int]:
    """How many there are of each mapping status, as shown."""
    return dict(rows.order_by().values_list("shown_state").annotate(number=Count("*")))


def last_invoiced(connection: Connection) -> Subquery:
    """The newest month in which each offer is on a line."""
    lines = Line.objects.filter(connection=connection, offer_id=OuterRef("offer_id")).order_by("-month")
    return Subquery(lines.values("month")[:1])


def months_since_invoiced(windows: Mapping[int, Month]) -> Expression:
    """The shortest of these windows (how many months back → its first month) that `last_month` lies in; 999: none."""
    cases = [When(last_month__gte=str(first), then=Value(back)) for back, first in sorted(windows.items())]
    return Case(*cases, default=Value(999), output_field=IntegerField())


def shared_products(connection: Connection, products: Collection[int]) -> Mapping[int, int]:
    """Those of these products that several offers are mapped to, and how many (rule 48)."""
    offers = Offer.objects.filter(connection=connection, product_id__in=products)
    counted = offers.order_by().values_list("product_id").annotate(number=Count("*")).filter(number__gt=1)
    return dict(counted)
