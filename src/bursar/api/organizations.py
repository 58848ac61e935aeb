"""Organizations and offers of the platform, and what each is in ConnectWise (rules 35-50)."""

from typing import Annotated, TypeVar

from django.db.models import QuerySet
from ninja import Query
from pydantic import BaseModel

from bursar.api.routes import Routes
from bursar.api.values import PAGE, Id, Limit, Offset, connection_at, next_of
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import Offer, Organization

routes = Routes("Mapping")
Row = TypeVar("Row", Organization, Offer)
State = Annotated[MappingState | None, Query(description="Only records of this state.")]


class CompanyShown(BaseModel):
    """A ConnectWise company."""

    id: int
    identifier: str
    name: str


class OrganizationShown(BaseModel):
    """A customer of the platform."""

    organization_id: str
    name: str
    state: MappingState
    companies: list[CompanyShown]


class OrganizationsShown(BaseModel):
    """By name. Ask again with `offset=next`; null on the last page."""

    organizations: list[OrganizationShown]
    next: int | None


class OfferShown(BaseModel):
    """An offer of the platform and its product in ConnectWise."""

    offer_id: str
    name: str
    state: MappingState
    product_id: int | None
    product_identifier: str


class OffersShown(BaseModel):
    """By name. Ask again with `offset=next`; null on the last page."""

    offers: list[OfferShown]
    next: int | None


@routes.get("/connections/{int:connection_id}/organizations", Role.VIEWER, OrganizationsShown)
def list_organizations(
    connection_id: Id, state: State = None, limit: Limit = PAGE, offset: Offset = 0
) -> OrganizationsShown:
    """Customers of the platform, first seen in a loaded line, with their companies."""
    rows = Organization.objects.filter(connection=connection_at(connection_id)).prefetch_related("companies")
    found = list(_of_state(rows, state).order_by("name", "pk")[offset : offset + limit + 1])
    return OrganizationsShown(
        organizations=[_organization(row) for row in found[:limit]], next=next_of(offset, limit, len(found))
    )


@routes.get("/connections/{int:connection_id}/offers", Role.VIEWER, OffersShown)
def list_offers(connection_id: Id, state: State = None, limit: Limit = PAGE, offset: Offset = 0) -> OffersShown:
    """Offers of the platform, first seen in a loaded line, with their products."""
    rows = _of_state(Offer.objects.filter(connection=connection_at(connection_id)), state)
    found = list(rows.order_by("name", "pk")[offset : offset + limit + 1])
    return OffersShown(offers=[_offer(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


def _of_state(rows: QuerySet[Row], state: MappingState | None) -> QuerySet[Row]:
    return rows if state is None else rows.filter(state=state)


def _organization(row: Organization) -> OrganizationShown:
    companies = [
        CompanyShown(id=company.company_id, identifier=company.company_identifier, name=company.company_name)
        for company in row.companies.all()
    ]
    return OrganizationShown(
        organization_id=row.organization_id, name=row.name, state=MappingState(row.state), companies=companies
    )


def _offer(row: Offer) -> OfferShown:
    return OfferShown(
        offer_id=row.offer_id,
        name=row.name,
        state=MappingState(row.state),
        product_id=row.product_id,
        product_identifier=row.product_identifier,
    )
