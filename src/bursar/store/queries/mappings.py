"""Mappings: rows → domain values."""

from bursar.domain.mapping import Mappings, MappingState, OfferMapping, OrganizationMapping
from bursar.store.models import Connection, Contract, Offer, Organization


def mappings_of(connection: Connection) -> Mappings:
    """Everything that is mapped on a connection."""
    organizations = Organization.objects.filter(connection=connection).prefetch_related("companies")
    return Mappings(
        organizations={
            row.organization_id: OrganizationMapping(
                row.organization_id,
                row.name,
                MappingState(row.state),
                tuple(company.company_id for company in row.companies.all()),
            )
            for row in organizations
        },
        offers={
            row.offer_id: OfferMapping(row.offer_id, row.name, MappingState(row.state), row.product_id)
            for row in Offer.objects.filter(connection=connection)
        },
        contracts=dict(Contract.objects.filter(connection=connection).values_list("contract_id", "agreement_id")),
    )
