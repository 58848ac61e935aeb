"""Mappings as people change them on a page: one record, or many at once; each time one entry in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import Candidate, MappingState
from bursar.store.models import Connection, Offer, Organization, OrganizationCompany
from bursar.store.queries.chunks import chunks
from bursar.usecases.audit import record
from bursar.usecases.kept_records import suggester
from bursar.usecases.mappings import Kind, facts_of, store_mapping, store_state
from bursar.usecases.refusals import ChangedMeanwhile

Row = Organization | Offer


class Deed(StrEnum):
    """What is done with mappings."""

    MAP = "map"
    ACCEPT = "accept"
    CLEAR = "clear"
    EXCLUDE = "exclude"
    INCLUDE = "include"


STATES = {
    Deed.CLEAR: MappingState.UNMAPPED,
    Deed.EXCLUDE: MappingState.EXCLUDED,
    Deed.INCLUDE: MappingState.UNMAPPED,
}


@dataclass(frozen=True, slots=True)
class BulkReport:
    """How many records were changed, and how many of those selected stay as they were."""

    changed: int
    left: int


def record_id_of(row: Row) -> str:
    """The platform's id."""
    return row.organization_id if isinstance(row, Organization) else row.offer_id


def kind_of(row: Row) -> Kind:
    """Organization or offer."""
    return Kind.ORGANIZATION if isinstance(row, Organization) else Kind.OFFER


def target_ids(row: Row) -> Sequence[int]:
    """The companies or the product that a record is mapped to."""
    if isinstance(row, Organization):
        return sorted(company.company_id for company in row.companies.all())
    return [row.product_id] if row.product_id else []


def version_of(row: Row) -> str:
    """What a form shows of a record, so that saving can tell whether somebody else saved in between."""
    return f"{row.state}:{','.join(map(str, target_ids(row)))}"


def change_one(row: Row, deed: Deed, targets: Sequence[Candidate], *, shown: str) -> None:
    """Map, clear, exclude or include one record. Raises InvalidInput; ChangedMeanwhile when it is not as `shown`."""
    kind, record_id = kind_of(row), record_id_of(row)
    if deed is Deed.MAP and (not targets or (kind is Kind.OFFER and len(targets) > 1)):
        raise InvalidInput("Nothing was chosen.", remedy="Choose a record of ConnectWise, or clear the mapping.")
    with transaction.atomic():
        stored = type(row).objects.select_for_update().get(pk=row.pk)
        if version_of(stored) != shown:
            raise ChangedMeanwhile(f"mapping of {row.name}")
        before = facts_of(row.connection, kind, record_id)
        if deed is Deed.MAP:
            store_mapping(row.connection, kind, record_id, *targets)
        else:
            store_state(row.connection, kind, record_id, STATES[deed])
        after = facts_of(row.connection, kind, record_id)
        if after != before:
            record("mapping changed", f"{kind} {row.name}", connection=row.connection, before=before, after=after)


def change_many(
    connection: Connection, kind: Kind, rows: QuerySet[Organization] | QuerySet[Offer], deed: Deed
) -> BulkReport:
    """Do the same to many records: accept their exact suggestions, clear, exclude or include them."""
    with transaction.atomic():
        selected = rows.order_by().count()
        changed = _accept(connection, kind, rows) if deed is Deed.ACCEPT else _move(kind, rows, deed)
        if changed:
            facts = {"records": changed, "left as they were": selected - changed}
            record(f"mappings: {deed} in bulk", f"{kind}s", connection=connection, after=facts)
    return BulkReport(changed, selected - changed)


def _move(kind: Kind, rows: QuerySet[Organization] | QuerySet[Offer], deed: Deed) -> int:
    sources = {
        Deed.CLEAR: [MappingState.MAPPED],
        Deed.EXCLUDE: [MappingState.MAPPED, MappingState.UNMAPPED],
        Deed.INCLUDE: [MappingState.EXCLUDED],
    }
    changed = 0
    for keys in chunks(list(rows.order_by().filter(state__in=sources[deed]).values_list("pk", flat=True))):
        if kind is Kind.ORGANIZATION:
            OrganizationCompany.objects.filter(organization__in=keys).delete()
            changed += Organization.objects.filter(pk__in=keys).update(state=STATES[deed])
        else:
            cleared = {"product_id": None, "product_identifier": ""}
            changed += Offer.objects.filter(pk__in=keys).update(state=STATES[deed], **cleared)
    return changed


def _accept(connection: Connection, kind: Kind, rows: QuerySet[Organization] | QuerySet[Offer]) -> int:
    names = suggester(connection, kind)
    unmapped = rows.order_by().filter(state=MappingState.UNMAPPED).values_list("pk", "name")
    found = [(key, exact) for key, name in unmapped if (exact := names.exact(name))]
    for part in chunks(found):
        if kind is Kind.ORGANIZATION:
            _map_organizations(part)
        else:
            _map_offers(part)
    return len(found)


def _map_organizations(found: Sequence[tuple[int, Candidate]]) -> None:
    OrganizationCompany.objects.bulk_create(
        OrganizationCompany(
            organization_id=key, company_id=c.id, company_identifier=c.identifier, company_name=c.name[:160]
        )
        for key, c in found
    )
    Organization.objects.filter(pk__in=[key for key, _ in found]).update(state=MappingState.MAPPED)


def _map_offers(found: Sequence[tuple[int, Candidate]]) -> None:
    targets = dict(found)
    offers = list(Offer.objects.filter(pk__in=targets))
    for offer in offers:
        offer.state = MappingState.MAPPED
        offer.product_id, offer.product_identifier = targets[offer.pk].id, targets[offer.pk].identifier[:80]
    Offer.objects.bulk_update(offers, ["state", "product_id", "product_identifier"])
