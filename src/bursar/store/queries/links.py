"""Links between our markers and the Additions in ConnectWise: rows → domain values."""

from collections.abc import Collection, Iterable

from bursar.domain.additions.situation import Link
from bursar.domain.identity import parse_marker
from bursar.domain.period import Month
from bursar.store.field_json import from_json
from bursar.store.models import AdditionLink, Connection


def link_of(row: AdditionLink) -> Link | None:
    """The row as the planner knows it; None when its marker is not ours (it always is)."""
    marker = parse_marker(row.marker)
    if marker is None:
        return None
    return Link(
        marker=marker,
        agreement_id=row.agreement_id,
        addition_id=row.addition_id,
        company_id=row.company_id,
        organization_id=row.organization_id,
        last_month=Month.parse(row.last_month),
        written=from_json(row.written),
        subscription_name=row.subscription_name,
        accepted=from_json(row.accepted),
    )


def links_of(connection: Connection, company_ids: Collection[int]) -> list[AdditionLink]:
    """Rows of all Additions that Bursar knows for the companies."""
    return list(AdditionLink.objects.filter(connection=connection, company_id__in=company_ids))


def domain_links(rows: Iterable[AdditionLink]) -> list[Link]:
    return [link for row in rows if (link := link_of(row))]


def companies_with_subscriptions(connection: Connection) -> set[int]:
    """Companies that have a persistent Addition of ours, even if the month has no line for them."""
    rows = AdditionLink.objects.filter(connection=connection, recurring=True)
    return set(rows.values_list("company_id", flat=True).distinct())
