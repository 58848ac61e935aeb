"""Mappings: rows → domain values."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import QuerySet

from bursar.domain.mapping import Mappings, MappingState, OfferMapping, OrganizationMapping
from bursar.store.models import Connection, Contract, Line, Offer, Organization, OrganizationCompany


def mappings_of(connection: Connection) -> Mappings:
    """Everything that is mapped on a connection."""
    return _mappings(
        Organization.objects.filter(connection=connection),
        Offer.objects.filter(connection=connection),
        Contract.objects.filter(connection=connection),
    )


def mappings_of_lines(connection: Connection, rows: Sequence[Line]) -> Mappings:
    """What is mapped of what these lines name: for the lines of a page, or of a piece of a file."""
    organizations = {row.organization_id for row in rows}
    offers = {row.offer_id for row in rows}
    contracts = {row.contract_id for row in rows if row.contract_id}
    return _mappings(
        Organization.objects.filter(connection=connection, organization_id__in=organizations),
        Offer.objects.filter(connection=connection, offer_id__in=offers),
        Contract.objects.filter(connection=connection, contract_id__in=contracts),
    )


def mapped_company_names(connection: Connection, companies: Collection[int]) -> Mapping[int, str]:
    """What these companies were called when organizations were mapped to them."""
    rows = OrganizationCompany.objects.filter(organization__connection=connection, company_id__in=companies)
    return dict(rows.exclude(company_name="").values_list("company_id", "company_name"))


def mapped_product_identifiers(connection: Connection, products: Collection[int]) -> Mapping[int, str]:
    """The identifiers that these products had when offers were mapped to them."""
    rows = Offer.objects.filter(connection=connection, product_id__in=products).exclude(product_identifier="")
    return {
        product: identifier for product, identifier in rows.values_list("product_id", "product_identifier") if product
    }


def _mappings(
    organizations: QuerySet[Organization], offers: QuerySet[Offer], contracts: QuerySet[Contract]
) -> Mappings:
    return Mappings(
        organizations={
            row.organization_id: OrganizationMapping(
                row.organization_id,
                row.name,
                MappingState(row.state),
                tuple(company.company_id for company in row.companies.all()),
            )
            for row in organizations.prefetch_related("companies")
        },
        offers={
            row.offer_id: OfferMapping(row.offer_id, row.name, MappingState(row.state), row.product_id)
            for row in offers
        },
        contracts=dict(contracts.values_list("contract_id", "agreement_id")),
    )
