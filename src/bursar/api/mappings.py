"""Mapping organizations and offers by hand: one, or many at once (rules 35-50)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, TypeVar

from django.db.models import QuerySet
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.organizations import (
    OfferShown,
    OrganizationShown,
    offer_shown,
    offers_matching,
    organization_shown,
    organizations_matching,
)
from bursar.api.problems import Unknown
from bursar.api.routes import Routes
from bursar.api.values import Given, GivenId, Id, Words, connection_at
from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.domain.mapping import Candidate, MappingState
from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization
from bursar.store.queries.mapping_list import offers_of, organizations_of
from bursar.usecases.kept_records import chosen, was_read
from bursar.usecases.mapping_by_hand import BulkReport, Deed, change_many, change_one, version_of
from bursar.usecases.mappings import Kind

routes = Routes("Mapping")
ONE_ORGANIZATION = "/connections/{int:connection_id}/organization"
ONE_OFFER = "/connections/{int:connection_id}/offer"
MOST_RECORDS = 1000
MOST_COMPANIES = 50

Row = TypeVar("Row", Organization, Offer)
RecordId = Annotated[
    str, Query(min_length=1, max_length=2000, pattern=r"^[^\u0000]*$", description="The record's id on the platform.")
]
Version = Annotated[Words | None, Field(description="`version` of what was shown; null overwrites anything.")]


class MappingDeed(StrEnum):
    """What is done with mappings."""

    ACCEPT_EXACT = "accept"
    """Map what is unmapped to the only ConnectWise record of exactly the same name, where there is one (rule 38)."""
    CLEAR = "clear"
    EXCLUDE = "exclude"
    INCLUDE = "include"


class CompaniesGiven(Given):
    """The companies of an organization; with several, each line says which (rule 41)."""

    companies: list[GivenId] = Field(min_length=1, max_length=MOST_COMPANIES)
    version: Version = None


class ProductGiven(Given):
    """The product of an offer."""

    product: GivenId
    version: Version = None


class RecordsChosen(Given):
    """Records by the platform's ids, or all of a state and with a text in a name or id."""

    ids: list[Words] = Field(default_factory=list, max_length=MOST_RECORDS)
    state: MappingState | None = None
    search: Words | None = None


class MappingsChange(Given):
    """What to do, and with which records."""

    do: MappingDeed
    records: RecordsChosen


class MappingsChanged(BaseModel):
    """How many records were changed, and how many of those selected stay as they were."""

    changed: int
    left: int


@routes.put(ONE_ORGANIZATION, Role.OPERATOR, OrganizationShown, may={409})
def map_organization(connection_id: Id, organization_id: RecordId, given: CompaniesGiven) -> OrganizationShown:
    """Map one organization to one company or several; 409 when somebody changed its mapping in between."""
    connection = connection_at(connection_id)
    row = _one(organizations_of(connection).filter(organization_id=organization_id), "organization", organization_id)
    _map(row, Kind.ORGANIZATION, list(dict.fromkeys(given.companies)), given.version)
    return organization_shown(organizations_of(connection).get(pk=row.pk))


@routes.put(ONE_OFFER, Role.OPERATOR, OfferShown, may={409})
def map_offer(connection_id: Id, offer_id: RecordId, given: ProductGiven) -> OfferShown:
    """Map one offer to a product; 409 when somebody changed its mapping in between."""
    connection = connection_at(connection_id)
    row = _one(offers_of(connection).filter(offer_id=offer_id), "offer", offer_id)
    _map(row, Kind.OFFER, [given.product], given.version)
    return offer_shown(offers_of(connection).get(pk=row.pk))


@routes.post("/connections/{int:connection_id}/organizations/change", Role.OPERATOR, MappingsChanged)
def change_organizations(connection_id: Id, change: MappingsChange) -> MappingsChanged:
    """Clear, exclude or include organizations, or accept their exact suggestions."""
    connection, wanted = connection_at(connection_id), change.records
    _check(wanted)
    rows = organizations_matching(connection, wanted.state, wanted.search)
    if wanted.ids:
        rows = rows.filter(organization_id__in=wanted.ids)
        _all_known(wanted.ids, rows.values_list("organization_id", flat=True))
    return _shown(change_many(connection, Kind.ORGANIZATION, rows, Deed(change.do)))


@routes.post("/connections/{int:connection_id}/offers/change", Role.OPERATOR, MappingsChanged)
def change_offers(connection_id: Id, change: MappingsChange) -> MappingsChanged:
    """Clear, exclude or include offers, or accept their exact suggestions."""
    connection, wanted = connection_at(connection_id), change.records
    _check(wanted)
    rows = offers_matching(connection, wanted.state, wanted.search)
    if wanted.ids:
        rows = rows.filter(offer_id__in=wanted.ids)
        _all_known(wanted.ids, rows.values_list("offer_id", flat=True))
    return _shown(change_many(connection, Kind.OFFER, rows, Deed(change.do)))


def _one(rows: QuerySet[Row], what: str, record_id: str) -> Row:
    found = rows.select_related("connection").first()
    if found is None:
        raise Unknown(f"There is no {what} '{record_id}'.", remedy=f"The list of {what}s has the ids of all.")
    return found


def _map(row: Organization | Offer, kind: Kind, ids: Sequence[int], version: str | None) -> None:
    targets = _targets(row.connection, kind, ids)
    change_one(row, Deed.MAP, targets, shown=version_of(row) if version is None else version)


def _targets(connection: Connection, kind: Kind, ids: Sequence[int]) -> Sequence[Candidate]:
    if not was_read(connection, kind):
        raise NotConfigured(
            f"{'Companies' if kind is Kind.ORGANIZATION else 'Products'} of ConnectWise have not been read yet.",
            remedy="Start the run `sync organizations` first.",
        )
    return chosen(connection, kind, ids)


def _check(wanted: RecordsChosen) -> None:
    if bool(wanted.ids) == bool(wanted.state or wanted.search):
        raise InvalidInput(
            "Nothing says which records are meant, or two things do.", remedy="Give ids, or else a state or a search."
        )


def _all_known(wanted: Sequence[str], known: QuerySet[Organization, str] | QuerySet[Offer, str]) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise InvalidInput(f"There is no record '{unknown[0]}'.", remedy="Nothing was changed. Leave it out.")


def _shown(report: BulkReport) -> MappingsChanged:
    return MappingsChanged(changed=report.changed, left=report.left)
