"""Organizations, offers, and the lists of ConnectWise as the last sync left them."""

from django.utils import timezone

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.store.models import Connection, ListEntry, ListReading, Offer, Organization, OrganizationCompany


def keep(connection: Connection, kind: ListKind, *entries: tuple[int, str, str], **facts: object) -> None:
    """Entries of a list: record id, identifier and name."""
    ListEntry.objects.bulk_create(
        ListEntry(connection=connection, kind=kind, remote_id=key, identifier=identifier, name=name, **facts)
        for key, identifier, name in entries
    )
    ListReading.objects.get_or_create(connection=connection, kind=kind, defaults={"read_at": timezone.now()})


def companies(connection: Connection) -> None:
    """Two that are active, and one of each that must not be mapped to."""
    keep(
        connection,
        ListKind.COMPANY,
        (1, "AlderBrook", "Alder Brook Dental"),
        (2, "FoxRiver", "Fox River"),
        trait="Active",
    )
    keep(connection, ListKind.COMPANY, (3, "FoxClosed", "Fox River Closed"), trait="Inactive")
    keep(connection, ListKind.COMPANY, (4, "FoxDeleted", "Fox River Deleted"), trait="Active", inactive=True)
    keep(connection, ListKind.COMPANY, (5, "FoxGone", "Fox River Gone"), trait="Active", gone=True)


def catalogue(connection: Connection) -> None:
    """Two products, and a Bundle."""
    keep(connection, ListKind.CATALOG_ITEM, (11, "O365-E3", "Office E3"), (12, "BACKUP", "Backup"), trait="Service")
    keep(connection, ListKind.CATALOG_ITEM, (13, "SUITE", "Office Suite"), trait="Bundle")


def organization(connection: Connection, name: str, *targets: int, state: MappingState | None = None) -> Organization:
    """An organization, mapped to these companies."""
    row = Organization.objects.create(
        connection=connection,
        organization_id=f"id-{name}",
        name=name,
        state=state or (MappingState.MAPPED if targets else MappingState.UNMAPPED),
    )
    for target in targets:
        OrganizationCompany.objects.create(organization=row, company_id=target, company_name=f"Company {target}")
    return row


def offer(connection: Connection, name: str, product: int | None = None) -> Offer:
    """An offer, mapped to this product."""
    return Offer.objects.create(
        connection=connection,
        offer_id=f"id-{name}",
        name=name,
        product_id=product,
        state=MappingState.MAPPED if product else MappingState.UNMAPPED,
    )


def state_of(row: Organization | Offer) -> tuple[str, list[int]]:
    """State and targets as stored now."""
    row.refresh_from_db()
    if isinstance(row, Offer):
        return row.state, [row.product_id] if row.product_id else []
    return row.state, sorted(row.companies.values_list("company_id", flat=True))
