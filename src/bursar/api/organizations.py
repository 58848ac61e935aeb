"""Organizations and offers of the platform, and what each is in ConnectWise (rules 35-50)."""

from typing import Annotated

from django.db.models import Q, QuerySet
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.routes import Routes
from bursar.api.values import PAGE, Id, Limit, Offset, Words, connection_at, next_of
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization
from bursar.store.queries.mapping_list import in_organization
from bursar.usecases.mapping_by_hand import version_of

routes = Routes("Mapping")
State = Annotated[MappingState | None, Query(description="Only records of this state.")]
Search = Annotated[
    Words | None, Query(description="Only records with this text in a name or id, also in ConnectWise's.")
]


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
    posting: bool = Field(description="In pilot mode: whether it is posted; otherwise it can be previewed only.")
    version: str = Field(description="Send it back with another mapping, so that nobody's is overwritten unseen.")


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
    version: str = Field(description="Send it back with another mapping, so that nobody's is overwritten unseen.")


class OffersShown(BaseModel):
    """By name. Ask again with `offset=next`; null on the last page."""

    offers: list[OfferShown]
    next: int | None


@routes.get("/connections/{int:connection_id}/organizations", Role.VIEWER, OrganizationsShown)
def list_organizations(
    connection_id: Id, state: State = None, search: Search = None, limit: Limit = PAGE, offset: Offset = 0
) -> OrganizationsShown:
    """Customers of the platform, first seen in a loaded line, with their companies."""
    rows = organizations_matching(connection_at(connection_id), state, search)
    found = list(rows.prefetch_related("companies").order_by("name", "pk")[offset : offset + limit + 1])
    return OrganizationsShown(
        organizations=[organization_shown(row) for row in found[:limit]], next=next_of(offset, limit, len(found))
    )


@routes.get("/connections/{int:connection_id}/offers", Role.VIEWER, OffersShown)
def list_offers(
    connection_id: Id, state: State = None, search: Search = None, limit: Limit = PAGE, offset: Offset = 0
) -> OffersShown:
    """Offers of the platform, first seen in a loaded line, with their products."""
    rows = offers_matching(connection_at(connection_id), state, search)
    found = list(rows.order_by("name", "pk")[offset : offset + limit + 1])
    return OffersShown(offers=[offer_shown(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


def organizations_matching(
    connection: Connection, state: MappingState | None, search: str | None
) -> QuerySet[Organization]:
    """Customers of this state with this text somewhere; empty values mean everything."""
    rows = Organization.objects.filter(connection=connection)
    rows = rows.filter(in_organization(search)) if search else rows
    return rows.filter(state=state) if state else rows


def offers_matching(connection: Connection, state: MappingState | None, search: str | None) -> QuerySet[Offer]:
    """Offers, likewise."""
    rows = Offer.objects.filter(connection=connection)
    if search:
        names = Q(name__icontains=search) | Q(offer_id__icontains=search) | Q(product_identifier__icontains=search)
        rows = rows.filter(names)
    return rows.filter(state=state) if state else rows


def organization_shown(row: Organization) -> OrganizationShown:
    """For an answer; `companies` should be prefetched."""
    companies = [
        CompanyShown(id=company.company_id, identifier=company.company_identifier, name=company.company_name)
        for company in row.companies.all()
    ]
    return OrganizationShown(
        organization_id=row.organization_id,
        name=row.name,
        state=MappingState(row.state),
        companies=companies,
        posting=row.posting,
        version=version_of(row),
    )


def offer_shown(row: Offer) -> OfferShown:
    """For an answer."""
    return OfferShown(
        offer_id=row.offer_id,
        name=row.name,
        state=MappingState(row.state),
        product_id=row.product_id,
        product_identifier=row.product_identifier,
        version=version_of(row),
    )
