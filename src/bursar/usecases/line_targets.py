"""The company and product that lines go to, by id and name: for people, who compare them (rules 39, 58 and 73)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bursar.store.field_json import from_json
from bursar.store.models import Connection, Line, Offer, OrganizationCompany
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind

Mapped = Mapping[str, Mapping[int, str]]
"""The platform's id → what it is mapped to, with the name."""


@dataclass(frozen=True, slots=True)
class LineTarget:
    """Where a line goes, or went; None and empty where nothing says so yet."""

    company_id: int | None
    company_name: str
    product_id: int | None
    product_identifier: str


def line_targets(connection: Connection, rows: Sequence[Line]) -> Mapping[int, LineTarget]:
    """Of each line by its primary key; `link` must be selected. A posted line keeps where it went (rule 39)."""
    mapped_companies = _companies(connection, {row.organization_id for row in rows})
    mapped_products = _products(connection, {row.offer_id for row in rows})
    companies = {row.pk: _company_of(row, mapped_companies.get(row.organization_id, {})) for row in rows}
    products = {row.pk: _product_of(row, mapped_products.get(row.offer_id, {})) for row in rows}
    company_names = _kept_names(connection, Kind.ORGANIZATION, companies.values())
    product_names = _kept_names(connection, Kind.OFFER, products.values())
    return {
        row.pk: LineTarget(*_named(companies[row.pk], company_names), *_named(products[row.pk], product_names))
        for row in rows
    }


Found = tuple[int | None, str]
"""A record id, and its name where a mapping says it."""


def _company_of(row: Line, mapped: Mapping[int, str]) -> Found:
    only = next(iter(mapped)) if len(mapped) == 1 else None
    company_id = row.link.company_id if row.link else row.set_company_id or only
    return company_id, mapped.get(company_id or 0, "")


def _product_of(row: Line, mapped: Mapping[int, str]) -> Found:
    written = from_json(row.link.written).get("product_id") if row.link else None
    product_id = written if isinstance(written, int) else row.set_product_id or next(iter(mapped), None)
    return product_id, mapped.get(product_id or 0, "")


def _named(found: Found, names: Mapping[int, str]) -> Found:
    record_id, name = found
    return record_id, name or names.get(record_id or 0, "")


def _companies(connection: Connection, organizations: Collection[str]) -> Mapped:
    rows = OrganizationCompany.objects.filter(
        organization__connection=connection, organization__organization_id__in=organizations
    )
    found: dict[str, dict[int, str]] = {}
    for organization, company_id, name in rows.values_list(
        "organization__organization_id", "company_id", "company_name"
    ):
        found.setdefault(organization, {})[company_id] = name
    return found


def _products(connection: Connection, offers: Collection[str]) -> Mapped:
    rows = Offer.objects.filter(connection=connection, offer_id__in=offers)
    values = rows.values_list("offer_id", "product_id", "product_identifier")
    return {offer: {product_id: identifier} for offer, product_id, identifier in values if product_id is not None}


def _kept_names(connection: Connection, kind: Kind, found: Collection[Found]) -> Mapping[int, str]:
    """Names from the lists kept of ConnectWise for what no mapping names; no statement when there is none."""
    missing = {record_id for record_id, name in found if record_id is not None and not name}
    if not missing:
        return {}
    entries = known_names(connection, kind, missing).items()
    return {record_id: entry.name if kind is Kind.ORGANIZATION else entry.identifier for record_id, entry in entries}
