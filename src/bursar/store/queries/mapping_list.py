"""Organizations and offers as the Mapping pages list them."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery

from bursar.store.models import Connection, Offer, Organization, OrganizationCompany

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


def states_of(rows: QuerySet[M]) -> Mapping[str, int]:
    """How many there are of each mapping status."""
    return dict(rows.order_by().values_list("state").annotate(number=Count("*")))


def shared_products(connection: Connection, products: Collection[int]) -> Mapping[int, int]:
    """Those of these products that several offers are mapped to, and how many (rule 48)."""
    offers = Offer.objects.filter(connection=connection, product_id__in=products)
    counted = offers.order_by().values_list("product_id").annotate(number=Count("*")).filter(number__gt=1)
    return dict(counted)
